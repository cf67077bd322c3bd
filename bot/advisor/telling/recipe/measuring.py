"""Steps where nothing is built yet: what to measure, the cheapest first, or what to do instead."""

import re

from bot.advisor.deciding import gates
from bot.advisor.deciding.diagnosis import diagnose
from bot.advisor.telling.recipe.ground import Ground, group_of
from bot.advisor.telling.recipe.records import Draft, draft, tell
from bot.advisor.verdict import TUNED, named
from bot.stats import paired_items
from bot.texts.words import aside, long_list, share, usd, whole

LABEL_USD = 0.25
"""What a label costs: our assumption, between 0.05 and 5 dollars."""
FIRST_ITEMS = 200
DOUBLE = 200
"""Items that two people label, to see how far they agree."""


def kind_of(ground: Ground) -> str:
    """Say why there is no verdict yet: what was measured, what is missing, or the terms."""
    measured = gates.measurement(ground.case)
    if measured:
        return measured[0].kind
    missing = gates.blanks(ground.case, diagnose(ground.case))
    ways = sum(row.open for row in ground.verdict.costs if row.option not in ("ask",))
    if gates.must_ask(ground.case, missing, ways) is not None:
        return "blank"
    leader = ground.verdict.leader
    if leader is None:
        return "nothing_left"
    return "contract" if leader.option in TUNED else "blank"


def need_of(ground: Ground) -> int:
    """Give how many paired items would settle what was measured."""
    for gate in gates.measurement(ground.case):
        for name, value in gate.words:
            if name == "need":
                return int(re.sub(r"\D", "", value))  # "1,568", or "1.568" in Spanish
    return ground.trial.items


def ask(ground: Ground) -> tuple[Draft, ...]:
    """Give what to measure, in which order; the weights are days."""
    kind = kind_of(ground)
    if kind in ("unresolved", "few_items"):
        return _more_items(ground)
    if kind == "leak":
        return _clean(ground)
    if kind == "noise":
        return _labels(ground)
    if kind == "contract":
        return _contract(ground)
    return _limits(ground) if kind == "nothing_left" else _blanks(ground)


def _blanks(ground: Ground) -> tuple[Draft, ...]:
    words = {"group": group_of(ground.case), "items": FIRST_ITEMS}
    usual = whole(paired_items(0.05, 0.15))
    return (
        draft("answer", 0.1, "E09 M01", tell("answer")),
        draft("count", 0.2, "M01", tell("count")),
        draft("errors", 0.5, "M01 E09", tell("errors_sort")),
        draft("label_test", 1.0, "M01", tell("label_test", usd=_labels_usd(FIRST_ITEMS), **words)),
        draft("agreement", 0.5, "M01", tell("agreement")),
        draft("arms", 1.0, "E09 M01", tell("arms", items=FIRST_ITEMS)),
        draft("decide", 0.2, "M01", tell("decide_blank", usual=usual), _lead(ground)),
    )


def _more_items(ground: Ground) -> tuple[Draft, ...]:
    need, have = need_of(ground), ground.case.test_items or 0.0
    more = max(0, need - have)
    stake = ground.case.proposed_usd
    worth = "" if stake is None else tell("items_stake", stake=usd(stake))
    words = {"need": whole(need), "have": whole(have), "more": whole(more)}
    return (
        draft("freeze_both", 0.2, "M01", tell("freeze_both")),
        draft(
            "more_items", 1.0, "M01 E09", tell("more_items", usd=_labels_usd(more), **words), worth
        ),
        draft("paired", 0.5, "M01", tell("paired", need=whole(need))),
        draft("seeds", 0.5, "E09", tell("seeds")),
        draft("early", 0.2, "M01", tell("early")),
        draft("regression", 0.5, "E39 E40", tell("regression_pilot")),
        draft("decide", 0.2, "M01", tell("decide_pilot"), _lead(ground)),
    )


def _clean(ground: Ground) -> tuple[Draft, ...]:
    items = ground.trial.items
    words = {"group": group_of(ground.case), "items": whole(items), "usd": _labels_usd(items)}
    return (
        draft("overlap", 0.5, "M01", tell("overlap")),
        draft("fresh_items", 1.0, "M01", tell("fresh_items", **words)),
        draft("remove", 0.5, "M01", tell("remove")),
        draft("again", 1.0, "M01 E09", tell("measure_again", items=whole(items))),
        draft("drop", 0.2, "M05", tell("drop")),
        draft("decide", 0.2, "M01", tell("decide_leak"), _lead(ground)),
    )


def _labels(ground: Ground) -> tuple[Draft, ...]:
    agreement = ground.case.label_agreement
    words = {"double": DOUBLE, "agreement": share(agreement)}
    return (
        draft("double", 1.0, "M01", tell("double", **words)),
        draft("confusions", 0.5, "M01", tell("confusions")),
        draft("guide", 1.0, "E28 M01", tell("guide")),
        draft("relabel", 2.0, "M01", tell("relabel", items=whole(ground.trial.items))),
        draft("ceiling", 0.2, "M01", tell("ceiling", **words)),
        draft("again", 0.5, "M01", tell("measure_relabelled")),
        draft("decide", 0.2, "M01", tell("decide_noise"), _lead(ground)),
    )


def _contract(ground: Ground) -> tuple[Draft, ...]:
    items = FIRST_ITEMS
    classical = ground.case.task == "classification"
    baseline = "baseline_classes" if classical else "baseline"
    return (
        draft("read_terms", 0.5, "E06", tell("read_terms")),
        draft(
            "label_people", 1.0, "M01", tell("label_people", items=items, usd=_labels_usd(items))
        ),
        draft("baseline", 0.5, "E30 E31 E09 M01", tell(baseline, items=items)),
        draft("open_teacher", 1.0, "E06 E32 M01", tell("open_teacher", items=items)),
        draft("cheaper_now", 0.5, "E44 M01", tell("cheaper_now")),
        draft("decide", 0.2, "E06", tell("decide_contract"), _lead(ground)),
    )


def _limits(ground: Ground) -> tuple[Draft, ...]:
    vetoes = {veto.text: veto for veto in ground.verdict.vetoes if veto.kind != "no_teacher"}
    told = long_list(aside(one.text, one.lifted_by) for one in list(vetoes.values())[:4])
    return (
        draft("limits", 0.2, "E09 M01", tell("limits", limits=told)),
        draft("limit_cost", 0.5, "M01", tell("limit_cost")),
        draft("limit_measure", 1.0, "M01", tell("limit_measure")),
        draft("limit_small", 0.5, "E44 M01", tell("limit_small")),
        draft("limit_part", 0.5, "M01", tell("limit_part")),
        draft("decide", 0.2, "M01", tell("decide_limits")),
    )


def _lead(ground: Ground) -> str:
    leader = ground.verdict.leader
    return "" if leader is None else tell("lead", option=named(leader.option))


def _labels_usd(items: float) -> str:
    return usd(items * LABEL_USD)


def instead(ground: Ground) -> tuple[Draft, ...]:
    """Give the steps around those of the remaining option; the weights are days."""
    return (
        draft("no_copy", 0.2, "E01 E06", tell("no_copy")),
        draft("facts_test", 1.0, "E03 M02 M03", tell("facts_test")),
        draft("better_base", 0.5, "E04 E37", tell("better_base")),
    )


def narrow(ground: Ground) -> Draft:
    """Say what a narrow, permitted distillation would need."""
    return draft("narrow", 0.5, "E02 E05 E06", tell("narrow", items=whole(TEACHER)))


TEACHER = 6000.0
"""Teacher's answers on one narrow task in the study that closed part of the gap (E02)."""
