"""Monthly cost against volume, with the break-even on it. A pure function of a verdict."""

from dataclasses import dataclass
from datetime import date

from bot import charts
from bot.advisor.case import Case, case_from
from bot.advisor.deciding.setting import setting_of
from bot.advisor.deciding.sources import sources_on
from bot.advisor.deciding.volumes import cost_at
from bot.advisor.verdict import WAYS, Option, Verdict
from bot.texts import say, speaking
from bot.texts.words import count

MOST_SERIES = 4
DECADES = 1.0
"""How far the chart goes beyond the team's volume and the break-even, in powers of ten."""
LEAST_VOLUME = 100.0
POINTS = 11
TOO_NEAR = 0.04
"""Grid points nearer than this to a volume that matters are left out, as a share of the width."""


@dataclass(frozen=True)
class Series:
    """What one option costs at each volume, in US dollars a month."""

    option: Option
    name: str
    """At most 20 characters."""
    values: tuple[float, ...]


@dataclass(frozen=True)
class CostChart:
    """Monthly cost of up to four options over the volume, one-off costs spread over the horizon."""

    title: str
    """At most 50 characters; names the break-even."""
    x_label: str
    y_label: str
    categories: tuple[float, ...]
    """Requests a month, rising; the team's volume and the break-even are among them."""
    labels: tuple[str, ...]
    """The categories in words, all different, at most 20 characters each."""
    series: tuple[Series, ...]
    break_even: float | None
    """None where there is none to draw: never, always, or nothing to compare."""
    volume: float


def cost_chart(verdict: Verdict, *, today: date) -> CostChart:
    """Work the chart of a verdict out, with the prices and the market of its day."""
    case, sources = case_from(verdict.case), sources_on(today)
    now = setting_of(case, sources.look_up)
    even = None if verdict.break_even is None else verdict.break_even.requests
    drawn = even or None
    categories = _volumes(now.requests, drawn)
    cost = cost_at(case, now, sources)
    return CostChart(
        title=_title(verdict),
        x_label=say("chart.x_label"),
        y_label=say("chart.y_label"),
        categories=categories,
        labels=tuple(_label(n, now.requests, drawn, case) for n in categories),
        series=tuple(
            Series(
                option,
                say(f"chart.name_{option}"),
                tuple(round(cost(option, n), 2) for n in categories),
            )
            for option in _options(verdict)
        ),
        break_even=drawn,
        volume=now.requests,
    )


def cost_png(verdict: Verdict, *, today: date) -> bytes:
    """Draw the chart of a verdict, in English where this machine has no font for the language."""
    drawn = _picture(cost_chart(verdict, today=today))
    if not charts.can_show(drawn.words()):
        with speaking("en"):
            drawn = _picture(cost_chart(verdict, today=today))
    return charts.line_png(drawn)


def _picture(chart: CostChart) -> charts.LineChart:
    even, now = chart.break_even, chart.volume
    marks = [charts.Mark(now, chart.labels[chart.categories.index(now)])]
    if even is not None:
        marks.insert(0, charts.Mark(even, say("chart.category_even", volume=count(even))))
    return charts.LineChart(
        title=chart.title,
        x_label=chart.x_label,
        y_label=chart.y_label,
        categories=chart.categories,
        lines=tuple(charts.Line(one.name, one.values) for one in chart.series),
        marks=tuple(dict.fromkeys(marks)),
    )


def _options(verdict: Verdict) -> tuple[Option, ...]:
    """Give the chosen option, its rival across the break-even and the cheapest others open."""
    way = verdict.option if verdict.leader is None else verdict.leader.option
    rival = None if verdict.break_even is None else verdict.break_even.rival
    costs = sorted(
        (r for r in verdict.costs if r.option in WAYS and r.open), key=lambda r: r.monthly_usd
    )
    wanted = (way, rival, *(row.option for row in costs), "prompt")
    return tuple(dict.fromkeys(o for o in wanted if o in WAYS))[:MOST_SERIES]


def _volumes(now: float, even: float | None) -> tuple[float, ...]:
    """Give volumes evenly apart on a logarithmic scale, those that matter among them."""
    fixed = sorted({now, *([] if even is None else [even])})
    low = max(min(LEAST_VOLUME, fixed[0]), fixed[0] / 10**DECADES)
    high = fixed[-1] * 10**DECADES
    ratio = high / low
    grid = (_rounded(low * ratio ** (place / (POINTS - 1))) for place in range(POINTS))
    apart = ratio**TOO_NEAR
    kept = {n for n in grid if all(not f / apart < n < f * apart for f in fixed)}
    return tuple(sorted({*kept, *fixed}))


def _rounded(number: float) -> float:
    """Round to two significant digits.

    >>> _rounded(23_795.0), _rounded(104.0)
    (24000.0, 100.0)
    """
    return float(f"{number:.2g}")


def _label(number: float, now: float, even: float | None, case: Case) -> str:
    volume = count(number)
    if number == even:
        return say("chart.category_even", volume=volume)
    if number == now:
        key = "category_assumed" if case.monthly_requests is None else "category_now"
        return say(f"chart.{key}", volume=volume)
    return volume


def _title(verdict: Verdict) -> str:
    even = verdict.break_even
    if even is None:
        return say("chart.title_none")
    if even.requests is None:
        return say("chart.title_never")
    if even.requests <= 0:
        return say("chart.title_always")
    return say("chart.title_even", volume=count(even.requests))
