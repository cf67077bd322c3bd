"""What the buttons below a verdict bring, as Block Kit: details, what to do next, a memo."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.advisor import Verdict
from bot.advisor.telling.card import said, source
from bot.advisor.telling.chart import CostChart, cost_chart, cost_png
from bot.advisor.telling.memo import memo
from bot.advisor.telling.recipe import Step, recipe
from bot.advisor.verdict import WAYS, Bar, CostRow, Remedy, Veto, named
from bot.texts import say, speaking
from bot.texts.words import chance, exact, listed, long_list, share, usd
from handlers.posting import Content, Picture, plain
from handlers.verdict import Block, cited, escape, section, sections
from storage.advisor import GivenVerdict

_COLUMNS = ("option", "month", "range", "thousand", "days", "accuracy", "meets", "open")
_CELL = 300


@dataclass(frozen=True)
class _Part:
    """A head and its lines; `sources` holds for each line the findings that back it."""

    name: str
    lines: tuple[str, ...]
    sources: tuple[tuple[str, ...], ...] = ()


def shown(kind: str, verdict: Verdict, old: GivenVerdict) -> Content:
    """Render `details`, `recipe` or `memo` in the language of a verdict that was given."""
    today = day_of(verdict, old)
    with speaking(verdict.lang):
        if kind == "memo":
            return _memo(verdict, old.question, today)
        return _recipe(verdict, today) if kind == "recipe" else details(verdict, today=today)


def day_of(verdict: Verdict, old: GivenVerdict) -> date:
    """Give the day whose prices and market a verdict was decided with."""
    return date.fromisoformat(verdict.day) if verdict.day else old.given_at.date()


def picture(verdict: Verdict, old: GivenVerdict) -> Picture:
    """Draw the chart of a verdict that was given."""
    today = day_of(verdict, old)
    with speaking(verdict.lang):
        png = cost_png(verdict, today=today)
        about = say("verdict.picture", title=cost_chart(verdict, today=today).title)
        return Picture(f"cost-{verdict.audit_id}.png", png, about)


def details(verdict: Verdict, *, today: date) -> Content:
    """Render the details; where Slack draws no chart or no table, what is simpler says the same."""
    chart = cost_chart(verdict, today=today)
    rows = [row for row in verdict.costs if row.option in WAYS]
    parts = [part for part in _parts(verdict) if part.lines]
    top = _header(say("verdict.details", label=verdict.label))
    table, rest = _table(rows), [block for part in parts for block in _part_blocks(part)]
    costs = _Part("costs", tuple(map(_row, rows)))
    points = _Part("chart", tuple(_points(chart)))
    head = section(f"*{escape(say('verdict.head_costs'))}*")
    text = "\n".join(
        (say("verdict.details", label=verdict.label), *map(_text, (costs, points, *parts)))
    )
    return Content(
        plain(text),
        (top, head, table, _chart(chart), *rest),
        ((top, head, table, *rest), (top, *_part_blocks(costs), *_part_blocks(points), *rest)),
    )


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": text[:150]}}


def _table(rows: Iterable[CostRow]) -> Block:
    cells = [[say(f"verdict.column_{name}") for name in _COLUMNS], *map(_cells, rows)]
    return {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": cell[:_CELL]} for cell in row] for row in cells],
        "column_settings": [{"is_wrapped": True}, *({"align": "right"} for _ in range(6))],
    }


def _cells(row: CostRow) -> list[str]:
    words = _words(row)
    words["range"] = f"{words.pop('low')}–{words.pop('high')}"
    return [words[name] for name in _COLUMNS]


def _row(row: CostRow) -> str:
    return say("verdict.row", **_words(row))


def _words(row: CostRow) -> dict[str, str]:
    return {
        "option": named(row.option),
        "month": usd(row.monthly_usd),
        "low": usd(row.low_usd),
        "high": usd(row.high_usd),
        "thousand": usd(row.per_thousand_usd),
        "days": exact(row.setup_days),
        "accuracy": share(round(row.accuracy, 2)),
        "meets": "–" if row.meets is None else chance(row.meets),
        "open": say("verdict.open" if row.open else "verdict.ruled_out"),
    }


def _chart(chart: CostChart) -> Block:
    series = [
        {
            "name": one.name,
            "data": [
                {"label": label, "value": value}
                for label, value in zip(chart.labels, one.values, strict=True)
            ],
        }
        for one in chart.series
    ]
    axes = {
        "categories": list(chart.labels),
        "x_label": chart.x_label,
        "y_label": chart.y_label,
    }
    drawn = {"type": "line", "series": series, "axis_config": axes}
    return {"type": "data_visualization", "title": chart.title, "chart": drawn}


def _points(chart: CostChart) -> Iterable[str]:
    yield chart.title
    for one in chart.series:
        pairs = zip(chart.labels, one.values, strict=True)
        points = long_list(say("verdict.point", volume=n, usd=usd(v)) for n, v in pairs)
        yield say("verdict.series", name=one.name, points=points)


def _parts(verdict: Verdict) -> tuple[_Part, ...]:
    way = verdict.leader.option if verdict.leader else verdict.option
    information = verdict.information
    return (
        _Part("prose", (verdict.prose,) if verdict.prose else ()),
        _Part(
            "vetoes", tuple(map(_veto, verdict.vetoes)), tuple(v.evidence for v in verdict.vetoes)
        ),
        _Part("tornado", tuple(_bar(bar, named(way), verdict) for bar in verdict.tornado)),
        _Part("information", (information.words,) if information else ()),
        _Part("projection", tuple(one.words for one in verdict.projection)),
        _Part(
            "remedies",
            tuple(map(_remedy, verdict.remedies)),
            tuple(one.evidence for one in verdict.remedies),
        ),
        _Part("imitation", verdict.imitation),
        _Part("assumed", tuple(_assumed(verdict))),
        _Part("notes", verdict.notes),
        _Part(
            "filed",
            (
                say("advisor.card_prices", day=verdict.prices_as_of),
                say("verdict.audit", audit_id=verdict.audit_id),
            ),
        ),
    )


def _veto(veto: Veto) -> str:
    words = {"option": named(veto.option), "text": veto.text, "lifted_by": veto.lifted_by}
    if veto.lift:
        return say("verdict.veto_priced", lift=veto.lift.rstrip("."), **words)
    return say("verdict.veto", **words)


def _bar(bar: Bar, option: str, verdict: Verdict) -> str:
    rival = named(verdict.rival) if verdict.rival else "?"
    low, high = _signed(bar.low_usd), _signed(bar.high_usd)
    return say("verdict.bar", words=bar.words, low=low, high=high, option=option, rival=rival)


def _signed(amount: float) -> str:
    return f"−{usd(-amount)}" if amount < 0 else usd(amount)


def _remedy(remedy: Remedy) -> str:
    return say(
        "verdict.remedy",
        name=remedy.name,
        option=named(remedy.option),
        effect=remedy.effect,
        month=_signed(remedy.monthly_usd),
        days=exact(remedy.setup_days),
    )


def _assumed(verdict: Verdict) -> Iterable[str]:
    for row in verdict.assumptions:
        yield say("verdict.assumed_fact", fact=said(row.field, row.value), why=row.why)


def _part_blocks(part: _Part) -> tuple[Block, ...]:
    lines = [
        cited(line, tuple(map(source, part.sources[place])))
        if part.sources and part.sources[place]
        else escape(line)
        for place, line in enumerate(part.lines)
    ]
    return sections("\n".join((f"*{escape(_head(part))}*", *(f"• {line}" for line in lines))))


def _text(part: _Part) -> str:
    lines = [
        f"{line} [{listed(part.sources[place])}]" if part.sources and part.sources[place] else line
        for place, line in enumerate(part.lines)
    ]
    return "\n".join((f"{_head(part)}:", *(f"- {line}" for line in lines)))


def _head(part: _Part) -> str:
    return say(f"verdict.head_{part.name}")


def _recipe(verdict: Verdict, today: date) -> Content:
    made, title = recipe(verdict, today=today), say("verdict.recipe", label=verdict.label)
    ends = (say("verdict.recipe_total", days=exact(made.total_days)), made.go, made.roll_back)
    steps = list(enumerate(made.steps, 1))
    text = "\n".join((title, *(f"{_step(n, one)} {one.text}" for n, one in steps), *ends))
    told = (
        f"*{escape(_step(n, one))}* {cited(one.text, tuple(map(source, one.evidence)))}"
        for n, one in steps
    )
    return Content(
        plain(text), (_header(title), *map(section, told), section(escape("\n".join(ends))))
    )


def _step(place: int, step: Step) -> str:
    days = exact(step.engineer_days)
    return say("verdict.recipe_step", place=place, title=step.title, days=days)


def _memo(verdict: Verdict, question: str, today: date) -> Content:
    page = memo(verdict, question, today=today)
    return Content(page, ({"type": "markdown", "text": page},))
