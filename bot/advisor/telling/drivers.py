"""The three reasons behind a verdict, each with the findings that back it. Pure."""

from collections.abc import Callable, Iterable

from bot import evidence, stats
from bot.advisor.case import Arm, Measurement
from bot.advisor.deciding.diagnosis import OFTEN, plateaued
from bot.advisor.deciding.outcome import Outcome
from bot.advisor.deciding.quality import today_accuracy
from bot.advisor.telling.backing import (
    COST_EVIDENCE,
    KIND_EVIDENCE,
    SKILL_EVIDENCE,
    back,
    best_fitting,
)
from bot.advisor.verdict import TUNED, Driver, Option, named
from bot.texts import say
from bot.texts.words import chance, count, listed, points, share, usd

HOW_MANY = 3
_QUIET = frozenset(("no_teacher",))
"""Vetoes that go without saying."""
_ARM_OF: dict[Option, tuple[Arm, ...]] = {
    "prompt": ("static_few_shot", "prompt_optimised", "zero_shot"),
    "dynamic_few_shot": ("dynamic_few_shot",),
    "rag": ("rag",),
    "fine_tune_hosted": ("fine_tuned", "fine_tuned_before"),
    "fine_tune_self_hosted": ("fine_tuned_small", "fine_tuned"),
    "distill": ("teacher",),
}


def drivers(outcome: Outcome) -> tuple[Driver, ...]:
    """Give the three reasons that weigh most."""
    looks = _BEFORE_WEIGHING if outcome.gates else _AFTER_WEIGHING
    found = [driver for look in looks if (driver := look(outcome)) is not None]
    if len(found) < HOW_MANY:
        found += _ruled_out_more(outcome, found)
    while len(found) < HOW_MANY:
        found.append(_by_evidence(outcome, found))
    chosen = found[:HOW_MANY]
    if chosen[-1].evidence or (outcome.case.goal == "cost" and _cited(chosen)):
        return tuple(chosen)
    return (*chosen[:-1], _by_evidence(outcome, chosen))  # costs stand in a line of their own


def _cited(chosen: Iterable[Driver]) -> bool:
    return any(driver.evidence for driver in chosen)


def _diagnosed(outcome: Outcome) -> Driver | None:
    kind, option = outcome.diagnosis.kind, outcome.option
    if kind in ("skill", "economy"):
        return _skill(outcome)
    reason = next((r for r in outcome.diagnosis.reasons if r.kind == kind), None)
    why = "unclear" if reason is None else reason.why
    text = say(f"advisor.reason_{why}", gap=say(f"advisor.gap_{kind}"), **_measured_words(outcome))
    backing = back(outcome, KIND_EVIDENCE[kind])
    return Driver(text, backing or back(outcome, SKILL_EVIDENCE.get(option, ())))


def _measured_words(outcome: Outcome) -> dict[str, str]:
    case = outcome.case
    arms: tuple[Arm, ...] = (
        "rag_recall_at_5",
        "given_passage",
        "per_step",
        "pass_at_k",
        "valid_format",
        "long_context",
        "rag",
    )
    words: dict[str, str] = {arm: share(case.accuracy(arm)) for arm in arms}
    today = today_accuracy(case)
    return {**words, "today": share(None if today is None else today.accuracy)}


def _skill(outcome: Outcome) -> Driver | None:
    """Say what the option does for a task that is learnt from examples."""
    option, case = outcome.option, outcome.case
    today = today_accuracy(case)
    reached = outcome.scales.rows[option].accuracy
    words = {"low": share(reached[0]), "high": share(reached[2])}
    words["today"] = share(None if today is None else today.accuracy)
    if case.best(*_ARM_OF.get(option, ())) is not None and option not in ("prompt", "distill"):
        return None  # what was measured speaks for itself in its own driver
    text = say(f"advisor.skill_{option}", labels=_labels(outcome))
    if case.target_accuracy is None:
        reach = "within_reach" if today is not None else "within_reach_bare"
        text = f"{text} {say(f'advisor.{reach}', **words)}"
    return Driver(text, back(outcome, SKILL_EVIDENCE[option]))


def _labels(outcome: Outcome) -> str:
    have = outcome.case.labelled_examples
    if have is None:
        return say("advisor.labels_unstated")
    return say("advisor.labels_stated", labels=count(have))


def _quality(outcome: Outcome) -> Driver | None:
    """Hold what was measured against the target, with its interval."""
    option, case = outcome.option, outcome.case
    found = case.best(*_ARM_OF.get(option, ()))
    if found is None or found.accuracy is None or option == "distill":
        return _short(outcome)
    words = {
        "option": named(option),
        "accuracy": share(found.accuracy),
        **_interval(outcome, found),
    }
    ids = back(outcome, SKILL_EVIDENCE.get(option, ()))
    rival = _measured_rival(outcome)
    if case.target_accuracy is not None and found.accuracy < case.target_accuracy:
        return _short(outcome)
    if case.target_accuracy is not None:
        words["target"] = share(case.target_accuracy)
        key = "quality_meets" if (found.items or case.test_items) else "quality_meets_bare"
        return Driver(say(f"advisor.{key}", **words), ids)
    if rival is None:
        return None
    words |= {"rival": named(rival[0]), "other": share(rival[1].accuracy)}
    apart = abs(found.accuracy - (rival[1].accuracy or 0.0))
    return Driver(
        say("advisor.quality_tie" if apart <= 0.02 else "advisor.quality_apart", **words), ids
    )


def _interval(outcome: Outcome, found: Measurement) -> dict[str, str]:
    items = found.items or outcome.case.test_items
    if items is None:
        return {"items": "?", "low": "?", "high": "?"}
    low, high = stats.wilson((found.accuracy or 0.0) * items, items)
    return {"items": count(items), "low": points(low), "high": points(high)}


def _measured_rival(outcome: Outcome) -> tuple[Option, Measurement] | None:
    found = [
        (option, best)
        for option, arms in _ARM_OF.items()
        if option != outcome.option and (best := outcome.case.best(*arms)) is not None
    ]
    return max(found, key=lambda pair: pair[1].accuracy or 0.0, default=None)


def _short(outcome: Outcome) -> Driver | None:
    """Say what prompting stopped at where the target lies beyond it."""
    case, option = outcome.case, outcome.option
    today = today_accuracy(case)
    if (
        today is None
        or case.target_accuracy is None
        or case.target_accuracy <= (today.accuracy or 0)
    ):
        return None
    row = outcome.scales.rows[option]
    words = {
        "today": share(today.accuracy),
        "target": share(case.target_accuracy),
        "option": named(option),
        "low": share(row.accuracy[0]),
        "high": share(row.accuracy[2]),
        "chance": chance(row.meets),
    }
    kind = KIND_EVIDENCE.get(outcome.diagnosis.kind, ())
    key = "quality_short" if plateaued(case) else "quality_needed"
    return Driver(say(f"advisor.{key}", **words), back(outcome, (*kind, *SKILL_EVIDENCE[option])))


def _selection(outcome: Outcome) -> Driver | None:
    """Say what choosing examples by similarity brought on the team's own data."""
    chosen = outcome.case.accuracy("dynamic_few_shot")
    others = outcome.case.accuracy("random_few_shot", "static_few_shot")
    if outcome.option != "dynamic_few_shot" or chosen is None or others is None:
        return None
    if chosen - others < 0.03:
        return None
    words = {"chosen": share(chosen), "others": share(others)}
    return Driver(say("advisor.selection", **words), back(outcome, ("E11",)))


def _changes(outcome: Outcome) -> Driver | None:
    changes = outcome.case.changes
    if outcome.option in TUNED:
        if changes not in ("never", "yearly"):
            return None
        style = outcome.case.task in ("generation", "general_assistant")
        lasting = ("E26", "E28") if style else ("E31", "E29")
        return Driver(say("advisor.stable"), back(outcome, lasting))
    if changes not in OFTEN:
        return None
    facts = outcome.diagnosis.kind in ("knowledge", "retrieval")
    ids = back(outcome, ("E24", "E20") if facts else ("E11", "E15", "E13"))
    often = say(f"advisor.often_{changes}")
    return Driver(say("advisor.changing_facts" if facts else "advisor.changing", often=often), ids)


def _cost(outcome: Outcome) -> Driver | None:
    rival, option = outcome.rival, outcome.option
    if rival is None:
        return None
    mine, other = outcome.scales.rows[option].monthly[1], outcome.scales.rows[rival].monthly[1]
    words = {
        "option": named(option),
        "usd": usd(mine),
        "rival": named(rival),
        "other": usd(other),
        "volume": count(outcome.setting.requests),
    }
    cached = option == "prompt" and outcome.setting.prompt.static >= 3000
    ids = ("E45", "E14") if cached else COST_EVIDENCE.get(option, ())
    key = "cost_cached" if cached and outcome.case.static_prompt_tokens else "cost_less"
    key = key if mine <= other else "cost_more"
    words["static"] = count(outcome.setting.prompt.static)
    return Driver(say(f"advisor.{key}", **words), back(outcome, ids))


def _error_cost(outcome: Outcome) -> Driver | None:
    """Say what a wrong answer costs where that decides."""
    case = outcome.case
    today = today_accuracy(case)
    if not case.error_cost_usd or case.monthly_requests is None or today is None:
        return None
    gained = outcome.scales.rows[outcome.option].accuracy[1] - (today.accuracy or 0.0)
    worth = gained * case.monthly_requests * case.error_cost_usd
    if worth < 100:
        return None
    words = {"points": f"{100 * gained:.0f}", "usd": usd(worth), "each": usd(case.error_cost_usd)}
    return Driver(say("advisor.error_cost", **words), back(outcome, ("E26", "E29", "E12")))


def _permitted(outcome: Outcome) -> Driver | None:
    """Say that the usual obstacle to distilling is out of the way."""
    if outcome.option != "distill" or outcome.case.source_terms != "permitted":
        return None
    return Driver(say("advisor.permitted"), back(outcome, ("E06",)))


def _test_set(outcome: Outcome) -> Driver | None:
    """Keep the only labels from being trained on."""
    labels, items = outcome.case.labelled_examples, outcome.case.test_items
    if outcome.option in TUNED or not labels or labels != items:
        return None
    return Driver(say("advisor.test_set", labels=count(labels)), ())


def _ruled_out(outcome: Outcome) -> Driver | None:
    """Name the veto that took the strongest rival away."""
    told = [v for v in outcome.vetoes if v.kind not in _QUIET]
    tuned = [v for v in told if v.option in TUNED]
    worth = told if outcome.option in TUNED else tuned
    if not worth:
        return None
    return _veto_driver(outcome, max(worth, key=lambda v: len(v.evidence)).kind)


def _ruled_out_more(outcome: Outcome, have: list[Driver]) -> Iterable[Driver]:
    said = {driver.text for driver in have}
    kinds = dict.fromkeys(veto.kind for veto in outcome.vetoes if veto.kind not in _QUIET)
    more = [_veto_driver(outcome, kind) for kind in kinds]
    return (driver for driver in more if driver.text not in said)


def _veto_driver(outcome: Outcome, kind: str) -> Driver:
    vetoed = [veto for veto in outcome.vetoes if veto.kind == kind]
    names = listed(dict.fromkeys(named(veto.option) for veto in vetoed[:4]))
    ids = back(outcome, vetoed[0].evidence)
    return Driver(say("advisor.ruled_out", options=names, why=vetoed[0].text), ids)


def _by_evidence(outcome: Outcome, have: Iterable[Driver] = ()) -> Driver:
    """Fall back on the finding that fits the case best."""
    found = best_fitting(outcome, {id for driver in have for id in driver.evidence})
    return Driver(evidence.told(found), (found.id,))


def _gate_drivers(place: int) -> Callable[[Outcome], Driver | None]:
    def look(outcome: Outcome) -> Driver | None:
        if place >= len(outcome.gates):
            return None
        gate = outcome.gates[place]
        words = dict(gate.words)
        return Driver(say(f"advisor.gate_{gate.kind}", **words), back(outcome, gate.evidence, 3))

    return look


def _leading(outcome: Outcome) -> Driver | None:
    """Name what leads behind a stop, with its chance or its cost."""
    leader = outcome.leader
    if leader is None:
        return None
    key = "remaining" if outcome.option == "do_not_imitate" else "leading"
    words = {
        "option": named(leader.option),
        "chance": chance(leader.chance),
        "usd": usd(leader.monthly_usd),
    }
    ids = ("E04", "E02") if outcome.option == "do_not_imitate" else ("E09", "E37")
    return Driver(say(f"advisor.{key}", **words), back(outcome, ids))


def _stake(outcome: Outcome) -> Driver | None:
    proposed = outcome.case.proposed_usd
    if proposed is None or outcome.option != "ask":
        return None
    return Driver(say("advisor.stake", usd=usd(proposed)), back(outcome, ("M01",)))


def _span(outcome: Outcome) -> Driver | None:
    """Say how far apart the options lie in cost, where nothing else is known."""
    if outcome.option != "ask" or len(outcome.scales.ranking) < 2:
        return None
    ways = sorted(outcome.scales.ranking, key=lambda o: outcome.scales.rows[o].monthly[1])
    low, high = (outcome.scales.rows[o].monthly[1] for o in (ways[0], ways[-1]))
    words = {"cheap": named(ways[0]), "low": usd(low), "dear": named(ways[-1]), "high": usd(high)}
    return Driver(say("advisor.span", **words), ())


def _imitated(outcome: Outcome) -> Driver | None:
    if outcome.option != "do_not_imitate":
        return None
    return Driver(say("advisor.style_only"), back(outcome, ("E03", "E01")))


_BEFORE_WEIGHING: tuple[Callable[[Outcome], Driver | None], ...] = (
    _gate_drivers(0),
    _gate_drivers(1),
    _stake,
    _imitated,
    _leading,
    _span,
)
_AFTER_WEIGHING: tuple[Callable[[Outcome], Driver | None], ...] = (
    _diagnosed,
    _quality,
    _selection,
    _error_cost,
    _changes,
    _permitted,
    _test_set,
    _ruled_out,
    _cost,
)
