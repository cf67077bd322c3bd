"""A verdict as a decision memo: one page of Markdown for whoever has to sign. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.advisor.telling.card import fact_said, source
from bot.advisor.telling.recipe import Recipe, recipe
from bot.advisor.verdict import WAYS, Assumption, CostRow, Driver, Fact, Verdict, named
from bot.texts import redact, say
from bot.texts.words import aside, chance, count, cut, exact, listed, share, usd

MOST_CHARACTERS, MOST_LINES = 3500, 60
"""One page."""


@dataclass(frozen=True)
class _Room:
    """What is told of the parts that can be shorter."""

    asked: int
    """Characters of the question."""
    flips: int
    notes: int
    assumed: int
    sources: bool = True
    """Whether what the steps rest on is cited."""


_ROOMS = (
    _Room(220, 3, 3, 4),
    _Room(220, 2, 2, 3),
    _Room(220, 2, 1, 2),
    _Room(160, 1, 1, 1),
    _Room(100, 1, 0, 1),
    _Room(100, 1, 0, 1, sources=False),
)
"""From the widest to the narrowest: the first whose page fits is taken."""
_QUIET = frozenset(("no_teacher",))
"""Vetoes that go without saying."""
_MARKUP = re.compile(r"[\\`*_\[\]#|~!]")
_NOT_A_FACT = -1


def memo(verdict: Verdict, question: str, *, today: date) -> str:
    """Write the memo of a verdict, with the prices and the market of its day.

    The question and everything else that is not ours stands in it as plain words: no mention,
    link, heading or table comes out of it.
    """
    plan = recipe(verdict, today=today)
    pages = [_page(verdict, question, today, plan, room) for room in _ROOMS]
    return next((page for page in pages if _fits(page)), pages[-1])


def _fits(page: str) -> bool:
    return len(page) <= MOST_CHARACTERS and len(page.splitlines()) <= MOST_LINES


def plain(text: str) -> str:
    r"""Make text safe to stand in Markdown, on one line.

    >>> plain("@channel <b>*now*</b> | see\n# https://x.org [y](z)")
    '＠channel &lt;b&gt;\\*now\\*&lt;/b&gt; \\| see \\# https:\\//x.org \\[y\\](z)'
    """
    text = " ".join(redact(text).split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MARKUP.sub(lambda sign: "\\" + sign[0], text)
    text = text.replace("://", ":\\//").replace("www.", "www\\.")
    return re.sub(r"@(?=\w*[^\W\d])", "＠", text)


def _page(verdict: Verdict, question: str, today: date, plan: Recipe, room: _Room) -> str:
    asked = cut(redact(question), room.asked)
    dates = {"day": str(today), "audit": verdict.audit_id, "prices": verdict.prices_as_of}
    parts = (
        "# " + say("memo.title", label=verdict.label),
        say("memo.about", **dates),
        say("memo.question", question=plain(asked) or say("memo.no_question")),
        say("memo.recommendation", **_recommended(verdict)),
        _leader(verdict),
        _list(say("memo.why"), _drivers(verdict.drivers)),
        _heading(say("memo.costs")) + _table(verdict),
        "\n".join(_below_table(verdict)),
        _list(say("memo.flips"), map(plain, verdict.flips[: room.flips])),
        _list(say("memo.risks"), _risks(verdict, room.notes, room.assumed)),
        _heading(say("memo.steps", days=exact(plan.total_days))) + _steps(plan),
        say("memo.go", words=plain(plan.go)),
        say("memo.roll_back", words=plain(plan.roll_back)),
        _sources(verdict, plan) if room.sources else "",
        say("memo.footer", **dates),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _recommended(verdict: Verdict) -> dict[str, str]:
    return {"sentence": plain(verdict.sentence), "confidence": chance(verdict.confidence)}


def _leader(verdict: Verdict) -> str:
    leader = verdict.leader
    if leader is None or verdict.option != "ask":
        return ""
    words = {"option": named(leader.option), "monthly": usd(leader.monthly_usd)}
    return say("memo.remains", chance=chance(leader.chance), **words)


def _drivers(drivers: Iterable[Driver]) -> Iterator[str]:
    """Give each reason with its papers; a paper is linked where it is named first."""
    linked: set[str] = set()
    for driver in drivers:
        cited = listed([_cited(id, id in linked) for id in driver.evidence])
        linked.update(driver.evidence)
        yield aside(plain(driver.text), cited or say("advisor.card_computed"))


def _cited(id: str, linked: bool) -> str:
    found = source(id)
    if linked:
        return found.id
    words = f"{found.id} {plain(found.name)}"
    return f"[{words}]({found.url})" if found.url else words


def _table(verdict: Verdict) -> str:
    head = say("memo.head")
    rule = "|---" + "|---:" * (head.count("|") - 2) + "|"
    rows = [_row(row, verdict) for row in verdict.costs if row.option in WAYS and row.open]
    return "\n".join((head, rule, *rows))


def _row(row: CostRow, verdict: Verdict) -> str:
    chosen = verdict.option if verdict.leader is None else verdict.leader.option
    name = named(row.option)
    return say(
        "memo.row",
        option=f"**{name}**" if row.option == chosen else name,
        monthly=usd(row.monthly_usd),
        low=usd(row.low_usd),
        high=usd(row.high_usd),
        thousand=usd(row.per_thousand_usd),
        days=exact(row.setup_days),
        accuracy=share(round(row.accuracy, 2)),
        meets=say("memo.no_target") if row.meets is None else chance(row.meets),
    )


def _below_table(verdict: Verdict) -> Iterable[str]:
    known = verdict.case.get("monthly_requests")
    assumed = next((a.value for a in verdict.assumptions if a.field == "monthly_requests"), None)
    requests = known if known is not None else assumed
    if isinstance(requests, float | int):
        yield say("memo.volume", requests=count(requests))
    if verdict.break_even is not None:
        yield plain(verdict.break_even.words)
    shut = dict.fromkeys(named(veto.option) for veto in verdict.vetoes if veto.kind not in _QUIET)
    if shut:
        yield say("memo.ruled_out", options=listed(shut))


def _risks(verdict: Verdict, notes: int, assumed: int) -> list[str]:
    worth = verdict.information
    told = [plain(worth.words)] if worth is not None and notes else []
    told += [plain(note) for note in verdict.notes[:notes]]
    told += [_assumed(one) for one in verdict.assumptions[:assumed]]
    return told or [say("memo.assumed_none")]


def _assumed(one: Assumption) -> str:
    fact = Fact(one.field, one.value, "default", "", _NOT_A_FACT, _NOT_A_FACT)
    return say("memo.assumed", what=plain(fact_said(fact)), why=plain(one.why))


def _steps(plan: Recipe) -> str:
    return "\n".join(
        say("memo.step", n=n, title=step.title, days=exact(step.engineer_days))
        for n, step in enumerate(plan.steps, 1)
    )


def _sources(verdict: Verdict, plan: Recipe) -> str:
    """Give what the steps rest on beside the findings that are linked above."""
    ids = dict.fromkeys(id for step in plan.steps for id in step.evidence)
    rest = [source(id) for id in sorted(ids.keys() - set(verdict.evidence))]
    told = listed(f"{one.id} {plain(one.name)}" for one in rest)
    return say("memo.sources", sources=told) if told else ""


def _heading(words: str) -> str:
    return f"## {words}\n"


def _list(head: str, lines: Iterable[str]) -> str:
    return _heading(head) + "\n".join(f"- {line}" for line in lines)
