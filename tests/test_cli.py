"""The command line as a person or a script uses it, each command in a process of its own."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.sample import QUESTION
from tests.modelserver import ScriptedModel

ROOT = Path(__file__).parents[1]


def _bot(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(
        command, env=env, cwd=folder, capture_output=True, text=True, timeout=90, check=False
    )


def test_run_once_prints_a_verdict_and_stops(tmp_path: Path) -> None:
    done = _bot(tmp_path, "run", "--once")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Verdict: retrieve the facts (RAG)" in done.stdout
    assert "Model calls: 0 · spent $0 · audit v" in done.stdout


def test_run_once_prints_json(tmp_path: Path) -> None:
    done = _bot(tmp_path, "run", "--once", "--json")
    assert json.loads(done.stdout)["option"] == "rag"


def test_advise_prints_one_object(tmp_path: Path) -> None:
    done = _bot(tmp_path, "advise", QUESTION, "--json")
    verdict = json.loads(done.stdout)
    assert done.returncode == 0
    wanted = {"option", "confidence", "evidence", "costs", "assumptions", "audit_id"}
    assert wanted <= set(verdict)


def test_advise_on_a_case_file_gives_the_same_audit_id_twice(tmp_path: Path) -> None:
    case = {"task": "qa_over_documents", "problem": "knowledge", "monthly_requests": 9000}
    (tmp_path / "case.json").write_text(json.dumps({"case": case}))
    first, second = (_bot(tmp_path, "advise", "--case", "case.json", "--json") for _ in range(2))
    assert json.loads(first.stdout) == json.loads(second.stdout)
    assert json.loads(first.stdout)["option"] == "rag"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("advise",), "Give a question or --case", id="nothing"),
        pytest.param(("advise", " ? "), "Tell me", id="no words"),
        pytest.param(("advise", "--case", "none.json"), "none.json is not a case", id="no file"),
        pytest.param(("advise", "--case", "bad.json"), "bad.json is not a case", id="no JSON"),
        pytest.param(("advise", "--case", "list.json"), "holds no object", id="no object"),
        pytest.param(("advise", "--case", "odd.json"), "monthly_requests", id="negative"),
        pytest.param(("advise", "--case", "new.json"), "colour", id="unknown field"),
        pytest.param(("bench", "dance"), "no measurement dance", id="unknown bench"),
    ],
)
def test_bad_input_exits_2_with_one_line(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "odd.json").write_text('{"monthly_requests": -5}')
    (tmp_path / "new.json").write_text('{"colour": "red"}')
    done = _bot(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert says in done.stderr


def test_a_key_without_a_model_names_three_current_models(tmp_path: Path) -> None:
    done = _bot(tmp_path, "run", "--once", OPENAI_API_KEY="sk-hunter2hunter2hunter2")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert all(name in done.stderr for name in ("gpt-6-luna", "gpt-6.1-terra", "gpt-6.1-sol"))
    assert "hunter2" not in done.stdout + done.stderr


def test_a_busy_port_is_named_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _bot(tmp_path, "playground", PLAYGROUND_PORT=str(port))
    assert done.returncode == 2
    assert f"Port {port}" in done.stderr
    assert f"PLAYGROUND_PORT={port + 1} make run" in done.stderr


def test_slack_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    done = _bot(
        tmp_path,
        "run",
        SLACK_BOT_TOKEN="xoxb-hunter2",
        SLACK_APP_TOKEN="xapp-hunter2",
        SLACK_API_URL="http://127.0.0.1:9/api/",
    )
    assert done.returncode == 2
    assert "cannot be reached" in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_is_content_without_model_and_slack(tmp_path: Path) -> None:
    assert _bot(tmp_path, "db", "upgrade").returncode == 0
    done = _bot(tmp_path, "doctor", "--json")
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert done.returncode == 0
    assert set(checks) == {"settings", "database", "model", "slack"}
    assert all(check["ok"] for check in checks.values())


def test_the_doctor_says_how_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = _bot(tmp_path, "doctor", DATABASE_URL="postgresql://u:hunter2@127.0.0.1:9/none")
    assert done.returncode == 1
    assert "MEND  database" in done.stdout
    assert "does the server run" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr
    done = _bot(tmp_path, "doctor", MODEL_CONCURRENCY="-1")
    assert "MEND  settings" in done.stdout


def test_the_database_is_brought_up_to_date(tmp_path: Path) -> None:
    assert json.loads(_bot(tmp_path, "db", "status", "--json").stdout)["has"] is None
    assert json.loads(_bot(tmp_path, "db", "upgrade", "--json").stdout)["has"] == "0001"


def test_the_manifest_is_json_and_the_link_a_link(tmp_path: Path) -> None:
    made = json.loads(_bot(tmp_path, "manifest", COMMAND_PREFIX="tw-").stdout)
    assert made["features"]["slash_commands"][0]["command"] == "/tw-advise"
    link = _bot(tmp_path, "manifest", "--link").stdout
    assert link.startswith("https://api.slack.com/apps?new_app=1&manifest_json=")


async def test_the_doctor_asks_a_model_and_says_what_it_can(tmp_path: Path) -> None:
    async with ScriptedModel() as model:
        model.answers = lambda asked: '{"ready": true}'
        settings = {"OPENAI_BASE_URL": model.url, "MODEL": "scripted"}
        done = await asyncio.to_thread(_bot, tmp_path, "doctor", **settings)
        assert "scripted answers; strict JSON schema: yes" in done.stdout
        assert "price: free (this machine)" in done.stdout
        model.will_fail(401, code="invalid_api_key")
        done = await asyncio.to_thread(_bot, tmp_path, "doctor", **settings)
        assert done.returncode == 1
        assert "MEND  model: scripted does not answer" in done.stdout
