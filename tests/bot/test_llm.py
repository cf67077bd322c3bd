"""Every request that a server received is one row of the ledger, whatever became of it."""

import asyncio
import gc
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, Field, field_validator

from bot import settings
from bot.errors import BudgetError, ModelError, SetupError
from bot.ledger import Charge, Ledger, charging
from bot.llm import LLM, Capabilities, open_llm
from prompts import Message, Prompt
from storage import Database
from storage import ledger as rows
from tests.modelserver import ScriptedModel, as_at_openai

CHARGE = Charge("T1", "advise", "advise:1", step="read")
KEY = "sk-thisisakeythatnobodymaysee0123"


@dataclass(frozen=True)
class Question(Prompt):
    """A prompt without a file."""

    template: ClassVar[str] = ""
    text: str

    def messages(self) -> tuple[Message, ...]:
        return Message("system", "Be brief."), Message("user", self.text)

    @property
    def fingerprint(self) -> str:
        return "0123456789ab"


class City(BaseModel):
    name: str
    people: int = Field(ge=1)

    @field_validator("name")
    @classmethod
    def _real(cls, name: str) -> str:
        if name == "Atlantis":
            raise ValueError("no such city")
        return name


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.stands_still = False
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += 0 if self.stands_still else seconds
        await asyncio.sleep(0)


@dataclass
class Bench:
    """A client of a scripted server, and what it wrote down."""

    llm: LLM
    model: ScriptedModel
    clock: Clock
    db: Database
    ledger: Ledger

    async def rows(self, run_id: str = CHARGE.run_id) -> tuple[rows.Call, ...]:
        async with self.db.reading() as tx:
            return await rows.calls(tx, "T1", run_id)


async def bench_of(db: Database, model: ScriptedModel, **overrides: Any) -> Bench:
    read = settings.read(
        **{
            "model": "gpt-6-luna",
            "openai_base_url": model.url,
            "openai_api_key": KEY,
            "model_deadline_seconds": 60,
            **overrides,
        }
    )
    clock, ledger = Clock(), Ledger(db, read, pricing=as_at_openai)
    llm = LLM(read, ledger, sleep=clock.sleep, clock=clock)
    return Bench(llm, model, clock, db, ledger)


@pytest.fixture
async def model() -> AsyncIterator[ScriptedModel]:
    async with ScriptedModel() as scripted:
        yield scripted


@pytest.fixture
async def bench(db: Database, model: ScriptedModel) -> AsyncIterator[Bench]:
    bench = await bench_of(db, model)
    with charging(CHARGE):
        yield bench
    await bench.llm.close()


async def test_a_reply_streams_in_and_is_booked_as_billed(bench: Bench) -> None:
    bench.model.will_say("Rome was not built", cached=3)
    told: list[str] = []

    async def tell(text: str) -> None:
        told.append(text)

    reply = await bench.llm.complete(Question("Which city is old?"), on_text=tell)
    assert reply.text == "Rome was not built"
    assert told == ["Rome ", "Rome was ", "Rome was not ", "Rome was not built"]
    assert (reply.usage.input_uncached, reply.usage.input_cached, reply.usage.output) == (3, 3, 4)
    assert reply.cost == 3 * 100 + 3 * 10 + 4 * 500
    (call,) = await bench.rows()
    assert (call.status, call.usage_source, call.cost) == ("ok", "provider", reply.cost)
    assert (call.prompt_fingerprint, call.request_id, call.http_status) == (
        "0123456789ab",
        "req_1",
        200,
    )
    asked = bench.model.requests[0]
    assert asked["messages"][0] == {"role": "system", "content": "Be brief."}
    assert asked["max_completion_tokens"] == 2048
    assert asked["stream_options"] == {"include_usage": True}


async def test_every_request_received_is_one_row_with_the_tokens_that_were_billed(
    db: Database, model: ScriptedModel
) -> None:
    bench = await bench_of(db, model, model_deadline_seconds=2)
    bench.clock.stands_still = True
    model.will_say("one two three", cached=2)
    model.will_fail(429, retry_after="1")
    model.will_fail(500)
    model.will_parse({"name": "Rome", "people": 3})
    model.will_say("prose", cached=1)
    model.will_parse({"name": "Oslo", "people": 1})
    model.will_cut("this breaks off in the middle", after=3)
    model.will_say("whole again")
    model.will_garble()
    model.will_say("after the garble")
    model.will_hang()
    model.will_say("after the hang")
    with charging(CHARGE):
        await bench.llm.complete(Question("first"))
        assert await bench.llm.parse(Question("second"), City) == City(name="Rome", people=3)
        assert await bench.llm.parse(Question("third"), City) == City(name="Oslo", people=1)
        for question in ("fourth", "fifth", "sixth"):
            await bench.llm.complete(Question(question))
    await bench.llm.close()
    calls = await bench.rows()
    assert len(calls) == len(model.requests) == 12
    told = [call for call in calls if call.usage_source == "provider"]
    assert sorted((c.input_uncached + c.input_cached, c.input_cached, c.output) for c in told) == (
        sorted((bill.input, bill.cached, bill.output) for bill in model.bills if bill.delivered)
    )
    untold = [call for call in calls if call.usage_source == "estimated"]
    assert len(untold) == len([bill for bill in model.bills if not bill.delivered]) == 3
    assert all(call.input_uncached > 0 and call.cost for call in untold)
    refused = [call for call in calls if call.usage_source == "none"]
    assert sorted(call.http_status or 0 for call in refused) == [429, 500]
    assert [call.cost for call in refused] == [0, 0]
    assert {call.status for call in calls} == {"ok", "error"}
    spent = await bench.ledger.spent("T1", CHARGE.run_id)
    assert spent == rows.Spent(12, sum(call.cost or 0 for call in calls), 0, 3)
    async with db.reading() as tx:
        run = await rows.budget(tx, "T1", "run", CHARGE.run_id)
    assert run is not None
    assert (run.spent, run.reserved) == (spent.nano_usd, 0)


async def test_retries_of_one_question_are_attempts_of_one_operation(bench: Bench) -> None:
    bench.model.will_fail(500)
    bench.model.will_fail(503)
    bench.model.will_say("yes")
    await bench.llm.complete(Question("ready?"))
    await bench.llm.complete(Question("another?"))
    calls = await bench.rows()
    assert sorted(call.attempt for call in calls) == [1, 1, 2, 3]
    assert len({call.operation_id for call in calls}) == 2


async def test_a_replayed_step_continues_its_count_of_attempts(bench: Bench) -> None:
    for _ in range(2):
        await bench.llm.complete(Question("the same"))
    with charging(replace(CHARGE, step="word")):
        await bench.llm.complete(Question("the same"))
    calls = await bench.rows()
    assert sorted((call.step, call.attempt) for call in calls) == [
        ("read", 1),
        ("read", 2),
        ("word", 1),
    ]


async def test_it_waits_as_long_as_the_server_asks_and_no_longer_than_the_deadline(
    bench: Bench,
) -> None:
    bench.model.will_fail(429, retry_after="7")
    bench.model.will_say("there")
    await bench.llm.complete(Question("are you there?"))
    assert bench.clock.slept == [7.0]
    bench.model.will_fail(429, retry_after="61")
    with pytest.raises(ModelError, match="no more requests just now"):
        await bench.llm.complete(Question("and now?"))
    assert bench.clock.slept == [7.0]
    assert len(await bench.rows()) == 3


async def test_it_waits_longer_each_time_and_gives_up(bench: Bench) -> None:
    for _ in range(9):
        bench.model.will_fail(500)
    with pytest.raises(ModelError, match="failed"):
        await bench.llm.complete(Question("ready?"))
    assert len(bench.model.requests) == 5
    assert len(await bench.rows()) == 5
    for slept, most in zip(bench.clock.slept, (0.5, 1, 2, 4), strict=True):
        assert 0.75 * most <= slept <= most


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        pytest.param({"status": 429, "code": "insufficient_quota"}, "no credit", id="no quota"),
        pytest.param(
            {"status": 401, "message": f"Incorrect key {KEY}"}, "OPENAI_API_KEY", id="key"
        ),
        pytest.param({"status": 403}, "OPENAI_API_KEY", id="forbidden"),
        pytest.param({"status": 404, "code": "model_not_found"}, "no model gpt-6-luna", id="model"),
        pytest.param({"status": 400, "code": "context_length_exceeded"}, "longer", id="too long"),
        pytest.param({"status": 400, "code": "content_filter"}, "filter", id="filtered"),
        pytest.param({"status": 418}, "does not understand", id="anything else"),
    ],
)
async def test_what_asking_again_cannot_mend_is_said_at_once_and_without_the_servers_words(
    bench: Bench, fault: dict[str, Any], sentence: str
) -> None:
    bench.model.will_fail(**fault)
    with pytest.raises(ModelError, match=sentence) as refused:
        await bench.llm.complete(Question("ready?"))
    assert len(bench.model.requests) == 1
    assert [(call.status, call.cost) for call in await bench.rows()] == [("error", 0)]
    assert "scripted" not in str(refused.value)
    assert KEY not in repr(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    ("body", "sentence", "times"),
    [
        pytest.param(b"<html>It works!</html>", "no model's reply", 5, id="a page"),
        pytest.param(b'{"choices": []}', "no model's reply", 5, id="not a stream"),
        pytest.param(b"data: {not JSON\n\n", "no model's reply", 5, id="not JSON"),
        pytest.param(b'data: {"choices": [3]}\n\n', "no model's reply", 5, id="not a reply"),
        pytest.param(b'data: {"error": {"message": "x"}}\n\n', "failed", 5, id="an error inside"),
        pytest.param(
            b'data: {"error": {"message": "x", "code": "insufficient_quota"}}\n\n',
            "no credit",
            1,
            id="no quota inside",
        ),
    ],
)
async def test_an_answer_that_is_none_is_booked_as_an_estimate_since_it_may_be_billed(
    bench: Bench, body: bytes, sentence: str, times: int
) -> None:
    for _ in range(5):
        bench.model.will_garble(body)
    with pytest.raises(ModelError, match=sentence):
        await bench.llm.complete(Question("ready?"))
    calls = await bench.rows()
    assert len(calls) == len(bench.model.requests) == times
    assert {(call.status, call.usage_source) for call in calls} == {("error", "estimated")}


async def test_a_date_to_come_back_at_is_understood(bench: Bench) -> None:
    bench.model.will_fail(503, retry_after="Mon, 23 Nov 2020 12:00:00 GMT")
    await bench.llm.complete(Question("ready?"))
    assert bench.clock.slept == [0.0]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"text": "half a", "finish": "length"}, "more than 2048 tokens"),
        ({"text": "", "finish": "content_filter"}, "content filter"),
        ({"text": "", "refusal": "I cannot."}, "declined"),
    ],
)
async def test_a_reply_that_is_no_answer_is_said_to_be_none_and_is_booked(
    bench: Bench, said: dict[str, Any], sentence: str
) -> None:
    bench.model.will_say(**said)
    with pytest.raises(ModelError, match=sentence):
        await bench.llm.complete(Question("ready?"))
    assert [(call.status, call.usage_source) for call in await bench.rows()] == [("ok", "provider")]


async def test_a_server_that_cannot_be_reached_costs_nothing(
    db: Database, model: ScriptedModel
) -> None:
    bench = await bench_of(db, model, openai_base_url="http://127.0.0.1:1/v1")
    with charging(CHARGE), pytest.raises(ModelError, match="cannot be reached"):
        await bench.llm.complete(Question("ready?"))
    await bench.llm.close()
    assert {(call.usage_source, call.cost) for call in await bench.rows()} == {("none", 0)}


async def test_a_server_that_hangs_is_given_up_at_the_deadline(
    db: Database, model: ScriptedModel
) -> None:
    bench = await bench_of(db, model, model_deadline_seconds=1)
    for _ in range(5):
        model.will_hang()
    with charging(CHARGE), pytest.raises(ModelError, match="in time"):
        await bench.llm.complete(Question("ready?"))
    await bench.llm.close()
    calls = await bench.rows()
    assert len(calls) == len(model.requests) == 2
    assert {(call.status, call.usage_source) for call in calls} == {("error", "estimated")}


async def test_a_budget_refuses_before_anything_is_sent(db: Database, model: ScriptedModel) -> None:
    bench = await bench_of(db, model, budget_run_usd=Decimal("0.0001"))
    with charging(CHARGE), pytest.raises(BudgetError, match="BUDGET_RUN_USD"):
        await bench.llm.complete(Question("ready?"))
    await bench.llm.close()
    assert model.requests == []
    assert await bench.rows() == ()


async def test_nothing_is_sent_for_nobody(db: Database, model: ScriptedModel) -> None:
    bench = await bench_of(db, model)
    with pytest.raises(RuntimeError, match="charging"):
        await bench.llm.complete(Question("ready?"))
    await bench.llm.close()
    assert model.requests == []


async def test_a_cancelled_call_is_settled_with_what_had_come(bench: Bench) -> None:
    bench.model.will_say("one two three four", pause=0.02)
    asking: asyncio.Task[Any] | None = None

    def stop(text: str) -> None:
        if text.startswith("one two"):
            assert asking
            asking.cancel()

    asking = asyncio.ensure_future(bench.llm.complete(Question("count"), on_text=stop))
    with pytest.raises(asyncio.CancelledError):
        await asking
    (call,) = await bench.rows()
    assert (call.status, call.usage_source, call.reserved) == ("aborted", "estimated", 0)
    assert call.output >= 2
    assert call.cost


@pytest.mark.parametrize("kind", [ValueError, TimeoutError, AttributeError])
async def test_an_error_of_the_listener_is_its_own_and_the_call_is_settled(
    bench: Bench, kind: type[Exception]
) -> None:
    def fail(text: str) -> None:
        raise kind("mine")

    with pytest.raises(kind, match="mine"):
        await bench.llm.complete(Question("count"), on_text=fail)
    assert [call.status for call in await bench.rows()] == ["aborted"]


async def test_no_more_calls_go_out_at_once_than_are_set(
    db: Database, model: ScriptedModel
) -> None:
    bench = await bench_of(db, model, model_concurrency=3)
    model.gate.clear()
    with charging(CHARGE):
        asking = asyncio.gather(
            *(bench.llm.complete(Question(f"question {number}")) for number in range(12))
        )
    while model.at_once < 3:
        await asyncio.sleep(0.01)
    model.gate.set()
    await asking
    await bench.llm.close()
    assert (len(model.requests), model.most_at_once) == (12, 3)


async def test_small_jobs_go_to_the_cheap_model(db: Database, model: ScriptedModel) -> None:
    bench = await bench_of(db, model, model_cheap="gpt-5.6-luna")
    with charging(CHARGE):
        await bench.llm.complete(Question("small"), cheap=True, max_tokens=10)
        await bench.llm.complete(Question("large"), max_tokens=10**6)
    await bench.llm.close()
    assert [(asked["model"], asked["max_completion_tokens"]) for asked in model.requests] == [
        ("gpt-5.6-luna", 10),
        ("gpt-6-luna", 2048),
    ]


async def test_secrets_are_not_sent(bench: Bench) -> None:
    await bench.llm.complete(Question(f"my key is {KEY}, is that bad?"))
    assert bench.model.requests[0]["messages"][1]["content"] == (
        "my key is [secret removed], is that bad?"
    )
    assert bench.model.keys == [f"Bearer {KEY}"]
    assert KEY not in repr(vars(bench.llm))


async def test_a_value_is_asked_for_by_its_strict_schema(bench: Bench) -> None:
    bench.model.will_parse({"name": "Rome", "people": 3})
    assert await bench.llm.parse(Question("which?"), City) == City(name="Rome", people=3)
    form = bench.model.requests[0]["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["strict"] is True
    assert form["json_schema"]["schema"]["additionalProperties"] is False
    assert form["json_schema"]["schema"]["required"] == ["name", "people"]


async def test_a_reply_that_does_not_fit_is_corrected_once_with_its_faults(bench: Bench) -> None:
    bench.model.will_parse({"name": "Atlantis", "people": 0})
    bench.model.will_parse({"name": "Rome", "people": 3})
    assert await bench.llm.parse(Question("which?"), City) == City(name="Rome", people=3)
    told = bench.model.requests[1]["messages"][1]["content"]
    assert "no such city" in told
    assert "greater than or equal to 1" in told
    assert "which?" in told
    assert bench.model.requests[1]["response_format"]["type"] == "json_schema"
    first, second = await bench.rows()
    assert {first.prompt_fingerprint, second.prompt_fingerprint} > {"0123456789ab"}


async def test_a_reply_that_does_not_fit_twice_is_given_up(bench: Bench) -> None:
    bench.model.answers = lambda asked: "I would rather talk."
    with pytest.raises(ModelError, match="form that was asked for"):
        await bench.llm.parse(Question("which?"), City)
    assert len(bench.model.requests) == len(await bench.rows()) == 2


@pytest.mark.parametrize(
    ("lacks", "knows"),
    [
        pytest.param({}, Capabilities(), id="everything"),
        pytest.param({"json_schema": False}, Capabilities(json_schema=False), id="no schema"),
        pytest.param(
            {"json_schema": False, "json_object": False},
            Capabilities(json_schema=False, json_object=False),
            id="no JSON",
        ),
        pytest.param(
            {"max_completion_tokens": False},
            Capabilities(max_completion_tokens=False),
            id="old name",
        ),
        pytest.param({"usage": False}, Capabilities(stream_usage=False), id="no usage"),
    ],
)
async def test_what_a_server_lacks_is_learned_once_and_gone_around(
    db: Database, lacks: dict[str, bool], knows: Capabilities
) -> None:
    async with ScriptedModel(**lacks) as model:
        model.answers = lambda asked: '{"ready": true, "name": "Rome", "people": 3}'
        bench = await bench_of(db, model)
        with charging(CHARGE):
            assert await bench.llm.capabilities() == knows
            probes = len(model.requests)
            assert await bench.llm.capabilities() == knows
            assert len(model.requests) == probes
            assert (await bench.llm.parse(Question("which?"), City)).name == "Rome"
        await bench.llm.close()
        assert len(model.requests) == probes + 1
    calls = await bench.rows()
    assert sorted(call.feature for call in calls) == ["advise"] + ["probe"] * probes
    words = " ".join(message["content"] for message in model.requests[-1]["messages"])
    assert ('"people"' in words) == (not knows.json_schema)
    assert [call.usage_source for call in calls if call.status == "ok"] == [
        "provider" if knows.stream_usage else "estimated"
    ] * 2


async def test_a_server_that_only_pretends_to_hold_a_schema_is_found_out(bench: Bench) -> None:
    bench.model.will_say("Rome, of course.")
    bench.model.answers = lambda asked: '{"name": "Rome", "people": 3}'
    for _ in range(2):
        await bench.llm.parse(Question("which?"), City)
    kinds = [asked["response_format"]["type"] for asked in bench.model.requests]
    assert kinds == ["json_schema", "json_object", "json_object"]


async def test_calls_that_learn_the_same_at_once_do_not_learn_too_much(db: Database) -> None:
    async with ScriptedModel(json_schema=False) as model:
        model.answers = lambda asked: '{"name": "Rome", "people": 3}'
        bench = await bench_of(db, model)
        with charging(CHARGE):
            await asyncio.gather(
                *(bench.llm.parse(Question(f"which {number}?"), City) for number in range(6))
            )
        await bench.llm.close()
    assert model.requests[-1]["response_format"]["type"] == "json_object"


def test_without_a_model_there_is_none_and_that_is_normal(db: Database) -> None:
    read = settings.read()
    assert open_llm(read, Ledger(db, read)) is None


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        pytest.param(
            {"openai_api_key": KEY},
            ("gpt-6-luna at $0.10", "gpt-6.1-sol", "none announced"),
            id="key",
        ),
        pytest.param({"openai_base_url": "http://localhost:1/v1"}, ("MODEL",), id="address"),
        pytest.param({"model": "gpt-6-luna"}, ("OPENAI_API_KEY",), id="no key"),
        pytest.param({"model": "local"}, ("playground",), id="local"),
        pytest.param(
            {"model": "ours", "openai_base_url": "http://10.0.0.4/v1"},
            ("ALLOW_UNPRICED",),
            id="price",
        ),
        pytest.param(
            {"model": "gpt-6-luna", "model_cheap": "unheard-of", "openai_api_key": KEY},
            ("unheard-of", "ALLOW_UNPRICED"),
            id="price of the cheap one",
        ),
    ],
)
def test_half_a_model_is_refused_at_the_start_in_one_line(
    db: Database, overrides: dict[str, Any], words: tuple[str, ...]
) -> None:
    read = settings.read(**overrides)
    with pytest.raises(SetupError) as refused:
        open_llm(read, Ledger(db, read))
    assert all(word in str(refused.value) for word in words)
    assert "\n" not in str(refused.value)
    assert KEY not in str(refused.value)


async def test_a_local_server_needs_no_key_and_is_free(db: Database, model: ScriptedModel) -> None:
    read = settings.read(model="llama", openai_base_url=model.url)
    llm = open_llm(read, Ledger(db, read))
    assert llm is not None
    with charging(CHARGE):
        reply = await llm.complete(Question("ready?"))
    await llm.close()
    gc.collect()  # so that an unclosed connection warns here
    assert reply.cost == 0
    assert KEY not in model.keys[0]
