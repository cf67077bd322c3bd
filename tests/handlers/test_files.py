"""A log of requests fills a case, a training file is audited, and nothing else of them is kept."""

import gzip
import json
from typing import Any

import pytest

from bot.playground import Fault
from handlers import downloads
from handlers.downloads import use_of
from storage import advisor as verdicts
from tests.handlers.conftest import ANN, BOT, GENERAL, Workplace
from tests.handlers.test_mentions import QUESTION

SECRET = "the password is hunter2"


def log(requests: int = 60) -> bytes:
    """A log with a request every three minutes."""
    lines = []
    for number in range(requests):
        messages = [
            {"role": "system", "content": "You route tickets. " + "Rules follow. " * 200},
            {"role": "user", "content": f"ticket {number}: {SECRET}"},
        ]
        line = {
            "timestamp": f"2026-11-20T{10 + number // 20}:{number % 20 * 3:02d}:00Z",
            "model": "gpt-5-mini",
            "messages": messages,
            "usage": {"prompt_tokens": 640, "completion_tokens": 12},
        }
        lines.append(json.dumps(line))
    return "\n".join(lines).encode()


def training(rows: int = 40) -> bytes:
    """A training file of a chat format, with one row twice."""
    lines = []
    for number in [*range(rows), 0]:
        messages = [
            {"role": "user", "content": f"Ticket {number}: my parcel number {number} is late."},
            {"role": "assistant", "content": "delivery" if number % 2 else "invoice"},
        ]
        lines.append(json.dumps({"messages": messages}))
    return "\n".join(lines).encode()


async def drop(work: Workplace, name: str, data: bytes, text: str, **extra: Any) -> str:
    ts = await work.playground.drop_file(ANN, GENERAL, name, data, text, **extra)
    await work.settled()
    return ts


async def case_of(work: Workplace, ts: str) -> dict[str, Any]:
    async with work.running.bot.db.reading() as tx:
        given = await verdicts.newest(tx, "T0PLAY", GENERAL, ts)
    assert given is not None
    case: dict[str, Any] = given.verdict["case"]
    return case


@pytest.mark.parametrize("packed", [False, True])
async def test_a_log_dropped_below_a_verdict_fills_its_case(work: Workplace, packed: bool) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    data, name = (gzip.compress(log()), "log.jsonl.gz") if packed else (log(), "log.jsonl")
    await drop(work, name, data, "", thread_ts=ts)
    _, reply = work.replies(ts)
    case = await case_of(work, ts)
    assert case["output_tokens"] == 12
    assert case["model"] == "gpt-5-mini"
    assert case["labelled_examples"] == 22_000
    assert case["monthly_requests"] != 60_000
    assert "60 requests" in reply.text
    assert "audit v" in reply.text
    assert "hunter2" not in reply.text + str(reply.blocks)


async def test_a_log_before_the_question_is_used_for_it(work: Workplace) -> None:
    ts = await drop(work, "log.jsonl", log(), f"<@{BOT}> measure")
    (report,) = work.replies(ts)
    assert report.text.splitlines()[-1].startswith("Now ask your question in this thread")
    await drop(work, "train.jsonl", training(), f"<@{BOT}> audit", thread_ts=ts)
    await work.mention("should we fine-tune for ticket routing? we need 85%", thread_ts=ts)
    await work.settled()
    case = await case_of(work, ts)
    assert (case["output_tokens"], case["target_accuracy"]) == (12, 0.85)


async def test_a_question_with_a_log_is_answered_with_it(work: Workplace) -> None:
    ts = await drop(work, "log.jsonl", log(), f"<@{BOT}> {QUESTION}")
    (reply,) = work.replies(ts)
    assert "audit v" in reply.text
    case = await case_of(work, ts)
    assert (case["output_tokens"], case["target_accuracy"]) == (12, 0.85)


async def test_a_training_file_is_audited_and_offered_to_the_verdict(work: Workplace) -> None:
    ts = await work.mention(QUESTION)
    await work.settled()
    (answer,) = work.replies(ts)
    await drop(work, "train.jsonl", training(), f"<@{BOT}> audit", thread_ts=ts)
    _, reply = work.replies(ts)
    assert "41" in reply.text.splitlines()[0]
    assert (await case_of(work, ts))["labelled_examples"] == 22_000
    await work.playground.click(ANN, GENERAL, reply.ts, "advise_use")
    await work.settled()
    assert (await case_of(work, ts))["labelled_examples"] == 40
    assert work.playground.message(GENERAL, answer.ts).text != answer.text


async def test_a_second_file_is_the_test_set(work: Workplace) -> None:
    ts = await work.playground.drop_files(
        ANN, GENERAL, [("a.jsonl", training()), ("b.jsonl", training(5))], f"<@{BOT}> audit"
    )
    await work.settled()
    (reply,) = work.replies(ts)
    assert "test" in reply.text.lower()


async def test_what_kind_of_file_it_is_is_told_apart_without_a_word(work: Workplace) -> None:
    trained = await drop(work, "a.jsonl", training(), f"<@{BOT}>")
    logged = await drop(work, "b.jsonl", log(), f"<@{BOT}>")
    assert (
        "training" in work.replies(trained)[0].text.lower() or "41" in work.replies(trained)[0].text
    )
    assert "60 requests" in work.replies(logged)[0].text


async def test_an_unclear_file_is_asked_about_with_two_buttons(work: Workplace) -> None:
    ts = await drop(work, "x.jsonl", b'{"a": 1}\n' * 5 + training(3), f"<@{BOT}>")
    (question,) = work.replies(ts)
    assert question.text.startswith("I cannot tell what x.jsonl is.")
    await work.playground.click(ANN, GENERAL, question.ts, "advise_file:audit")
    await work.playground.click(ANN, GENERAL, question.ts, "advise_file:audit")
    await work.settled()
    assert len(work.replies(ts)) == 2
    assert "x.jsonl" not in work.replies(ts)[1].text


async def test_a_long_name_keeps_its_two_buttons(work: Workplace) -> None:
    named = [(letter * 240 + ".jsonl", b'{"a": 1}\n' * 5) for letter in "文件"]
    ts = await work.playground.drop_files(ANN, GENERAL, named, f"<@{BOT}>")
    await work.settled()
    (question,) = work.replies(ts)
    assert "advise_file:audit" in str(question.blocks)


async def test_a_file_beside_our_threads_is_left_alone(work: Workplace) -> None:
    ts = await drop(work, "log.jsonl", log(), "for you, Ben")
    assert work.replies(ts) == ()
    assert work.playground.calls("files.info") == []


async def test_a_file_that_is_too_large_is_not_fetched(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "MOST_BYTES", 2 * 1024**2)
    ts = await drop(work, "log.jsonl", log() * 40, f"<@{BOT}> measure")
    (reply,) = work.replies(ts)
    assert "too large" in reply.text
    assert work.playground.calls("url_private") == []


async def test_a_packed_file_that_grows_beyond_reason_is_refused(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "MOST_UNPACKED", 100_000)
    ts = await drop(work, "log.jsonl.gz", gzip.compress(log()), f"<@{BOT}> measure")
    assert "unpacks to more than" in work.replies(ts)[0].text


async def test_a_page_to_sign_in_is_no_file(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    posting = work.running.bot.posting
    monkeypatch.setattr(posting, "token", lambda team_id: "xoxb-wrong")
    ts = await drop(work, "log.jsonl", log(), f"<@{BOT}> measure")
    (reply,) = work.replies(ts)
    assert "files:read" in reply.text
    assert "xoxb" not in reply.text


async def test_a_download_that_breaks_off_is_tried_again(work: Workplace) -> None:
    work.playground.fail("url_private", Fault.SERVER_ERROR, times=1)
    ts = await drop(work, "log.jsonl", log(), f"<@{BOT}> measure")
    (reply,) = work.replies(ts)
    assert "60 requests" in reply.text


@pytest.mark.parametrize("text", ["audit", "measure!"])
async def test_without_a_file_it_is_said_how(work: Workplace, text: str) -> None:
    ts = await work.mention(text)
    await work.settled()
    assert "Drop a file of JSON lines" in work.replies(ts)[0].text


@pytest.mark.parametrize(
    ("words", "use"),
    [
        pytest.param("audit", "audit", id="audit"),
        pytest.param("please measure this log!", "measure", id="measure"),
        pytest.param("审计", "audit", id="Chinese"),
        pytest.param("should we audit before we fine-tune our routing?", None, id="a question"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_short_message_says_what_its_file_is_for(words: str, use: str | None) -> None:
    assert use_of(words) == use


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        pytest.param("https://files.slack.com/files-pri/T1-F1/download/a", True, id="Slack"),
        pytest.param("http://files.slack.com/a", False, id="without encryption"),
        pytest.param("https://files.slack.com.evil.example/a", False, id="looks alike"),
        pytest.param("https://evil.example/?slack.com", False, id="elsewhere"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_file_is_fetched_from_slack_alone(url: str, ours: bool) -> None:
    assert downloads._is_slacks(url, "https://slack.com/api/") is ours
