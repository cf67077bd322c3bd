"""Facts typed into a form: those of a verdict that is changed, and the eight questions."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.advisor import Verdict, forms
from bot.advisor.forms import Change
from bot.errors import AskError
from bot.texts import redact, say, speaking
from handlers import failures, given, inputs
from handlers.bot import Bot, place_pressed
from handlers.inputs import View
from handlers.posting import Place, plain, whisper
from handlers.wire import WIRE_FAULTS, reason_of
from storage import Transaction

_log = logging.getLogger(__name__)

ALL = "advise_all"
"""Action of the button that shows all facts."""
FACTS, QUESTIONS = "advise_facts", "advise_questions"
"""Callback ids of the two forms."""


async def receive_edit(
    ack: AsyncAck,
    body: dict[str, Any],
    context: AsyncBoltContext,
    client: AsyncWebClient,
    *,
    bot: Bot,
) -> None:
    """Open the form with the eight facts that move the verdict of a reply most."""
    place, ts = place_pressed(body, context), body["message"]["ts"]
    payload = {"channel_id": place.channel_id, "ts": ts}
    try:
        _, verdict = await given.find(bot, place.team_id, payload)
        where = payload | {"thread_ts": place.thread_ts, "audit_id": verdict.audit_id}
        form = _facts(verdict, where, everything=False)
        await client.views_open(trigger_id=body["trigger_id"], view=form)
    except AskError as error:
        await whisper(client, place, plain(str(error)))
    except WIRE_FAULTS as error:
        await whisper(client, place, failures.sentence(error, "a form that was asked for"))
    await ack()


async def receive_all(
    ack: AsyncAck,
    body: dict[str, Any],
    context: AsyncBoltContext,
    client: AsyncWebClient,
    *,
    bot: Bot,
) -> None:
    """Show all facts in the form; what was typed already stays."""
    old = body["view"]
    where = json.loads(old["private_metadata"])
    try:
        _, verdict = await given.find(bot, str(context.team_id), where)
        new = _facts(verdict, where, everything=True)
        await client.views_update(view_id=old["id"], hash=old["hash"], view=new)
    except (AskError, SlackApiError) as error:
        _log.info("all facts could not be shown: %s", type(error).__name__)
    await ack()


async def receive_facts(
    ack: AsyncAck,
    body: dict[str, Any],
    view: View,
    context: AsyncBoltContext,
    *,
    bot: Bot,
) -> None:
    """Take in changed facts, or say beside a field what is wrong with it."""
    where = json.loads(view["private_metadata"])
    team_id, user_id = str(context.team_id), body["user"]["id"]
    with speaking(where["lang"]):
        changes, errors = inputs.changed(view)
        errors = errors or await _clash(bot, team_id, where, changes)
    if errors:
        await ack(response_action="errors", errors=errors)
        return
    if changes:
        place = Place(team_id, where["channel_id"], where["thread_ts"], user_id)
        await _take(bot, view, place, "revise", ts=where["ts"], changes=_plain(changes))
    await ack()


async def receive_questions(
    ack: AsyncAck,
    body: dict[str, Any],
    view: View,
    context: AsyncBoltContext,
    *,
    bot: Bot,
) -> None:
    """Take in the answers to the eight questions, which are answered like a question."""
    where = json.loads(view["private_metadata"])
    changes, errors = inputs.changed(view)
    question = redact(inputs.words_in(view))
    if not any(letter.isalnum() for letter in question):
        errors = {inputs.WORDS: say("forms.words_needed")}
    if errors:
        await ack(response_action="errors", errors=errors)
        return
    place = Place(str(context.team_id), where["channel_id"], None, body["user"]["id"])
    await _take(bot, view, place, "advise", question=question, typed=_plain(changes))
    await ack()


async def open_questions(client: AsyncWebClient, trigger_id: str, channel_id: str) -> bool:
    """Open the form with the eight questions; say whether Slack did."""
    form = inputs.questions(QUESTIONS, {"channel_id": channel_id})
    try:
        await client.views_open(trigger_id=trigger_id, view=form)
    except WIRE_FAULTS as error:
        _log.warning("a form could not be opened: %s", reason_of(error))
        return False
    return True


def _facts(verdict: Verdict, where: Mapping[str, Any], *, everything: bool) -> View:
    with speaking(verdict.lang):
        about = {**where, "lang": verdict.lang}
        return inputs.facts(FACTS, verdict, about, more=None if everything else ALL)


async def _clash(
    bot: Bot, team_id: str, where: Mapping[str, Any], changes: Mapping[str, Change]
) -> dict[str, str]:
    """Say beside the first changed field where the changes contradict the case as it is now."""
    if not changes:
        return {}
    now = {"channel_id": where["channel_id"], "ts": where["ts"]}
    try:
        _, verdict = await given.find(bot, team_id, now)
        forms.revised(verdict, changes)
    except AskError as error:
        return {next(iter(changes)): str(error)}
    return {}


async def _take(bot: Bot, view: View, place: Place, kind: str, **payload: Any) -> None:
    async def enqueue(tx: Transaction) -> None:
        await bot.enqueue(tx, kind, f"view:{view['id']}", place, **payload)

    await bot.take(place.team_id, f"view:{view['id']}", enqueue)


def _plain(changes: Mapping[str, Change]) -> dict[str, dict[str, Any]]:
    return {field: asdict(change) for field, change in changes.items()}
