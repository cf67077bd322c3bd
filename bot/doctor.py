"""Looks at settings, database, model and Slack, and says how to mend what fails."""

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

from bot import settings as settings_of
from bot.app import parts, secret, slack_client
from bot.errors import SetupError, TunewiseError
from bot.ledger import Charge, charging
from bot.ledger.prices import Price, price_at, shutdown_of
from bot.llm import LLM, has_llm
from bot.settings import Settings
from bot.texts import say
from handlers.doctor import Check, check_slack
from storage import Database


async def examine() -> tuple[Check, ...]:
    """Look at everything; a fault in one part does not hide the others.

    Where a model is configured this sends it a small call, which the ledger counts like any other.
    The database is neither made nor migrated; where that is still to be done no model is asked.
    """
    try:
        settings = settings_of.read()
    except SetupError as error:
        return (Check("settings", False, str(error)),)
    database, ready = await _database(settings)
    model = await _model(settings, ready=ready)
    checks = (Check("settings", True, say("doctor.settings")), database, model)
    return checks + await _slack(settings)


async def _database(settings: Settings) -> tuple[Check, bool]:
    """Look at the database as it stands, and say whether the bot could work with it as it is."""
    try:
        db = Database(settings.database_url)
    except SetupError as error:
        return Check("database", False, str(error)), False
    try:
        if db.is_sqlite and not db.path.exists():  # to open it would make it
            return Check("database", True, say("doctor.database_missing", path=db.path)), False
        has, wants = await asyncio.to_thread(db.revisions)
    except Exception as error:
        hint = (
            say("doctor.database_hint_file", folder=db.path.parent)
            if db.is_sqlite
            else say("doctor.database_hint_server")
        )
        reason = type(error).__name__
        found = say("doctor.database_closed", reason=reason, hint=hint)
        return Check("database", False, found), False
    finally:
        await db.close()
    if has != wants:
        found = say("doctor.database_behind", has=has or "none", wants=wants)
        return Check("database", has is None, found), False
    return Check("database", True, say("doctor.database", revision=has)), True


async def _model(settings: Settings, *, ready: bool) -> Check:
    try:
        if has_llm(settings, allow_local=True):
            if not ready:  # `parts` would make or migrate it
                return Check("model", True, say("doctor.model_unasked", model=settings.model))
            async with parts(settings, allow_local=True) as (_, __, llm):
                if llm:
                    return await _answers(llm)
    except TunewiseError as error:
        return Check("model", False, str(error))
    return Check("model", True, say("doctor.no_model"))


async def _answers(llm: LLM) -> Check:
    model = llm.model
    run_id = f"doctor:{uuid.uuid4().hex}"  # or all looks ever taken would share one budget
    with charging(Charge(team_id="local", feature="doctor", run_id=run_id)):
        try:
            can = await llm.capabilities()
        except TunewiseError as error:
            found = say("doctor.model_failed", model=model, reason=error)
            return Check("model", False, found)
    status, price = price_at(llm.base_url, model, on=datetime.now(UTC).date(), input_tokens=1000)
    words = say(f"doctor.model_{status}", **({} if price is None else _asked(price)))
    found = say(
        "doctor.model",
        model=model,
        schema="yes" if can.json_schema else "no",
        usage="yes" if can.stream_usage else "no",
        price=words,
    )
    if day := shutdown_of(model):
        found += say("doctor.model_shutdown", day=day)
    return Check("model", True, found)


def _asked(price: Price) -> dict[str, Any]:
    return {"input": price.input.normalize(), "output": price.output.normalize()}


async def _slack(settings: Settings) -> tuple[Check, ...]:
    try:
        if not settings.has_slack():
            return (Check("slack", True, say("doctor.no_slack")),)
    except SetupError:
        return (Check("slack", False, say("doctor.one_token")),)
    return await check_slack(slack_client(settings), secret(settings.slack_app_token))
