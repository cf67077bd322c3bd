"""A verdict as Block Kit in twelve lines: the answer, open questions as buttons, and four doors."""

import json
import re
from typing import Any

from bot.advisor import Verdict
from bot.advisor.telling.card import CardDriver, Source, about, card, outlook
from bot.advisor.verdict import Ask, Choice, named
from bot.texts import say
from bot.texts.words import aside, cut, listed
from handlers.posting import context

CHOICE = "advise_choice"
"""Action of a button that answers an open question of a verdict."""
DETAILS, RECIPE, EDIT, MEMO = "details", "recipe", "edit", "memo"
DOOR = "advise"
"""Actions of the buttons below a verdict: `advise_details` and so on."""

MOST_TEXT, MOST_SMALL = 2_900, 1_950
_BUTTON, _HEADER = 75, 150
"""Slack's limits on a section, small print, a button and a header, with room to spare."""
_CUT = " …"
_BROKEN = re.compile(r"(?:&\w{0,4}|<[^>]*)$")
"""A sign or a link of mrkdwn that was cut in two."""
_PLAIN = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("*", "∗"),
    ("`", "ˋ"),
    ("~", "∼"),
    ("://", ":∕∕"),
)
_ITALIC = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""A line that may begin or end italics; one inside a name such as `a_b` does not."""
_CALL = re.compile(r"@(?=here|channel|everyone)", re.IGNORECASE)

Block = dict[str, Any]


def verdict_blocks(
    verdict: Verdict, footer: str, asked: str = "", doors: tuple[str, ...] = ()
) -> tuple[Block, ...]:
    """Give the blocks of a verdict.

    `footer` is mrkdwn, `asked` the question where the reply does not stand below it, and `doors`
    the buttons to show.
    """
    shown = card(verdict)
    drivers = [f"{place}. {_driver(driver)}" for place, driver in enumerate(shown.drivers, 1)]
    caveats = [escape(line) for line in shown.caveats]
    return (
        {"type": "header", "text": {"type": "plain_text", "text": shown.headline[:_HEADER]}},
        section(escape(f"{shown.sentence} {shown.leader}")),
        *sections("\n".join(drivers)),
        *sections("\n".join((shown.cost, *map(escape, outlook(verdict, shown))))),
        small(escape("\n".join(about(verdict, shown, asked)))),
        small(" ".join((*caveats, footer))),
        *(block for ask in _asks(verdict) for block in _ask(ask, verdict)),
        *([_doors(doors, verdict.audit_id)] if doors else ()),
    )


def escape(text: str) -> str:
    """Make text safe to stand in mrkdwn: no mention, link or formatting comes out of it.

    >>> escape("<!channel> *now*"), escape("_it_ ~s~ of a_b @here https://x.org")
    ('&lt;!channel&gt; ∗now∗', 'ˍitˍ ∼s∼ of a_b ＠here https:∕∕x.org')
    """
    for sign, plain in _PLAIN:
        text = text.replace(sign, plain)
    return _CALL.sub("＠", _ITALIC.sub("ˍ", text))


def section(text: str) -> Block:
    """Give a block of mrkdwn, cut to what Slack takes."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": _fit(text, MOST_TEXT)}}


def sections(text: str) -> tuple[Block, ...]:
    """Give lines of mrkdwn as blocks, as many as Slack needs for them: none for no text."""
    blocks: list[str] = []
    for line in text.split("\n") if text.strip() else ():
        longer = f"{blocks[-1]}\n{line}" if blocks else line
        if blocks and len(longer) <= MOST_TEXT:
            blocks[-1] = longer
        elif line.strip():
            blocks.append(_fit(line, MOST_TEXT))
    return tuple(map(section, blocks))


def small(text: str) -> Block:
    """Give a block of small print, cut to what Slack takes."""
    return context(_fit(text, MOST_SMALL))


def _fit(text: str, most: int) -> str:
    """Cut text behind a whole line, and a single line anywhere but in a sign or a link."""
    if len(text) <= most:
        return text
    shown = text[: most - len(_CUT)]
    lines = shown.rpartition("\n")[0].rstrip()
    return f"{lines}\n…" if lines else f"{_BROKEN.sub('', shown).rstrip()}{_CUT}"


def button(action: str, label: str, value: str) -> Block:
    """Give a button whose label is cut to what Slack takes."""
    text = {"type": "plain_text", "text": cut(label, _BUTTON)}
    return {"type": "button", "action_id": action, "text": text, "value": value}


def cited(text: str, sources: tuple[Source, ...]) -> str:
    """Give a sentence with links to what it rests on, in mrkdwn."""
    named = listed(map(_source, sources))
    return aside(escape(text), named or say("advisor.card_computed"))


def _driver(driver: CardDriver) -> str:
    return cited(driver.text, driver.sources)


def _source(source: Source) -> str:
    return f"<{source.url}|{source.id}>" if source.url else escape(f"{source.id} {source.name}")


def _asks(verdict: Verdict) -> tuple[Ask, ...]:
    return verdict.asks if verdict.option == "ask" else ()


def _ask(ask: Ask, verdict: Verdict) -> tuple[Block, Block]:
    buttons = [
        button(f"{CHOICE}:{ask.field}:{n}", _label(choice), _value(ask, choice, verdict.audit_id))
        for n, choice in enumerate(ask.choices)
    ]
    question = f"*{escape(ask.question)}* {escape(_outcome(ask, verdict))}".strip()
    return section(question), {"type": "actions", "elements": buttons}


def _outcome(ask: Ask, verdict: Verdict) -> str:
    """Say what becomes of the option that leads for now."""
    if verdict.leader is None:
        return ""
    some = any(choice.leads_to for choice in ask.choices)
    key = "verdict.leads_to_some" if some else "verdict.leads_to_none"
    return say(key, option=named(verdict.leader.option))


def _label(choice: Choice) -> str:
    if not choice.leads_to:
        return choice.label
    return say("verdict.leads_to", label=choice.label, option=choice.leads_to)


def _value(ask: Ask, choice: Choice, audit_id: str) -> str:
    told = {"audit_id": audit_id, "field": ask.field, "value": choice.value, "label": choice.label}
    return json.dumps(told, ensure_ascii=False)


def _doors(doors: tuple[str, ...], audit_id: str) -> Block:
    buttons = [button(f"{DOOR}_{door}", say(f"verdict.button_{door}"), audit_id) for door in doors]
    return {"type": "actions", "elements": buttons}
