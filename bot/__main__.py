"""The command line: `python -m bot COMMAND`; the README lists them."""

import asyncio
import json
import logging
import signal
import sys
import textwrap
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer

from bot import settings as settings_of
from bot.errors import TunewiseError
from bot.settings import Settings
from bot.texts import say

app = typer.Typer(add_completion=False, no_args_is_help=True, help=say("cli.about"))
db_app = typer.Typer(no_args_is_help=True, help=say("cli.db"))
app.add_typer(db_app, name="db")

_WIDTH = 110

Source = Literal["own_labels", "open_model", "proprietary_model", "none"]
Terms = Literal["permitted", "prohibited", "unclear"]
Serves = Literal["internal", "product", "competing_product"]
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
def advise(  # noqa: PLR0913 — one parameter per option
    question: Annotated[str, typer.Argument(help=say("cli.question"))] = "",
    case: Annotated[Path | None, typer.Option(help=say("cli.case"))] = None,
    pilots: Annotated[str, typer.Option(help=say("cli.pilots"))] = "",
    show: Annotated[str, typer.Option(help=say("cli.show"))] = "",
    memo: Annotated[bool, typer.Option("--memo", help=say("cli.memo"))] = False,
    schema: Annotated[bool, typer.Option("--schema", help=say("cli.schema"))] = False,
    as_json: AsJson = False,
) -> None:
    """Give a verdict on a question or on a case file, or show one that was given."""
    from bot import desk

    if schema:
        print(json.dumps(desk.schema(), indent=None if as_json else 2))
        return
    asked = desk.Asked(question, case, pilots, show)
    answer = _finish(desk.advise(_settings(), asked))
    if memo:
        _say(as_json, {**answer.data, "memo": answer.memo()}, answer.memo())
    else:
        _say(as_json, answer.data, wrapped(answer.lines()))


@app.command(help=say("cli.audit"))
def audit(
    file: Annotated[Path, typer.Argument(help=say("cli.audit_file"))],
    test: Annotated[Path | None, typer.Option(help=say("cli.audit_test"))] = None,
    source: Annotated[Source | None, typer.Option(help=say("cli.audit_source"))] = None,
    terms: Annotated[Terms | None, typer.Option(help=say("cli.audit_terms"))] = None,
    serves: Annotated[Serves | None, typer.Option(help=say("cli.audit_serves"))] = None,
    as_json: AsJson = False,
) -> None:
    """Check a training file before anything is trained on it."""
    from bot import desk

    plan = desk.Plan(source, terms, serves)
    data, lines = _finish(desk.audit(_settings(), file, test, plan))
    _say(as_json, data, wrapped(lines))


@app.command(help=say("cli.measure"))
def measure(
    file: Annotated[Path, typer.Argument(help=say("cli.measure_file"))],
    case: Annotated[Path | None, typer.Option(help=say("cli.measure_case"))] = None,
    as_json: AsJson = False,
) -> None:
    """Measure the facts of a case from a log of requests."""
    from bot import desk

    data, lines = _finish(desk.measure(file, case))
    _say(as_json, data, wrapped(lines))


@app.command(help=say("cli.curve"))
def curve(
    points: Annotated[list[str], typer.Argument(help=say("cli.curve_points"))],
    at: Annotated[float, typer.Option(help=say("cli.curve_at"))] = 0.0,
    need: Annotated[float | None, typer.Option(help=say("cli.curve_need"))] = None,
    as_json: AsJson = False,
) -> None:
    """Say what more examples may bring, from measured points."""
    from bot import desk

    data, lines = _finish(desk.curve(" ".join(points), at, need))
    _say(as_json, data, wrapped(lines))


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
    scenarios: Annotated[Path | None, typer.Option(help=say("cli.scenarios"))] = None,
    as_json: AsJson = False,
) -> None:
    """Measure the bot on this machine."""
    from bot.bench import advisor, measure

    figures = _finish(measure(name, scenarios))
    if as_json:
        print(json.dumps(figures))
    elif "rows" in figures:
        print("\n".join(advisor.told(figures)))
    else:
        for key, value in figures.items():
            print(f"{key:32} {value}")


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
