"""What is taken out of text, what is left alone, and that no sentence is missing or idle."""

import ast
import re
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from bot import evidence
from bot.texts import LANGUAGES, redact

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "bot" / "texts"
TRANSLATED = (
    "advisor", "verdict", "advise", "forms", "curve", "recipe", "memo", "chart", "followup",
    "measure", "audit", "reading", "files", "mentions",
)  # fmt: skip
"""What people are answered with: these are said in every language, whole."""
OTHERS = tuple(lang for lang in LANGUAGES if lang != "en")
CATALOGUES = sorted(tuple(path.name.split(".")[:2]) for path in TEXTS.glob("*.toml"))
LONG = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(f"xoxb-123456789012-{LONG}", id="Slack bot"),
        pytest.param(f"xapp-1-A012-{LONG}", id="Slack app"),
        pytest.param(f"xoxc-123456789012-{LONG}", id="Slack browser"),
        pytest.param(f"xoxd-{LONG}%2B{LONG}%3D%3D", id="Slack cookie"),
        pytest.param(f"xoxe.xoxp-1-{LONG}", id="Slack rotated"),
        pytest.param(f"xoxe-1-{LONG}", id="Slack refresh"),
        pytest.param("hooks.slack.com/services/T0AB/B0CD/a1b2c3d4e5f6", id="Slack webhook"),
        pytest.param(f"sk-{LONG}", id="OpenAI"),
        pytest.param("sk-hunter2hunter2hunter2", id="OpenAI, lower case"),
        pytest.param(f"sk-proj-a_b-{LONG}", id="OpenAI project"),
        pytest.param(f"sk-ant-api03-{LONG}-_{LONG}", id="Anthropic"),
        *(pytest.param(f"gh{one}_{LONG}", id=f"GitHub gh{one}") for one in "porsu"),
        pytest.param(f"github_pat_{LONG}_{LONG}", id="GitHub fine-grained"),
        pytest.param(f"glpat-{LONG}", id="GitLab"),
        pytest.param(f"hf_{LONG}", id="Hugging Face"),
        pytest.param(f"gsk_{LONG}", id="Groq"),
        pytest.param(f"r8_{LONG}", id="Replicate"),
        pytest.param(f"sk_live_{LONG}", id="Stripe live"),
        pytest.param(f"sk_test_{LONG}", id="Stripe test"),
        pytest.param(f"rk_live_{LONG}", id="Stripe restricted"),
        pytest.param("AKIAIOSFODNN7EXAMPLE", id="AWS"),
        pytest.param("ASIAIOSFODNN7EXAMPLE", id="AWS for a session"),
        pytest.param("AIza" + LONG[:35], id="Google"),
        pytest.param(f"eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.{LONG}", id="JSON web token"),
        pytest.param(
            f"-----BEGIN RSA PRIVATE KEY-----\n{LONG}\n-----END RSA PRIVATE KEY-----",
            id="private key",
        ),
        pytest.param(f"-----BEGIN PRIVATE KEY-----\n{LONG}", id="first half of a private key"),
    ],
)
def test_a_secret_is_taken_out_wherever_it_stands(secret: str) -> None:
    for before in ("", "why? ", "KEY=", "<", '{"log": "begun\\n'):
        assert redact(before + secret) == f"{before}[secret removed]"
    split = f"{secret[:6]}\u200b{secret[6:12]}\x00{secret[12:]}"
    assert redact(split) == "[secret removed]"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "postgresql+psycopg://ann:hunter2@db:5432/app?ssl=1",
            "postgresql+psycopg://ann:[secret removed]@db:5432/app?ssl=1",
        ),
        ("redis://:hunter2@cache/0", "redis://:[secret removed]@cache/0"),
        ("<https://ann:hun@ter2@x.org/a@b>", "<https://ann:[secret removed]@x.org/a@b>"),
        (f"Authorization: Bearer {LONG}", "Authorization: Bearer [secret removed]"),
        (f"curl -H 'bearer {LONG}'", "curl -H 'bearer [secret removed]'"),
    ],
)
def test_of_an_address_or_a_header_only_the_secret_goes(text: str, left: str) -> None:
    assert redact(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\ud800b", "a?b"),
        ("9k\x00 questions\x1b\r\n\tand more\x7f\x85", "9k questions\n\tand more"),
        ("\ufeffpay\u200bload \u202eevil\u2069 \u2060x\u200e\u200f", "payload evil x"),
        ("می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"),
    ],
)
def test_what_nobody_sees_goes_and_what_writing_needs_stays(text: str, left: str) -> None:
    assert redact(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Should we fine-tune? 22k tickets, 61 % → 85 %, < 2 s, 5–7 €.\n\t• café, 日本語, ملف",
        "multi-task-specific-fine-tuning of risk-adjusted-return-models, desk-research-methods",
        "sk-learn-compatible-models and sk-estimators",
        "hf_hub_download, r8_b, gsk_, ghp_short, glpat-, sk_live_, xoxb-, AKIA, ASIA",
        "ASIAPACIFICREGIONALSALES in the ASIA-PACIFIC region",
        "see http://localhost:11434/v1 or https://x.org:8443/@ann?to=a:b@c.org",
        "http://host:8080?to=ann@x.org",
        "mail ann@x.org at 12:30@home; git@github.com:ann/app; ssh://git@host:22/x",
        "A bearer of good news; Bearer authentication-and-authorization explained",
        "https://hooks.slack.com/services/ is where webhooks begin",
        "eyJ is how tokens begin; -----BEGIN CERTIFICATE-----",
        "postgresql://user@host/database",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "piece",
    [
        "a", "A", "-", " ", "@", ":", ".", "\n", "\u200b", "sk-", "sk-a-", "xoxb-", "xoxe.",
        "xoxd-%", "eyJ", "eyJ-", "eyJaaaaaaaaaa.", "eyJaaaaaaaaaa.eyJ", "a://", "a://:", "a://a:b",
        "a.", "a+", "://a:", "a://@", "Bearer ", "Bearer a", "bearer/", "-----BEGIN ",
        "-----BEGIN PRIVATE KEY", "-----BEGIN PRIVATE KEY-----", "-----END ",
        "hooks.slack.com/services/", "hf_", "glpat-", "github_pat_", "AKIA", "AIza",
        "sk_live_", "\\n",
    ],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    """CPU time of this thread alone; the slowest takes a tenth of what is allowed."""
    texts = [(start + piece * 40_000)[:40_000] for start in ("", "eyJaaaaaaaaaa.eyJ", "a://b:")]
    before = time.thread_time()
    once = [redact(text) for text in texts]
    assert time.thread_time() - before < 1.5
    assert [redact(text) for text in once] == once


def test_redacting_twice_changes_nothing_more() -> None:
    text = f"redis://a:b@c Bearer {LONG} sk-{LONG} -----BEGIN PRIVATE KEY-----\n{LONG}"
    assert redact(redact(text)) == redact(text)


def test_every_sentence_that_is_said_is_there() -> None:
    called = set(_keys_in_calls())
    assert {"cli.about", "advisor.card_computed", "tunewise.paused"} <= called
    assert sorted(called - set(_sentences())) == []


def test_every_sentence_that_is_there_is_said() -> None:
    literals, patterns = set(_literals()), set(_patterns())
    assert [key for key in _sentences() if not _is_said(key, literals, patterns)] == []
    assert not _is_said("advisor.nobody_says_this", literals, patterns)


@pytest.mark.parametrize(
    ("noun", "lang"),
    [
        pytest.param(noun, lang, id=f"{noun}.{lang}")
        for noun, lang in CATALOGUES
        if lang != "en" and noun != "evidence"
    ],
)
def test_a_translation_has_the_keys_and_fields_of_its_english(noun: str, lang: str) -> None:
    english, here = _catalogue(noun, "en"), _catalogue(noun, lang)
    assert lang in LANGUAGES
    assert sorted(here.keys() - english.keys()) == []
    assert {key: _fields(text) for key, text in here.items()} == {
        key: _fields(english[key]) for key in here
    }
    assert [key for key, text in here.items() if not text.strip()] == []


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("noun", TRANSLATED)
def test_what_people_are_answered_with_is_translated_whole(noun: str, lang: str) -> None:
    assert sorted(_catalogue(noun, "en").keys() - _catalogue(noun, lang).keys()) == []


@pytest.mark.parametrize("lang", OTHERS)
def test_every_finding_is_translated(lang: str) -> None:
    told, known = _catalogue("evidence", lang), {found.id for found in evidence.findings()}
    assert told.keys() == known
    assert len(known) == 52
    assert [id for id, text in told.items() if not text.strip() or _fields(text)] == []


def test_fields_are_told_apart_by_name_and_format() -> None:
    assert _fields("{b:,} of {a}, {a}") == {"b:,", "a:"}
    assert _fields("{{not a field}}") == set()


def _catalogue(noun: str, lang: str) -> dict[str, str]:
    return tomllib.loads((TEXTS / f"{noun}.{lang}.toml").read_text("utf-8"))


def _fields(text: str) -> set[str]:
    """Give the fields of a sentence, each with its format."""
    return {f"{name}:{spec}" for _, name, spec, _ in Formatter().parse(text) if name is not None}


def _is_said(key: str, literals: set[str], patterns: set[str]) -> bool:
    """Say whether a key stands in the code whole, with a hole, or as the rest of `noun.{…}`."""
    noun, name = key.split(".")
    if key in literals or any(_fits(key, one) for one in patterns if one.startswith(f"{noun}.")):
        return True
    return f"{noun}.\0" in patterns and (
        name in literals or any(_fits(name, pattern) for pattern in patterns)
    )


def _fits(key: str, pattern: str) -> bool:
    fixed = pattern.rsplit(".", 1)[-1].replace("\0", "").strip("_")
    made = re.escape(pattern).replace("\0", "[a-z_0-9]+")
    return bool(fixed) and re.fullmatch(made, key) is not None


def _sentences() -> Iterator[str]:
    for path in sorted(TEXTS.glob("*.en.toml")):
        for name in tomllib.loads(path.read_text("utf-8")):
            yield f"{path.name.split('.')[0]}.{name}"


def _nodes() -> Iterator[ast.AST]:
    for folder in ("bot", "handlers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from ast.walk(ast.parse(path.read_text("utf-8")))


def _keys_in_calls() -> Iterator[str]:
    for node in _nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            key = node.args[0]
            if isinstance(key, ast.Constant):
                yield str(key.value)


def _literals() -> Iterator[str]:
    for node in _nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _patterns() -> Iterator[str]:
    """Each f-string, with a NUL for everything that is filled in."""
    for node in _nodes():
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values
            )
