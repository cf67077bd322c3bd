"""The command line: `python -m bot run | playground | advise | doctor | manifest | db | bench`."""

import asyncio
import json
import logging
import signal
import sys
import textwrap
import uuid
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot import settings as settings_of
from bot.errors import AskError, TunewiseError
from bot.settings import Settings
from bot.texts import redact, say

app = typer.Typer(add_completion=False, no_args_is_help=True, help=say("cli.about"))
db_app = typer.Typer(no_args_is_help=True, help=say("cli.db"))
app.add_typer(db_app, name="db")

_LOCAL = "local"
"""The team that the command line's verdicts and calls belong to."""

_WIDTH = 110

AsJson = Annotated[bool, typer.Option("--json", help=say("cli.json"))]


@app.command(help=say("cli.run"))
def run(
    once: Annotated[bool, typer.Option("--once", help=say("cli.once"))] = False,
    as_json: AsJson = False,
) -> None:
    """Connect to Slack, or open the playground where no tokens are set."""
    _finish(_run(_settings(), once=once, as_json=as_json))


@app.command(help=say("cli.playground"))
def playground(as_json: AsJson = False) -> None:
    """Open the playground, Slack tokens or not."""
    _finish(_playground(_settings(), once=False, as_json=as_json))


@app.command(help=say("cli.advise"))
def advise(
    question: Annotated[str, typer.Argument(help=say("cli.question"))] = "",
    case: Annotated[Path | None, typer.Option(help=say("cli.case"))] = None,
    as_json: AsJson = False,
) -> None:
    """Give a verdict on a question or on a case file."""
    verdict, lines = _finish(_advise(_settings(), question, case))
    _say(as_json, verdict, wrapped(lines))


@app.command(help=say("cli.doctor"))
def doctor(as_json: AsJson = False) -> None:
    """Look at everything that can be wrong."""
    from bot.doctor import examine

    checks = _finish(examine())
    if as_json:
        print(json.dumps([vars(check) for check in checks], ensure_ascii=False))
    else:
        for check in checks:
            print(f"{'ok  ' if check.ok else 'MEND'}  {check.name}: {check.says}")
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


@app.command(help=say("cli.manifest"))
def manifest(
    link: Annotated[bool, typer.Option("--link", help=say("cli.link"))] = False,
    as_json: AsJson = False,
) -> None:
    """Print the Slack app manifest, or a link that creates the app."""
    from handlers.manifest import create_link
    from handlers.manifest import manifest as made

    prefix = _settings().command_prefix
    if link:
        address = create_link(prefix)
        print(json.dumps({"link": address}) if as_json else address)
    else:
        print(json.dumps(made(prefix), indent=None if as_json else 2, ensure_ascii=False))


@db_app.command(help=say("cli.db_upgrade"))
def upgrade(as_json: AsJson = False) -> None:
    """Bring the database to the schema that the code wants."""
    _print_revisions(_finish(_revisions(_settings(), migrate=True)), as_json)


@db_app.command(help=say("cli.db_status"))
def status(as_json: AsJson = False) -> None:
    """Say at which schema revision the database stands."""
    _print_revisions(_finish(_revisions(_settings(), migrate=False)), as_json)


@app.command(help=say("cli.bench"))
def bench(
    name: Annotated[str, typer.Argument(help=say("cli.bench_name"))] = "all",
    as_json: AsJson = False,
) -> None:
    """Measure the bot on this machine."""
    from bot.bench import measure

    figures = _finish(measure(name))
    if as_json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            print(f"{key:32} {value}")


async def _advise(
    settings: Settings, question: str, file: Path | None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    from bot import advisor
    from bot.advisor.telling.card import summary
    from bot.app import parts
    from bot.ledger import Charge, charging
    from handlers.advisor import footer
    from storage import advisor as verdicts

    if bool(question) == bool(file):
        raise AskError(say("cli.not_both"))
    question = redact(question)
    today = datetime.now(UTC).date()
    run_id = f"cli:{uuid.uuid4().hex}"
    async with parts(settings) as (db, ledger, llm):
        if file:
            verdict = advisor.decide(_case(file), today=today)
        else:
            with charging(Charge(team_id=_LOCAL, feature="advisor", run_id=run_id)):
                verdict = await advisor.advise(question, llm=llm, today=today)
        given = verdicts.GivenVerdict(
            _LOCAL,
            run_id,
            verdict.audit_id,
            None,
            None,
            question,
            verdict.to_json(),
            datetime.now(UTC),
        )
        async with db.transaction() as tx:
            await verdicts.add(tx, given)
        spent = footer(await ledger.spent(_LOCAL, run_id=run_id), verdict.audit_id)
    return verdict.to_json(), (*summary(verdict, question), spent)


def _case(file: Path) -> Any:
    from bot.advisor import case_from

    try:
        data = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AskError(say("cli.not_a_case", path=file, reason=reason)) from error
    if not isinstance(data, dict):
        raise AskError(say("cli.not_a_case", path=file, reason="it holds no object"))
    return case_from(data.get("case", data))


async def _run(settings: Settings, *, once: bool, as_json: bool) -> None:
    from bot.app import running

    if not settings.has_slack():
        await _playground(settings, once=once, as_json=as_json)
        return
    async with running(settings):
        _say(as_json, {"ready": "slack"}, say("cli.connected"))
        await _until_told()


async def _playground(settings: Settings, *, once: bool, as_json: bool) -> None:
    from bot.sample import opened, sample

    async with opened(settings, port=0 if once else settings.playground_port) as open_here:
        verdict, lines = await sample(open_here)
        _say(as_json, verdict, wrapped(lines))
        if once:
            return
        guide = say("cli.guide", url=open_here.playground.url)
        if open_here.running.bot.llm is None:
            guide += "\n" + say("cli.guide_model")
        _say(as_json, {"ready": open_here.playground.url}, f"\n{guide}")
        await _until_told()


async def _revisions(settings: Settings, *, migrate: bool) -> tuple[str | None, str | None]:
    from bot.app import migrated
    from storage import Database

    db = Database(settings.database_url)
    try:
        if migrate:
            await migrated(db)
        return await asyncio.to_thread(db.revisions)
    finally:
        await db.close()


def _print_revisions(revisions: tuple[str | None, str | None], as_json: bool) -> None:
    has, wants = revisions
    if as_json:
        print(json.dumps({"has": has, "wants": wants}))
    else:
        print(say("cli.revisions", has=has or "none", wants=wants))


async def _until_told() -> None:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()


def _settings() -> Settings:
    try:
        settings = settings_of.read()
    except TunewiseError as error:
        _refuse(error)
    logging.basicConfig(level="WARNING", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for ours in ("bot", "handlers", "storage"):  # libraries write what people typed
        logging.getLogger(ours).setLevel(settings.log_level)
    for library in ("slack_sdk", "apscheduler"):
        logging.getLogger(library).setLevel("ERROR")  # their own chatter
    return settings


def _finish(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return asyncio.run(work)
    except TunewiseError as error:
        _refuse(error)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _refuse(error: TunewiseError) -> NoReturn:
    print(error, file=sys.stderr)
    raise typer.Exit(2) from None


def wrapped(lines: tuple[str, ...]) -> str:
    """Give lines as a terminal shows them best."""
    return "\n".join(textwrap.fill(line, _WIDTH, subsequent_indent="   ") for line in lines)


def _say(as_json: bool, data: dict[str, Any], text: str) -> None:
    print(json.dumps(data, ensure_ascii=False) if as_json else text, flush=True)


if __name__ == "__main__":
    app()
