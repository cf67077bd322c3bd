"""The README tells the truth about settings, commands and the sample."""

import re
from datetime import date
from pathlib import Path

import typer.main

from bot import advisor
from bot.__main__ import app, wrapped
from bot.advisor.telling.card import brief
from bot.ledger import Spent
from bot.sample import QUESTION
from bot.settings import Settings
from bot.texts import say
from handlers.given import footer

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def _part(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert found, f"the README has no part {name}"
    return found[1]


def _settings_table() -> str:
    lines = ["| variable | default | what it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        plain = "" if default is None or default == frozenset() else f"`{default}`"
        plain = "" if default == "" else plain
        lines.append(f"| `{name.upper()}` | {plain} | {field.description} |")
    return "\n".join(lines) + "\n"


def _commands_table() -> str:
    lines = ["| command | what it does |", "|---|---|"]
    group = typer.main.get_command(app)
    commands = group.commands  # type: ignore[attr-defined]
    for name, command in commands.items():
        for sub, inner in (getattr(command, "commands", None) or {"": command}).items():
            words = " ".join(("python -m bot", name, sub)).strip()
            options = [
                one.metavar or one.name.upper()
                if one.param_type_name == "argument"
                else one.opts[0]
                for one in inner.params
                if one.name != "help"
            ]
            shown = " ".join(f"[{option}]" for option in options)
            lines.append(f"| `{words} {shown}` | {inner.help} |")
    return "\n".join(lines) + "\n"


def sample_block() -> str:
    """What `make run ONCE=1` printed on the day that the README names."""
    read = advisor.understand(QUESTION)
    verdict = advisor.decide(read.case, read.facts, read.notes, today=date(2026, 11, 25))
    spent = footer(Spent(calls=0, nano_usd=0, unpriced=0, estimated=0), verdict.audit_id)
    asked = say("advisor.card_question", question=QUESTION)
    return f"```\n{wrapped((asked, *brief(verdict), spent))}\n```\n"


def test_the_sample_is_what_the_code_prints() -> None:
    assert _part("sample") == sample_block()


def test_the_settings_table_is_that_of_the_code() -> None:
    assert _part("settings") == _settings_table()


def test_the_commands_table_is_that_of_the_code() -> None:
    assert _part("commands") == _commands_table()


def test_every_make_target_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"make (run|test|check-long|check|page|lock)\b", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_every_file_named_exists() -> None:
    for name in re.findall(r"`((?:bot|handlers|storage|prompts|tests)/[\w/.]+)`", README):
        assert (ROOT / name).exists(), name
