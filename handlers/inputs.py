"""Facts as inputs of a modal, and what a person changed in them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.advisor import Verdict, forms
from bot.advisor.forms import UNKNOWN, Change
from bot.advisor.telling.card import word
from bot.errors import AskError
from bot.texts import redact, say
from handlers.verdict import Block, button, escape, section

WORDS = "words"
"""Block of the input for words of one's own."""
_ACTION = "fact"
_LABEL, _HINT, _OPTION, _TEXT = 150, 300, 75, 3_000
View = dict[str, Any]


def facts(callback: str, verdict: Verdict, where: Mapping[str, Any], more: str | None) -> View:
    """Give the form with the eight facts that move a verdict most.

    `more` is the action of the button that asks for all facts; None shows them.
    """
    first = forms.moving(verdict)
    blocks = [section(escape(say("forms.intro"))), *(_input(one, verdict) for one in first)]
    if more:
        blocks.append({"type": "actions", "elements": [button(more, say("forms.all"), "all")]})
    else:
        for name, fields in forms.others(first):
            blocks.append(_header(say(f"forms.group_{name}")))
            blocks += [_input(field, verdict) for field in fields]
    title = say("forms.title" if more else "forms.title_all")
    return _modal(callback, title, say("forms.submit"), blocks, where)


def questions(callback: str, where: Mapping[str, Any]) -> View:
    """Give the form with the eight questions, the first one also in words."""
    blocks: list[Block] = []
    for name, fields in forms.QUESTIONNAIRE:
        blocks.append(section(f"*{escape(say(f'forms.question_{name}'))}*"))
        if not blocks[1:]:
            blocks.append(_words())
        blocks += [_input(field, None) for field in fields]
    title = say("forms.title_questions")
    return _modal(callback, title, say("forms.submit_questions"), blocks, where)


def changed(view: View) -> tuple[dict[str, Change], dict[str, str]]:
    """Give the facts that a person changed, and for each that cannot be read what is wrong."""
    changes: dict[str, Change] = {}
    errors: dict[str, str] = {}
    for block in view["blocks"]:
        if block["type"] != "input" or block["block_id"] == WORDS:
            continue
        field, element = block["block_id"], block["element"]
        given, words = _given(view, field, element["type"])
        if given == _shown(element):
            continue
        try:
            value = forms.parse(field, given)
        except AskError as error:
            errors[field] = str(error)
        else:
            changes[field] = Change(value, words)
    return changes, errors


def words_in(view: View) -> str:
    """Give what somebody typed in words of their own."""
    return str(view["state"]["values"][WORDS][_ACTION].get("value") or "").strip()


def _given(view: View, field: str, kind: str) -> tuple[str, str]:
    """Give what was typed or chosen, and the words for it."""
    state = view["state"]["values"][field][_ACTION]
    if kind == "static_select":
        chosen = state.get("selected_option") or _option(UNKNOWN, say("forms.unknown"))
        return str(chosen["value"]), str(chosen["text"]["text"])
    typed = redact(str(state.get("value") or "")).strip()
    return typed, typed


def _shown(element: Block) -> str:
    if element["type"] == "static_select":
        return str(element["initial_option"]["value"])
    return str(element.get("initial_value") or "").strip()


def _input(field: str, verdict: Verdict | None) -> Block:
    now = forms.shown(field, verdict.case) if verdict else ""
    told = (forms.unit(field), forms.provenance(field, verdict) if verdict else "")
    hint = " ".join(filter(None, told))
    block = {
        "type": "input",
        "block_id": field,
        "optional": True,
        "label": _plain(forms.label(field), _LABEL),
        "element": _select(field, now) if forms.choices(field) else _line(now),
    }
    return block | ({"hint": _plain(hint, _HINT)} if hint else {})


def _line(now: str) -> Block:
    line: Block = {"type": "plain_text_input", "action_id": _ACTION, "max_length": forms.LONGEST}
    return line | ({"initial_value": now[: forms.LONGEST]} if now else {})


def _select(field: str, now: str) -> Block:
    options = [_option(UNKNOWN, say("forms.unknown"))]
    for value in forms.choices(field):
        known = value in ("yes", "no") and forms.kind_of(field) == "switch"
        options.append(_option(value, say(f"forms.{value}") if known else word(value)))
    chosen = next((one for one in options if one["value"] == now), options[0])
    return {
        "type": "static_select",
        "action_id": _ACTION,
        "options": options,
        "initial_option": chosen,
    }


def _option(value: str, text: str) -> Block:
    return {"text": _plain(text, _OPTION), "value": value}


def _words() -> Block:
    return {
        "type": "input",
        "block_id": WORDS,
        "label": _plain(say("forms.words"), _LABEL),
        "hint": _plain(say("forms.words_hint"), _HINT),
        "element": {
            "type": "plain_text_input",
            "action_id": _ACTION,
            "multiline": True,
            "max_length": _TEXT,
        },
    }


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain(text, _LABEL)}


def _plain(text: str, most: int) -> Block:
    return {"type": "plain_text", "text": text[:most]}


def _modal(
    callback: str, title: str, submit: str, blocks: Iterable[Block], where: Mapping[str, Any]
) -> View:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": _plain(title, 24),
        "submit": _plain(submit, 24),
        "close": _plain(say("forms.close"), 24),
        "private_metadata": json.dumps(where),
        "blocks": list(blocks),
    }
