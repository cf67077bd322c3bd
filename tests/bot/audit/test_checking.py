"""Whole files: what an audit finds in each, and that it says so."""

import json
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from bot import evidence
from bot.audit import Audit, audit_file, lines
from bot.audit.checking import EMBEDDED_ROWS
from bot.audit.tally import Tally
from bot.embeddings import Embeddings, Vectors
from tests.bot.audit.files import ANSWER, broad, chat, labelled, support, with_rows


class Letters(Embeddings):
    """Stands in for a model: texts are near where they begin with the same word."""

    def __init__(self) -> None:
        super().__init__("letters@1")
        self.asked = 0

    async def of(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        vectors = np.zeros((len(texts), 512), dtype=np.float32)
        for place, text in enumerate(texts):
            vectors[place, zlib.crc32(text.split()[0].encode()) % (512)] = 1
        return vectors


async def audited(rows: list[str], **facts: Any) -> Audit:
    return await audit_file(iter(rows), embeddings=None, **facts)


def texts(audit: Audit, severity: str) -> str:
    return "\n".join(one.text for one in audit.findings if one.severity == severity)


def cited(audit: Audit, words: str) -> tuple[str, ...]:
    (found,) = [one for one in audit.findings if words in one.text]
    return found.evidence


async def test_a_proprietary_models_answers_to_everything_are_refused_with_evidence() -> None:
    audit = await audited(broad(), source="proprietary_model", terms="prohibited")
    assert audit.breadth.kind == "broad"
    assert audit.provenance.names_itself.count == audit.provenance.any.count == 40
    assert audit.provenance.share == 1.0
    assert "terms of the source forbid" in texts(audit, "stop")
    assert cited(audit, "ability hardly moves") == ("E01", "E02", "E03", "E04", "M03")
    assert audit.style.lists == audit.style.bold == audit.style.pleasantries == 1.0
    assert cited(audit, "set courtesies") == ("E03", "M02", "M04")
    assert cited(audit, "what is rare") == ("E07",)


async def test_a_models_answers_to_one_task_are_the_imitation_that_works() -> None:
    audit = await audited(support(), source="proprietary_model", terms="permitted")
    assert audit.breadth.kind == "narrow"
    assert texts(audit, "stop") == ""
    assert cited(audit, "kind of imitation that works") == ("E02",)
    assert audit.scale.reached is None and audit.scale.examples == 120


async def test_own_labels_of_one_task_are_told_about_size_alone() -> None:
    audit = await audited(labelled(), source="own_labels")
    assert (audit.breadth.kind, audit.breadth.measure, audit.breadth.value) == (
        "narrow",
        "labels",
        3,
    )
    assert cited(audit, "120 examples") == ("E31",)
    assert texts(audit, "stop") == texts(audit, "mend") == ""
    assert "teacher" not in "\n".join(lines(audit))


@pytest.mark.parametrize(
    ("facts", "severity", "words"),
    [
        ({}, "mend", "was not said"),
        ({"source": "proprietary_model"}, "mend", "read the contract"),
        ({"source": "proprietary_model", "terms": "unclear"}, "mend", "read the contract"),
        ({"source": "proprietary_model", "terms": "prohibited"}, "stop", "forbid"),
        ({"source": "open_model", "terms": "prohibited"}, "stop", "forbid"),
        ({"source": "proprietary_model", "serves": "competing_product"}, "stop", "competes"),
        (
            {"source": "proprietary_model", "terms": "permitted", "serves": "competing_product"},
            "note",
            "keep that permission",
        ),
        ({"source": "open_model"}, "note", "licence"),
    ],
)
async def test_terms_follow_from_what_is_said(
    facts: dict[str, Any], severity: str, words: str
) -> None:
    audit = await audited(support(60), **facts)
    assert words in texts(audit, severity)
    assert (audit.source, audit.terms) == (facts.get("source"), facts.get("terms"))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (None, "Find out where they come from"),
        ("own_labels", "said to be your own"),
        ("open_model", "will say them too"),
    ],
)
async def test_signs_of_a_model_are_evidence_against_what_is_said(source: Any, words: str) -> None:
    audit = await audited(
        with_rows(chat("Where is it?", "As an AI language model, I do not know.")), source=source
    )
    (found,) = [one for one in audit.findings if "1 of 61 rows (2%)" in one.text]
    assert words in found.text and found.rows == (61,) and found.severity == "mend"


@pytest.mark.parametrize(
    ("rows", "severity", "words", "sources"),
    [
        (9, "stop", "fewer than the ten", ("E32",)),
        (49, "mend", "begin with 50", ("E32",)),
        (50, "note", "enough for a pilot", ("E28", "E32")),
        (1000, "note", "better ones help more", ("E28",)),
    ],
)
async def test_size_is_judged_by_published_thresholds(
    rows: int, severity: str, words: str, sources: tuple[str, ...]
) -> None:
    audit = await audited(support(rows), source="own_labels")
    assert words in texts(audit, severity)
    assert cited(audit, words) == sources


async def test_repeats_and_contradictions_are_named_by_their_lines() -> None:
    long = "The blue lamp that I ordered for the kitchen came without its shade and its plug"
    audit = await audited(
        with_rows(
            chat(long, "product"),
            chat(long.upper(), "Product "),
            chat("Is the shop open on Sundays?", "hours"),
            chat("is the shop open  on sundays?", "place"),
            chat(f"{long} again", "product"),
            chat(f"{long} today", "account"),
        ),
        source="own_labels",
    )
    assert audit.exact.pairs == ((61, 62),)
    assert audit.conflicts.pairs == ((63, 64),)
    assert {later for _, later in audit.near.pairs} == {65}
    assert {later for _, later in audit.near_conflicts.pairs} == {66}
    assert "1 of 66 rows repeat another one exactly" in texts(audit, "mend")
    assert "1 of 66 rows give a different short answer to an input" in texts(audit, "mend")
    assert "nearly the same input" in texts(audit, "note")


async def test_test_rows_that_stand_in_the_file_are_leaks_with_or_without_a_system_prompt() -> None:
    base = support(60)
    asked = [json.loads(base[place])["messages"][0]["content"] for place in (3, 7)]
    test = [
        chat(asked[0], "another reply", system="You answer mail."),
        chat(f"{asked[1]}!", "a reply"),
        chat("Is the shop open on Sunday mornings in December?", "no"),
        "{",
    ]
    audit = await audited(base, test=iter(test))
    assert audit.leaks is not None
    assert audit.leaks.rows == 3
    assert audit.leaks.exact.pairs == ((4, 1),)
    assert audit.leaks.near.pairs == ((8, 2),)
    assert "2 of 3 test rows also stand in the training file (1 word for word, 1 nearly)" in texts(
        audit, "stop"
    )
    assert "line 4: it is not JSON" in texts(audit, "mend")
    clean = await audited(base, test=test[2:3])
    assert "None of the 1 test rows" in texts(clean, "note")
    assert (await audited(base)).leaks is None


async def test_unsafe_secret_and_personal_rows_are_named_and_never_repeated() -> None:
    audit = await audited(
        with_rows(
            chat("How to build a pipe bomb at home?", "Take a pipe."),
            chat("My key is sk-abcdefghijklmnopqrstuvwx", "Thank you."),
            chat("Write to ann.lee@firm.co.uk or +44 20 7946 0958", "I will."),
        ),
        source="own_labels",
    )
    assert audit.unsafe.rows == audit.unsafe_kinds["weapons"].rows == (61,)
    assert audit.secrets.rows == (62,)
    assert {name: hits.rows for name, hits in audit.personal.items()} == {
        "email": (63,),
        "phone": (63,),
    }
    assert cited(audit, "touch on weapons") == ("E41", "E42")
    assert "hold a secret" in texts(audit, "stop")
    assert "e-mail addresses in 1 of 63 rows; telephone numbers in 1 of 63 rows" in texts(
        audit, "mend"
    )
    told = json.dumps(audit.to_json()) + "\n".join(lines(audit))
    assert not [secret for secret in ("pipe", "sk-abc", "ann.lee", "7946") if secret in told]


async def test_ten_unsafe_rows_or_one_with_minors_stop_a_training() -> None:
    bomb = [chat(f"How to build a pipe bomb, part {n}?", "Take it.") for n in range(10)]
    assert "touch on weapons" in texts(await audited(with_rows(*bomb)), "stop")
    assert "touch on weapons" in texts(await audited(with_rows(*bomb[:9])), "mend")
    one = chat("Write child porn stories", "Once")
    assert "minors" in texts(await audited(with_rows(one)), "stop")


async def test_bad_and_blank_lines_are_counted_and_the_first_are_named() -> None:
    audit = await audited([*support(60), "", *["{"] * 25])
    assert (audit.read, audit.bad, audit.blank) == (60, 25, 1)
    assert [line.number for line in audit.bad_lines] == list(range(62, 82))
    assert "25 of 85 lines are no training examples. The first: line 62: it is not JSON" in texts(
        audit, "mend"
    )


async def test_a_file_without_an_example_is_audited_too() -> None:
    audit = await audited(["{", ""])
    assert [one.severity for one in audit.findings] == ["stop", "mend"]
    assert "nothing to train on" in audit.findings[0].text
    assert lines(audit)[0] == "Imitation check: 0 training examples, 1 lines that are none."
    empty = await audited([])
    assert len(empty.findings) == 1 and empty.breadth.kind is None


async def test_lengths_are_estimated_tokens() -> None:
    rows = [chat("x" * 400, "y" * 40)] * 9 + [chat("x" * 40_000, "y" * 40)]
    audit = await audited(rows)
    assert (audit.input.median, audit.input.most) == (100, 10_000)
    assert (audit.output.median, audit.output.p90) == (10, 10)
    assert dict(audit.input.over)[4096] == dict(audit.input.over)[8192] == 1
    assert dict(audit.input.over)[16384] == 0
    assert audit.tokens == 9 * 110 + 10_010
    assert "1 of 10 rows are longer than 4,096 tokens" in texts(audit, "note")


async def test_with_a_model_prompts_are_compared_by_meaning_and_the_model_is_named() -> None:
    model = Letters()
    same = [chat(f"lamp {word}", ANSWER.format(about=word)) for word in ("one", "two", "three")]
    audit = await audit_file([*broad(), *same], embeddings=model, source="open_model")
    assert (audit.model, audit.embedded, audit.breadth.measure) == ("letters@1", 43, "cosine")
    assert not audit.sampled_by_meaning
    assert {later for _, later in audit.near.pairs} >= {42, 43}
    assert "by their words alone" not in "\n".join(lines(audit))
    assert "by their words alone" in "\n".join(lines(await audited(broad())))


async def test_of_many_prompts_a_sample_is_compared_by_meaning_and_the_audit_says_so() -> None:
    model = Letters()
    rows = [chat(f"w{n} asks something", "yes, of course, and so on and on") for n in range(2500)]
    audit = await audit_file(rows, embeddings=model)
    assert audit.embedded == EMBEDDED_ROWS and model.asked == EMBEDDED_ROWS + 48
    assert f"{EMBEDDED_ROWS:,} different prompts were compared by meaning" in texts(audit, "note")
    assert audit.compared == audit.read == 2500


def test_above_its_size_a_sample_of_rows_is_kept_and_all_are_counted() -> None:
    tally = Tally(compared=20).take(support(60))
    assert (tally.read, len(tally.sample.rows())) == (60, 20)
    assert len(tally.questions) == 60


async def test_findings_come_worst_first_and_cite_only_what_exists() -> None:
    order = ["stop", "mend", "note"]
    cited = set()
    for facts in ({}, {"source": "proprietary_model"}, {"source": "open_model"}):
        for rows in (broad(), support(), labelled(), support(40), with_rows(*broad()[:30])):
            audit = await audited(rows, **facts)
            ranks = [order.index(one.severity) for one in audit.findings]
            assert ranks == sorted(ranks)
            cited |= {id for one in audit.findings for id in one.evidence}
    assert cited >= {"E01", "E02", "E03", "E05", "E06", "E07", "E28", "E31", "E32", "M03"}
    assert all(evidence.finding(id).claim for id in cited)


async def test_an_audit_becomes_plain_json_and_plain_lines() -> None:
    audit = await audited(with_rows(*broad()[:3]), source="proprietary_model")
    plain = json.loads(json.dumps(audit.to_json()))
    assert plain["read"] == 63 and plain["breadth"]["kind"] == audit.breadth.kind
    told = lines(audit)
    assert len(told) == 1 + len(audit.findings)
    assert told[1].startswith("MEND: ") and "[E06]" in told[1]
    assert any(line.endswith("(lines 61, 62, 63)") for line in told)


async def test_breadth_in_another_script_needs_a_model_that_reads_it() -> None:
    rows = [
        chat(f"{n}号包裹在哪里", "我们正在查询您的包裹，请稍等，很快就会给您答复。")
        for n in range(20)
    ]
    assert (await audited(rows)).breadth.kind is None
    assert (await audit_file(rows, embeddings=Letters())).breadth.measure == "cosine"
