"""What a recipe stands on: the case of a verdict with every blank filled in, and the test."""

import math
from dataclasses import dataclass
from datetime import date

from bot import stats
from bot.advisor.case import Case, case_from
from bot.advisor.deciding.gates import DISAGREEMENT
from bot.advisor.deciding.market import Market, Offer
from bot.advisor.deciding.quality import today_accuracy
from bot.advisor.deciding.setting import LookUp, Setting, setting_of
from bot.advisor.deciding.sources import sources_on
from bot.advisor.deciding.spending import Spending, spending_of
from bot.advisor.telling.recipe.records import tell
from bot.advisor.verdict import TUNED, Option, Verdict
from bot.texts import say

ECONOMIC = frozenset(("cost", "latency", "privacy", "rate_limit", "time_to_ship"))
LEAST_ITEMS, USUAL_GAIN = 200, 0.05
SMALLEST, LARGEST = 0.03, 0.15
"""Gains that a test is laid out for: a smaller one needs thousands of items, a larger one few."""
SCARCE_GAIN = 0.1
"""What a test is laid out for where few requests a month would have to fill a large one."""
MARGINS = (0.01, 0.02, 0.03)
"""What may be lost where an option is to be cheaper and no worse; the smallest that shows."""


@dataclass(frozen=True)
class Trial:
    """The test that decides: on how many paired items, and what it must show."""

    items: int
    """At least `need`; all test items that the team has, where those are more."""
    need: int
    """Paired items that show the margin with 80% power."""
    margin: float
    """The gain to be shown, or what may be lost where nothing is to be gained."""
    keeps: bool
    """Cheaper and no worse is enough."""
    today: float | None
    target: float | None


@dataclass(frozen=True)
class Ground:
    """The case behind a verdict and the option that a recipe builds."""

    verdict: Verdict
    way: Option
    """The chosen option, or the leading one behind `ask` and `do_not_imitate`."""
    case: Case
    setting: Setting
    spent: Spending
    market: Market
    look_up: LookUp
    trial: Trial
    today: date

    @property
    def kind(self) -> str:
        """The kind of gap that was diagnosed."""
        return self.verdict.diagnosis

    @property
    def own(self) -> bool:
        """Whether the team's own machines answer."""
        return self.spent.where == "own"

    @property
    def tuned(self) -> bool:
        """Whether weights are trained."""
        return self.way in TUNED


def ground_of(verdict: Verdict, today: date) -> Ground:
    """Rebuild what a verdict was worked out from, with the prices and the market of a day."""
    case, sources = case_from(verdict.case), sources_on(today)
    setting = setting_of(case, sources.look_up)
    way = verdict.option if verdict.leader is None else verdict.leader.option
    way = "prompt" if way in ("ask", "do_not_imitate") else way
    return Ground(
        verdict=verdict,
        way=way,
        case=case,
        setting=setting,
        spent=spending_of(way, setting, sources.market, today=today),
        market=sources.market,
        look_up=sources.look_up,
        trial=trial_of(case, setting),
        today=today,
    )


def trial_of(case: Case, setting: Setting) -> Trial:
    """Lay the deciding test out: gain where a target or a gap was named, else no loss."""
    measured = today_accuracy(case)
    now = None if measured is None else measured.accuracy
    target, have = case.target_accuracy, int(case.test_items or 0)
    if target is None and (case.goal in ECONOMIC or case.problem == "none"):
        margin = next((m for m in MARGINS if _keep(m) <= _at_hand(case, setting)), MARGINS[-1])
        return Trial(max(_keep(margin), have), _keep(margin), margin, True, now, None)
    short = target - now if target is not None and now is not None else USUAL_GAIN
    gain = min(LARGEST, max(SMALLEST, short))
    need = _gain(gain)
    if setting.requests < 2 * need:
        gain = max(gain, SCARCE_GAIN)
        need = _gain(gain)
    return Trial(max(LEAST_ITEMS, have, need), need, gain, False, now, target)


def _keep(margin: float) -> int:
    """Give the paired items that show a loss of this size, two systems differing on a tenth."""
    return stats.paired_items(margin, 0.1)


def _gain(gain: float) -> int:
    """Give the paired items that show a gain of this size."""
    return stats.paired_items(gain, max(DISAGREEMENT, gain + 0.05))


def _at_hand(case: Case, setting: Setting) -> float:
    """Give the items a team could test on: those it has, or a fifth of its labels."""
    return max(case.test_items or 0.0, setting.labels / 5)


def right_of(trial: Trial) -> int:
    """Give how many items of a trial must be right to reach its target."""
    return math.ceil(round((trial.target or 0.0) * trial.items, 6))


def offer_of(ground: Ground) -> Offer | None:
    """Give the offer that a hosted tune was priced at; None where none is open."""
    platform = ground.market.platform(ground.case.platform) if ground.case.platform else None
    return next(
        (
            offer
            for offer in ground.market.offers_of(platform, on=ground.today)
            if say("advisor.served_offer", provider=offer.provider, model=offer.model)
            == ground.spent.served
        ),
        None,
    )


def group_of(case: Case) -> str:
    """Say what must not stand on both sides of a split."""
    if (case.tenants or 1) > 1:
        return tell("group_tenant")
    if case.task in ("qa_over_documents", "multi_hop_qa", "multi_document_synthesis"):
        return tell("group_document")
    if case.task in ("text_to_sql", "code"):
        return tell("group_project")
    return tell("group_customer")
