"""A verdict as Block Kit: the answer on top, its costs and assumptions, questions as buttons."""

import json
from collections.abc import Iterable
from textwrap import shorten
from typing import Any

from bot.advisor import Verdict
from bot.advisor.card import CardDriver, Source, card
from bot.advisor.verdict import WAYS, Ask, CostRow, named
from bot.advisor.words import usd
from bot.texts import say
from handlers.posting import context

_TEXT, _BUTTON, _HEADER = 2900, 75, 150
"""Slack's limits on a section, a button and a header, with room to spare."""

Block = dict[str, Any]


def verdict_blocks(
    verdict: Verdict, footer: str, action: str, asked: str = ""
) -> tuple[Block, ...]:
    """Give the blocks of a verdict; a button sends `action` with the fact that it states.

    `asked` is the question, where the reply does not stand below it.
    """
    shown = card(verdict)
    outlook = [line for line in (shown.break_even, shown.flips) if line]
    question = context(say("verdict.asked", question=escape(shorten(asked, 300, placeholder=" …"))))
    return (
        *([question] if asked else ()),
        {"type": "header", "text": {"type": "plain_text", "text": shown.headline[:_HEADER]}},
        _section(escape(shown.sentence)),
        _section(_list(say("verdict.why"), map(_driver, shown.drivers))),
        _section(_costs(verdict)),
        _section("\n".join(map(escape, outlook))),
        *(block for ask in verdict.asks for block in _ask(ask, verdict.audit_id, action)),
        context(escape("\n".join((shown.understood, *shown.notes)))[:_TEXT]),
        context(escape("\n".join(filter(None, (shown.assumed, shown.prices, footer))))[:_TEXT]),
    )


def escape(text: str) -> str:
    """Make text safe to stand in mrkdwn: no mention, link or formatting comes out of it.

    >>> escape("<!channel> *now*")
    '&lt;!channel&gt; ∗now∗'
    """
    for sign, plain in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("*", "∗"), ("`", "ˋ")):
        text = text.replace(sign, plain)
    return text


def _driver(driver: CardDriver) -> str:
    sources = ", ".join(map(_source, driver.sources))
    return f"{escape(driver.text)} ({sources or say('advisor.card_computed')})"


def _source(source: Source) -> str:
    return f"<{source.url}|{source.id}>" if source.url else escape(f"{source.id} {source.name}")


def _costs(verdict: Verdict) -> str:
    rows = sorted((row for row in verdict.costs if row.option in WAYS), key=_monthly)
    lines = [_cost(row, verdict) for row in rows if row.open]
    out = "; ".join(f"{named(row.option)} ({row.note})" for row in rows if not row.open)
    if out:
        lines.append(say("verdict.ruled_out", options=escape(out)))
    return _list(say("verdict.costs"), lines)


def _monthly(row: CostRow) -> float:
    return row.monthly_usd


def _cost(row: CostRow, verdict: Verdict) -> str:
    chosen = verdict.leader.option if verdict.leader else verdict.option
    name = escape(named(row.option))
    return say(
        "verdict.cost",
        name=f"*{name}*" if row.option == chosen else name,
        monthly=usd(row.monthly_usd),
        low=usd(row.low_usd),
        high=usd(row.high_usd),
        thousand=usd(row.per_thousand_usd),
    )


def _ask(ask: Ask, audit_id: str, action: str) -> tuple[Block, Block]:
    buttons = [
        {
            "type": "button",
            "action_id": f"{action}:{ask.field}:{number}",
            "text": {"type": "plain_text", "text": choice.label[:_BUTTON]},
            "value": json.dumps(
                {
                    "audit_id": audit_id,
                    "field": ask.field,
                    "value": choice.value,
                    "label": choice.label,
                },
                ensure_ascii=False,
            ),
        }
        for number, choice in enumerate(ask.choices)
    ]
    return _section(f"*{escape(ask.question)}*"), {"type": "actions", "elements": buttons}


def _list(head: str, lines: Iterable[str]) -> str:
    return "\n".join([f"*{head}*", *(f"• {line}" for line in lines)])


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:_TEXT]}}
