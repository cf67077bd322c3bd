"""How sure a verdict is: the tornado, what knowing more is worth, what more examples may bring."""

from collections.abc import Sequence

from bot import stats
from bot.advisor.case import UNSTATED_ITEMS, Arm, Case, Pilot
from bot.advisor.deciding.curve import FARTHEST, Curve, fit
from bot.advisor.deciding.outcome import Outcome
from bot.advisor.deciding.sensitivity import Swing, swings, value_of_information
from bot.advisor.deciding.setting import HORIZON_MONTHS
from bot.advisor.deciding.spending import LABEL_USD
from bot.advisor.verdict import TUNED, Bar, Information, Option, Projection, named
from bot.errors import AskError
from bot.texts import say
from bot.texts.words import chance, count, share, usd

MOST_BARS = 5
PILOT_HOURS = 24.0
"""Engineer hours of a pilot: an assumption of ours."""
UNSURE = 0.7
"""Chance of being best below which a pilot is weighed against what it may save."""
DRAWS = 20_000
"""Fewer than `curve.DRAWS`: a verdict has 300 ms."""
_CURVES: tuple[tuple[Arm, Option], ...] = (
    ("fine_tuned", "fine_tune_hosted"),
    ("fine_tuned_small", "fine_tune_self_hosted"),
    ("dynamic_few_shot", "dynamic_few_shot"),
)


def tornado(outcome: Outcome) -> tuple[Bar, ...]:
    """Give the widest swings between the option that leads and its rival, in words."""
    way, rival = outcome.way, outcome.rival
    if way is None or rival is None:
        return ()
    found = swings(outcome.scales, way, rival)[:MOST_BARS]
    return tuple(_bar(swing) for swing in found)


def _bar(swing: Swing) -> Bar:
    field, _, option = swing.name.partition(".")
    low, high = _end(field, swing.low), _end(field, swing.high)
    words = {"low": low, "high": high}
    if option:
        words["option"] = say(f"advisor.name_{option}")
    said = say(f"advisor.bar_{field}", **words)
    return Bar(swing.name, said, round(swing.low_usd, 2), round(swing.high_usd, 2))


def _end(field: str, value: float) -> str:
    if field == "accuracy":
        return share(round(value, 2))
    return count(value) if field == "monthly_requests" else f"{value:.1f}"


def information(outcome: Outcome) -> Information | None:
    """Say what it is worth to know more before deciding, against what a pilot costs.

    None where nothing is left to choose between.
    """
    way = outcome.way
    if way is None or len(outcome.scales.ranking) < 2:
        return None
    month = value_of_information(outcome.scales)
    horizon, pilot = HORIZON_MONTHS * month, _pilot_usd(outcome, way)
    worth_it = outcome.scales.rows[way].best < UNSURE and horizon > pilot
    words = {
        "month": usd(month),
        "horizon": usd(horizon),
        "months": str(HORIZON_MONTHS),
        "pilot": usd(pilot),
    }
    said = say("advisor.information_worth" if worth_it else "advisor.information_not", **words)
    if outcome.case.error_cost_usd is None:
        said = f"{said} {say('advisor.information_point', usd=usd(outcome.scales.point_usd))}"
    return Information(round(month, 2), round(horizon, 2), round(pilot, 2), worth_it, said)


def _pilot_usd(outcome: Outcome, way: Option) -> float:
    """Give what a pilot of the leading option and its rival costs: labels, calls, engineers."""
    setting, rival = outcome.setting, outcome.rival or way
    items = stats.paired_items(0.05, 0.15)
    labels = max(0.0, items - (outcome.case.test_items or 0.0)) * LABEL_USD
    calls = items * sum(outcome.spending[one].per_request for one in (way, rival))
    tuned = max((outcome.spending[o].train_usd for o in (way, rival) if o in TUNED), default=0.0)
    return labels + calls + tuned + PILOT_HOURS * setting.engineer_usd


def projection(outcome: Outcome, pilots: Sequence[Pilot]) -> tuple[Projection, ...]:
    """Say what twice and four times the examples may bring, where a curve was measured.

    The points are those given, else the accuracy without examples and with those there are.
    Nothing is said where the points do not fit a curve.
    """
    if pilots:
        return _projected(outcome, pilots, say("advisor.curve_given"))
    told: list[Projection] = []
    for arm, option in _CURVES:
        points = _measured(outcome.case, arm)
        if points and not told:
            told += _projected(outcome, points, named(option))
    return tuple(told)


def _measured(case: Case, arm: Arm) -> tuple[Pilot, ...]:
    start, reached, examples = case.best("zero_shot"), case.best(arm), case.labelled_examples
    if not (start and reached and examples):
        return ()
    points = []
    for at, row in ((0.0, start), (examples, reached)):
        items = row.items or case.test_items or UNSTATED_ITEMS
        points.append(Pilot(at, (row.accuracy or 0.0) * items, items))
    return tuple(points)


def _projected(outcome: Outcome, pilots: Sequence[Pilot], name: str) -> tuple[Projection, ...]:
    try:
        curve = fit(pilots, draws=DRAWS)
    except AskError:
        return ()
    largest = max(pilot.examples for pilot in pilots)
    return tuple(
        _at(curve, times * largest, outcome.case.target_accuracy, name) for times in (2.0, FARTHEST)
    )


def _at(curve: Curve, examples: float, target: float | None, name: str) -> Projection:
    reach = curve.at(examples, target=target)
    words = {
        "option": name,
        "examples": count(examples),
        "accuracy": share(round(reach.accuracy, 2)),
        "low": share(round(reach.low, 2)),
        "high": share(round(reach.high, 2)),
    }
    said = say("advisor.projection", **words)
    if target is not None:
        words = {"target": share(target), "chance": chance(reach.reaches)}
        said = f"{said} {say('advisor.projection_target', **words)}"
    return Projection(
        examples=examples,
        accuracy=round(reach.accuracy, 4),
        low=round(reach.low, 4),
        high=round(reach.high, 4),
        reaches=reach.reaches,
        words=said,
    )
