"""Whether the intervals of the learning curve hold what they promise, by simulation."""

from typing import Any

import numpy as np

from bot.advisor.case import Pilot
from bot.advisor.deciding.curve import Reach, fit
from bot.errors import AskError
from bot.pool import in_thread

PILOTS, ITEMS, TARGET = (0, 50, 100, 200, 400), 200, 1600
CURVES = 400
SEED = 20261124


async def coverage(curves: int = CURVES) -> dict[str, Any]:
    """Draw true curves from the assumed family, measure pilots on each, and predict.

    Gives the share of truths inside the 95% and the 80% interval, the mean width of the former,
    and how many fits were refused for want of effective draws.
    """
    return await in_thread(_coverage, curves)


def _coverage(curves: int) -> dict[str, Any]:
    random = np.random.default_rng(SEED)
    drawn = [_reach(random, number) for number in range(curves)]
    told = [(truth, reach) for truth, reach in drawn if reach is not None]
    inside = [reach.low <= truth <= reach.high for truth, reach in told]
    inside80 = [reach.low80 <= truth <= reach.high80 for truth, reach in told]
    return {
        "curve_95_coverage": round(float(np.mean(inside)), 3),
        "curve_80_coverage": round(float(np.mean(inside80)), 3),
        "curve_95_width_points": round(100 * float(np.mean([r.high - r.low for _, r in told])), 1),
        "curve_fits": len(told),
        "curve_refused": curves - len(told),
    }


def _reach(random: np.random.Generator, seed: int) -> tuple[float, Reach | None]:
    start = random.uniform(0.1, 0.6)
    floor = start * random.beta(1.2, 1.8)
    half = 200 * np.exp(random.normal(0.0, 1.5))
    steepness = 0.7 * np.exp(random.normal(0.0, 0.4))
    noise = abs(random.normal(0.0, 0.15))

    def wrong(examples: float) -> float:
        return float(floor + (start - floor) / (1 + (examples / half) ** steepness))

    pilots = []
    for examples in PILOTS:
        error = wrong(examples)
        if examples:
            logit = np.log(error / (1 - error)) + random.normal(0.0, noise)
            error = 1 / (1 + np.exp(-logit))
        pilots.append(Pilot(examples, ITEMS - int(random.binomial(ITEMS, error)), ITEMS))
    try:
        return 1 - wrong(TARGET), fit(pilots, seed=seed).at(TARGET)
    except AskError:
        return 1 - wrong(TARGET), None
