"""The command line as a person or a script uses it, each command in a process of its own."""

import asyncio
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
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


def test_a_verdict_is_shown_again_with_the_same_numbers(tmp_path: Path) -> None:
    given = json.loads(_bot(tmp_path, "advise", QUESTION, "--json").stdout)
    shown = _bot(tmp_path, "advise", "--show", given["audit_id"])
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "the same numbers" in shown.stdout
    again = json.loads(_bot(tmp_path, "advise", "--show", given["audit_id"], "--json").stdout)
    assert again == given
    memo = _bot(tmp_path, "advise", "--show", given["audit_id"], "--memo").stdout
    assert memo.startswith("# ")
    assert given["audit_id"] in memo and "| " in memo


def test_a_question_is_answered_in_its_language(tmp_path: Path) -> None:
    asked = {
        "es": "¿Hacemos fine-tuning? Clasificamos 8.000 correos al mes en 12 categorías.",
        "zh": "我们应该微调吗?每月大概3万次请求,分成12个类别。",
    }
    for lang, question in asked.items():
        verdict = json.loads(_bot(tmp_path, "advise", question, "--json").stdout)
        assert verdict["lang"] == lang
        assert verdict["case"]["classes"] == 12
    assert verdict["case"]["monthly_requests"] == 30_000


def test_the_schema_of_a_case_is_printed(tmp_path: Path) -> None:
    printed = json.loads(_bot(tmp_path, "advise", "--schema").stdout)
    assert printed["additionalProperties"] is False
    assert {"task", "monthly_requests", "measurements"} <= set(printed["properties"])


def test_a_training_file_is_audited(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "my card"}, {"role": "assistant", "content": "card"}]
    row = json.dumps({"messages": turns})
    (tmp_path / "train.jsonl").write_text(f"{row}\n{row}\nno json\n")
    plan = ("--source", "proprietary_model", "--terms", "prohibited")
    done = _bot(tmp_path, "audit", "train.jsonl", *plan)
    assert (done.returncode, done.stderr) == (0, "")
    assert "E06" in done.stdout and "line 3" in done.stdout
    assert "2 training examples" in done.stdout
    assert _bot(tmp_path, "audit", "train.jsonl", "--terms", "maybe").returncode == 2


def test_a_log_is_measured_and_fills_a_case(tmp_path: Path) -> None:
    rows = [
        {
            "request": {
                "model": "gpt-6-luna",
                "messages": [
                    {"role": "system", "content": "Sort the ticket. " * 200},
                    {"role": "user", "content": f"ticket number {n} about a lost card"},
                ],
            },
            "response": {"usage": {"prompt_tokens": 900, "completion_tokens": 5}},
            "timestamp": 1_760_000_000 + 3600 * n,
        }
        for n in range(400)
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "case.json").write_text(json.dumps({"task": "classification", "goal": "cost"}))
    done = _bot(tmp_path, "measure", "log.jsonl", "--case", "case.json", "--json")
    found = json.loads(done.stdout)
    assert found["case"]["task"] == "classification"
    assert found["case"]["monthly_requests"] == pytest.approx(24 * 30.4, rel=0.03)
    assert found["verdict"]["option"]
    assert "lost card" not in done.stdout
    assert "Verdict:" in _bot(tmp_path, "measure", "log.jsonl", "--case", "case.json").stdout


def test_a_learning_curve_is_read_at_more_examples(tmp_path: Path) -> None:
    points = ("0:124/200", "50:130/200", "100:142/200", "200:154/200", "400:164/200")
    done = _bot(tmp_path, "curve", *points, "--at", "1600", "--need", "0.88")
    assert "chance of 88% or more: 3" in done.stdout
    (reach,) = json.loads(_bot(tmp_path, "curve", *points, "--at", "1600", "--json").stdout)[
        "reaches"
    ]
    assert reach["accuracy"] == pytest.approx(0.858, abs=0.01)


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
        pytest.param(("bench", "advisor"), "--scenarios", id="no scenarios"),
        pytest.param(("bench", "advisor", "--scenarios", "bad.json"), "no", id="bad scenarios"),
        pytest.param(("advise", "--show", "v0123456789"), "no verdict v0123456789", id="no id"),
        pytest.param(("advise", "why?", "--case", "odd.json"), "Give", id="two at once"),
        pytest.param(("advise", "why?", "--pilots", "x"), "x is no point", id="no points"),
        pytest.param(("audit", "none.jsonl"), "none.jsonl cannot be read", id="no training file"),
        pytest.param(("measure", "none.jsonl"), "none.jsonl cannot be read", id="no log"),
        pytest.param(("measure", "bad.json"), "no line of this log", id="not a log"),
        pytest.param(("curve", "0:124/200"), "at least two points", id="one point"),
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


def _checks(done: subprocess.CompletedProcess[str]) -> dict[str, tuple[bool, str]]:
    """What the doctor found, by name."""
    return {check["name"]: (check["ok"], check["says"]) for check in json.loads(done.stdout)}


def test_the_doctor_is_content_without_model_and_slack(tmp_path: Path) -> None:
    assert _bot(tmp_path, "db", "upgrade").returncode == 0
    done = _bot(tmp_path, "doctor", "--json")
    checks = _checks(done)
    assert done.returncode == 0
    assert set(checks) == {"settings", "database", "model", "slack"}
    assert all(ok for ok, _ in checks.values())
    assert "Opens, at schema revision 0002" in checks["database"][1]


def test_the_doctor_makes_no_database(tmp_path: Path) -> None:
    model = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "MODEL": "unreachable"}
    for settings in ({}, model):
        done = _bot(tmp_path, "doctor", "--json", **settings)
        assert done.returncode == 0
        assert _checks(done)["database"][0]
        assert "`make run` (or `python -m bot db upgrade`) creates it" in done.stdout
    assert "unreachable was not asked" in _checks(done)["model"][1]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_doctor_migrates_no_database(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "tunewise.db"
    with closing(sqlite3.connect(file)) as old:
        old.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        old.execute("INSERT INTO alembic_version VALUES ('0000')")
        old.commit()
    model = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "MODEL": "unreachable"}
    done = _bot(tmp_path, "doctor", "--json", **model)
    checks = _checks(done)
    assert done.returncode == 1
    assert not checks["database"][0]
    assert "stands at schema revision 0000" in checks["database"][1]
    assert checks["model"][0]
    assert "was not asked" in checks["model"][1]
    with closing(sqlite3.connect(file)) as still:
        assert still.execute("SELECT version_num FROM alembic_version").fetchall() == [("0000",)]
        assert still.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        pytest.param("postgresql://u:hunter2@host:port/none", "cannot be read", id="no address"),
        pytest.param("sqlite:///file/below/x.db", "cannot be made", id="no folder"),
    ],
)
def test_the_doctor_shows_a_database_that_cannot_be(tmp_path: Path, url: str, says: str) -> None:
    (tmp_path / "file").write_text("")
    done = _bot(tmp_path, "doctor", "--json", DATABASE_URL=url)
    checks = _checks(done)
    assert done.returncode == 1
    assert not checks["database"][0]
    assert says in checks["database"][1]
    assert set(checks) == {"settings", "database", "model", "slack"}
    assert "hunter2" not in done.stdout + done.stderr


def test_the_doctor_sees_half_a_model_without_a_database(tmp_path: Path) -> None:
    done = _bot(tmp_path, "doctor", "--json", OPENAI_API_KEY="sk-hunter2hunter2hunter2")
    ok, says = _checks(done)["model"]
    assert (ok, "MODEL is not" in says) == (False, True)


def test_the_doctor_says_how_to_mend(tmp_path: Path) -> None:
    done = _bot(tmp_path, "doctor", DATABASE_URL="postgresql://u:hunter2@127.0.0.1:9/none")
    assert done.returncode == 1
    assert "MEND  database" in done.stdout
    assert "does the server run" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr
    done = _bot(tmp_path, "doctor", MODEL_CONCURRENCY="-1")
    assert "MEND  settings" in done.stdout


def test_the_database_is_brought_up_to_date(tmp_path: Path) -> None:
    assert json.loads(_bot(tmp_path, "db", "status", "--json").stdout)["has"] is None
    assert json.loads(_bot(tmp_path, "db", "upgrade", "--json").stdout)["has"] == "0002"


def test_the_manifest_is_json_and_the_link_a_link(tmp_path: Path) -> None:
    made = json.loads(_bot(tmp_path, "manifest", COMMAND_PREFIX="tw-").stdout)
    assert made["features"]["slash_commands"][0]["command"] == "/tw-advise"
    link = _bot(tmp_path, "manifest", "--link").stdout
    assert link.startswith("https://api.slack.com/apps?new_app=1&manifest_json=")


async def test_the_doctor_asks_a_model_and_says_what_it_can(tmp_path: Path) -> None:
    assert (await asyncio.to_thread(_bot, tmp_path, "db", "upgrade")).returncode == 0
    async with ScriptedModel() as model:
        model.answers = lambda asked: '{"ready": true}'
        settings = {"OPENAI_BASE_URL": model.url, "MODEL": "scripted"}
        for _ in range(2):
            done = await asyncio.to_thread(_bot, tmp_path, "doctor", **settings)
            assert "scripted answers; strict JSON schema: yes" in done.stdout
            assert "price: free (this machine)" in done.stdout
        model.will_fail(401, code="invalid_api_key")
        done = await asyncio.to_thread(_bot, tmp_path, "doctor", **settings)
        assert done.returncode == 1
        assert "MEND  model: scripted does not answer" in done.stdout
    with closing(sqlite3.connect(tmp_path / "data" / "tunewise.db")) as db:
        rows = db.execute("SELECT DISTINCT run_id FROM call").fetchall()
    assert len(rows) == 3


def test_the_log_never_holds_what_people_typed(tmp_path: Path) -> None:
    done = _bot(tmp_path, "run", "--once", LOG_LEVEL="DEBUG")
    assert done.returncode == 0
    typed = {word for word in _words(QUESTION) if len(word) > 5}
    assert {"handbook", "fine-tune"} <= typed
    assert [line for line in done.stderr.splitlines() if typed & set(_words(line))] == []


async def test_the_log_never_holds_what_a_model_was_asked(tmp_path: Path) -> None:
    async with ScriptedModel() as model:
        model.answers = lambda asked: "{}"
        settings = {"OPENAI_BASE_URL": model.url, "MODEL": "scripted", "LOG_LEVEL": "DEBUG"}
        asked = ("advise", "Should we fine-tune the zanzibar handbook?")
        done = await asyncio.to_thread(_bot, tmp_path, *asked, **settings)
        assert any("zanzibar" in str(request) for request in model.requests)
    assert done.returncode == 0
    assert "zanzibar" not in done.stderr


def _words(line: str) -> list[str]:
    return re.findall(r"[\w-]+", line.lower())


def test_advise_reads_no_secret_and_nothing_unseen(tmp_path: Path) -> None:
    key = "sk-hunter2hunter2hunter2"
    question = f"Should we fine-tune? 9k quest\u200bions a month, key {key}"
    done = _bot(tmp_path, "advise", question)
    assert done.returncode == 0
    assert "[secret removed]" in done.stdout
    assert "9,000" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr
