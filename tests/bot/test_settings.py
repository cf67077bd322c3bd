"""Settings name every fault at once and show no secret."""

import pytest

from bot import settings
from bot.errors import SetupError


def test_every_malformed_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "hunter2")
    monkeypatch.setenv("MODEL_CONCURRENCY", "many")
    monkeypatch.setenv("DATABASE_URL", "mysql://root:hunter2@host/db")
    with pytest.raises(SetupError) as caught:
        settings.read()
    message = str(caught.value)
    assert all(name in message for name in ("SLACK_BOT_TOKEN", "MODEL_CONCURRENCY", "DATABASE_URL"))
    assert "hunter2" not in message


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hunter2")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hunter2")
    assert "hunter2" not in repr(settings.read())


def test_one_slack_token_without_the_other_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    with pytest.raises(SetupError, match="SLACK_APP_TOKEN is missing"):
        settings.read().has_slack()


def test_empty_variables_count_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("ADMIN_USERS", "U1, U2,")
    read = settings.read()
    assert read.openai_api_key is None
    assert read.admin_users == {"U1", "U2"}
