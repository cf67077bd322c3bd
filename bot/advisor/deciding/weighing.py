"""Costs and accuracies of all open options weighed against each other, draw by draw. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bot.advisor.case import Case
from bot.advisor.deciding.diagnosis import Diagnosis
from bot.advisor.deciding.quality import Accuracies, Draws, accuracies, today_accuracy
from bot.advisor.deciding.setting import HORIZON_MONTHS, Setting
from bot.advisor.deciding.spending import Spending
from bot.advisor.verdict import WAYS, Option

POINT_USD = 250.0
"""What one point of accuracy is worth a month where no cost of an error was given: ours."""
SHORT_OF_TARGET, SHORT_OF_TODAY = 3.0, 2.0
BEYOND_NEED = 0.2
"""How much more a point below a stated target or today's quality counts, and less one above."""
ENOUGH = 0.8
"""Chance of reaching a stated target from which an option counts as reaching it."""
LIKELY_ENOUGH = 0.2
"""The same where nobody named a target and today's quality is only not to be lost."""
POINT_OF_SPEND = 0.1
"""What a point of accuracy is worth as a share of what is spent today, when saving is the goal."""
NEAR_TIE = 0.1
"""Share of the monthly cost within which two options count as equal."""
DRAWS = 4000
_ECONOMIC = frozenset(("cost", "latency", "privacy", "rate_limit", "time_to_ship"))


@dataclass(frozen=True)
class Weighed:
    """One option's outlook."""

    option: Option
    monthly: tuple[float, float, float]
    """10th percentile, mean and 90th percentile of the monthly cost, errors left out."""
    one_off: float
    accuracy: tuple[float, float, float]
    """10th percentile, median and 90th percentile."""
    meets: float | None
    benefit: float
    """Expected net benefit a month; only differences mean anything."""
    best: float
    """Chance of being the best open option."""


@dataclass(frozen=True)
class Drawn:
    """The draws behind the scales; each array has one value per draw."""

    inputs: Mapping[str, Draws]
    """Requests a month, tokens and engineer hours, the last two over what is expected."""
    reached: Accuracies
    benefits: Mapping[Option, Draws]


@dataclass(frozen=True)
class Scales:
    """All options weighed, and the order in which they are preferred."""

    rows: Mapping[Option, Weighed]
    ranking: tuple[Option, ...]
    """Open options, best first; empty where every option is ruled out."""
    needed: float | None
    """The accuracy asked for, or what must not be lost; None where none was named."""
    point_usd: float
    """What a point of accuracy was taken to be worth a month."""
    drawn: Drawn


def weigh(
    setting: Setting,
    diagnosis: Diagnosis,
    spending: Mapping[Option, Spending],
    open_options: tuple[Option, ...],
    *,
    seed: int,
    draws: int = DRAWS,
) -> Scales:
    """Weigh every option; rank the open ones by expected net benefit and the near-tie rule."""
    random = np.random.default_rng(seed)
    reached = accuracies(setting, diagnosis, random, draws)
    inputs = _inputs(setting, random, draws)
    monthly = _monthly(setting, spending, inputs)
    needed = _needed(setting.case)
    point = _point_usd(setting.case, float(np.mean(monthly["prompt"])))
    benefits = {
        option: _benefit(
            reached[option], monthly[option], inputs["monthly_requests"], setting, (needed, point)
        )
        for option in WAYS
    }
    pool = _good_enough(open_options, reached, setting.case, needed)
    target = setting.case.target_accuracy
    racing = open_options if target is not None else pool
    chances = _chances(racing, benefits, reached, monthly, target)
    spent, accurate = _spreads(monthly), _spreads(reached)
    rows = {
        option: Weighed(
            option=option,
            monthly=(spent[option][0], float(np.mean(monthly[option])), spent[option][2]),
            one_off=one_off_usd(spending[option], setting),
            accuracy=accurate[option],
            meets=None if needed is None else float(np.mean(reached[option] >= needed)),
            benefit=float(np.mean(benefits[option])),
            best=chances.get(option, 0.0),
        )
        for option in WAYS
    }
    ranking = _ranking(open_options, pool, rows)
    return Scales(rows, ranking, needed, point, Drawn(inputs, reached, benefits))


def one_off_usd(spent: Spending, setting: Setting) -> float:
    """Give what it costs to set an option up: engineers and training."""
    return spent.one_off + spent.setup_hours * setting.engineer_usd


def monthly_usd(spent: Spending, setting: Setting, requests: float) -> float:
    """Give the expected monthly cost at a volume, one-off costs spread over the horizon."""
    upkeep = spent.run_hours * setting.engineer_usd + spent.retraining
    return _serving(spent, requests) + upkeep + one_off_usd(spent, setting) / HORIZON_MONTHS


def _serving(spent: Spending, requests: float) -> float:
    return spent.fixed + spent.per_request * requests


def _inputs(setting: Setting, random: np.random.Generator, draws: int) -> dict[str, Draws]:
    spread = setting.requests_spread
    # A median-true lognormal has a larger mean; the stated volume is meant as the mean.
    volume = setting.requests * np.exp(random.normal(0.0, spread, draws) - spread**2 / 2)
    return {
        "monthly_requests": volume,
        "tokens": random.triangular(0.8, 1.0, 1.25, draws),
        "hours": random.triangular(0.6, 0.9, 1.6, draws),
    }


def _monthly(
    setting: Setting, spending: Mapping[Option, Spending], inputs: Mapping[str, Draws]
) -> dict[Option, Draws]:
    found = {}
    for option, spent in spending.items():
        work = setting.engineer_usd * (spent.run_hours + spent.setup_hours / HORIZON_MONTHS)
        served = spent.per_request * inputs["monthly_requests"] * inputs["tokens"]
        cash = served + spent.fixed + spent.retraining + spent.one_off / HORIZON_MONTHS
        found[option] = cash + work * inputs["hours"]
    return found


def _needed(case: Case) -> float | None:
    if case.target_accuracy is not None:
        return case.target_accuracy
    today = today_accuracy(case) or case.best("dynamic_few_shot", "rag", "teacher")
    if case.goal in _ECONOMIC and today is not None and today.accuracy is not None:
        return today.accuracy - 0.01
    return None


def _point_usd(case: Case, spent: float) -> float:
    if case.goal in _ECONOMIC and case.target_accuracy is None:
        return max(POINT_USD, POINT_OF_SPEND * spent)
    return POINT_USD


def _good_enough(
    options: tuple[Option, ...], reached: Accuracies, case: Case, needed: float | None
) -> tuple[Option, ...]:
    """Keep the options that reach the quality needed; all of them where none does."""
    if needed is None:
        return options
    least = LIKELY_ENOUGH if case.target_accuracy is None else ENOUGH
    good = tuple(o for o in options if float(np.mean(reached[o] >= needed)) >= least)
    return good or options


def _benefit(
    reached: Draws,
    monthly: Draws,
    requests: Draws,
    setting: Setting,
    worth_of: tuple[float | None, float],
) -> Draws:
    """Give the net benefit; `worth_of` is the accuracy needed and the worth of a point."""
    needed, point_usd = worth_of
    errors = requests * (setting.case.error_cost_usd or 0.0) * (1 - reached)
    stated = setting.case.error_cost_usd is not None
    point = 100 * point_usd
    if needed is None:
        worth = np.zeros_like(reached) if stated else point * reached
    else:
        target = setting.case.target_accuracy is not None
        weight = SHORT_OF_TARGET if target else SHORT_OF_TODAY
        short = np.maximum(0.0, needed - reached) * point * weight
        beyond = 0.0 if stated else np.maximum(0.0, reached - needed) * point * BEYOND_NEED
        worth = beyond - short
    net: Draws = worth - errors - monthly
    return net


def _chances(
    options: tuple[Option, ...],
    benefits: Mapping[Option, Draws],
    reached: Accuracies,
    monthly: Mapping[Option, Draws],
    target: float | None,
) -> dict[Option, float]:
    """Give each open option's chance of being best: among those good enough, else of all.

    Within a near-tie the option that is cheaper to take back counts as the best.
    """
    if not options:
        return {}
    nets = np.stack([benefits[option] for option in options])
    if target is not None:
        good = np.stack([reached[option] >= target for option in options])
        nets = np.where(good | ~good.any(axis=0), nets, -np.inf)
    top = np.argmax(nets, axis=0)
    costs = np.stack([monthly[option] for option in options])
    draws = np.arange(nets.shape[1])
    within = nets >= nets[top, draws] - NEAR_TIE * costs[top, draws]
    first = np.argmax(within, axis=0)
    return {option: float(np.mean(first == place)) for place, option in enumerate(options)}


def _ranking(
    options: tuple[Option, ...], pool: tuple[Option, ...], rows: Mapping[Option, Weighed]
) -> tuple[Option, ...]:
    """Order the open options: those that reach the need first, near-ties by ease of return."""
    if not pool:
        return ()
    best = max(pool, key=lambda option: rows[option].benefit)
    margin = NEAR_TIE * rows[best].monthly[1]
    tied = [o for o in pool if rows[o].benefit >= rows[best].benefit - margin]
    first = min(tied, key=WAYS.index)
    rest = sorted((o for o in options if o != first), key=lambda o: -rows[o].benefit)
    return (first, *rest)


def _spreads(values: Mapping[Option, Draws]) -> dict[Option, tuple[float, float, float]]:
    """Give the 10th percentile, the median and the 90th of every option, in one pass."""
    stacked = np.stack([values[option] for option in WAYS])
    ends = np.quantile(stacked, (0.1, 0.5, 0.9), axis=1).T.tolist()
    return {option: tuple(row) for option, row in zip(WAYS, ends, strict=True)}
