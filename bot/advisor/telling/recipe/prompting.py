"""Steps for options that leave the weights alone and the facts where they are."""

from dataclasses import replace

from bot.advisor.deciding.costs import many_shot_equal
from bot.advisor.deciding.setting import MANY_SHOT, TOKENS_PER_EXAMPLE
from bot.advisor.deciding.spending import spending_of
from bot.advisor.telling.recipe.ground import ECONOMIC, Ground, group_of
from bot.advisor.telling.recipe.records import Draft, draft, tell
from bot.ledger.prices import current_models
from bot.texts.words import count, listed, share, usd, whole

FORMED = frozenset(("classification", "extraction", "function_calling", "text_to_sql"))
"""Tasks whose output has a shape that can be forced."""
MANY = 1e6
"""Requests a month from which a cascade repays its upkeep."""
STORE_FULL = 2000.0


def test_of(ground: Ground, weight: float) -> Draft:
    """Give the step that sets a test aside, with its size."""
    trial, have = ground.trial, ground.case.test_items or 0.0
    words = {"items": whole(trial.items), "have": whole(have), "group": group_of(ground.case)}
    key = "test_enough" if have >= trial.items else "test_more" if have else "test_none"
    agreement = "" if ground.case.label_agreement else tell("test_agreement")
    gain = f"{100 * trial.margin:.0f}"
    size = tell(
        "test_size_keep" if trial.keeps else "test_size_gain", points=gain, need=whole(trial.need)
    )
    return draft("test", weight, "M01", tell(key, **words), size, agreement)


def safety_of(ground: Ground, weight: float) -> tuple[Draft, ...]:
    """Give the safety suite that comes first where content must be safe."""
    if ground.case.goal != "content_safety" and not ground.case.safety_critical:
        return ()
    key = "safety_tuned" if ground.tuned else "safety"
    return (draft("safety", weight, "E41 E42", tell(key)),)


def best_of_n(ground: Ground, weight: float) -> tuple[Draft, ...]:
    """Give the trial that comes before reinforcement tuning, where a program checks answers."""
    if not ground.case.reward_verifiable and ground.kind != "unreliable":
        return ()
    several, once = ground.case.accuracy("pass_at_k"), ground.trial.today
    measured = several is not None and once is not None
    words = {"several": share(several), "once": share(once)}
    told = tell("best_of_measured", **words) if measured else ""
    check = tell("best_of" if ground.case.reward_verifiable else "best_of_vote")
    return (draft("best_of", weight, "E16 E09 M01", check, told),)


def release_of(ground: Ground, weight: float) -> Draft:
    """Give the last step: behind a flag, a small share first."""
    limit = ground.case.latency_limit_ms
    slow = "" if limit is None else tell("release_latency", limit=whole(limit))
    few = ground.setting.requests < 10 * ground.trial.items
    return draft("release", weight, "M01", tell("release_few" if few else "release"), slow)


def form_of(ground: Ground, weight: float) -> tuple[Draft, ...]:
    """Give the step that forces the output's shape, where it has one."""
    used = ground.case.structured_output_used
    if ground.kind != "format" and (used or ground.case.task not in FORMED):
        return ()
    key = "form_check" if used else "form"
    return (draft("form", weight, "E16 M01", tell(key), tell("form_count")),)


def prompt(ground: Ground) -> tuple[Draft, ...]:
    """Give the steps of improving a prompt, or of making it cheaper."""
    if ground.kind == "economy" or (ground.case.goal == "cost" and not ground.case.target_accuracy):
        return _cheaper(ground)
    safety, several = safety_of(ground, 2), best_of_n(ground, 2)
    return (
        *safety,
        test_of(ground, 2),
        draft("errors", 2, "E16 M01", tell("errors")),
        *form_of(ground, 2),
        _examples(ground),
        *(() if safety and several else (_order(ground),)),
        *several,
        draft("optimise", 2, "E16", tell("optimise"), tell("optimise_guard")),
        _stronger(ground),
        release_of(ground, 1),
    )


def _cheaper(ground: Ground) -> tuple[Draft, ...]:
    batch = ground.case.batch or ground.case.latency_limit_ms
    return (
        *safety_of(ground, 2),
        draft("bill", 2, "E45", tell("bill"), _prefix(ground)),
        test_of(ground, 2),
        _order(ground),
        *form_of(ground, 1),
        _next_cheaper(ground),
        draft("trim", 1, "E45", tell("trim"), "" if batch or ground.own else tell("trim_batch")),
        *_cascade(ground),
        release_of(ground, 1),
    )


def _prefix(ground: Ground) -> str:
    if ground.own:
        return ""
    rates, static = ground.setting.model.rates, ground.setting.prompt.static
    words = {"static": count(static), "minimum": whole(rates.cache_minimum)}
    if static < rates.cache_minimum:
        return tell("prefix_short", **words)
    return tell("prefix_cached", share=share(round(ground.setting.cache_share, 2)), **words)


def _order(ground: Ground) -> Draft:
    key = "order_own" if ground.own else "order"
    cheap = ground.kind == "economy" or ground.case.goal in ECONOMIC
    return draft("order", 1, "E45", tell(key), "" if cheap else _prefix(ground))


def _examples(ground: Ground) -> Draft:
    labels, classes = ground.setting.labels, ground.case.classes
    shown = min(labels, MANY_SHOT)
    if ground.case.labelled_examples is None or labels < 1:
        text = tell("examples_by_hand")
    else:
        tokens = count(shown * TOKENS_PER_EXAMPLE)
        text = tell("examples_fixed", shown=count(shown), have=count(labels), tokens=tokens)
    cover = "" if classes is None else tell("examples_cover", classes=count(classes))
    limit = ground.case.prompt_budget_tokens
    room = "" if limit is None else tell("examples_room", limit=count(limit))
    return draft("examples", 2, "E13 E45", text, cover, room)


def _stronger(ground: Ground) -> Draft:
    if ground.own:
        return draft("base", 1, "E37 E04", tell("base_own"))
    names = [one.model for one in current_models(ground.today)]
    mine = ground.setting.model.size
    larger = {"small": names[1], "mid": names[2]}.get(mine)
    if larger is None:
        return draft("base", 1, "E37 E04", tell("base_largest", model=ground.setting.model.name))
    words = {"model": larger, "usd": _serving_on(larger, ground)}
    return draft("base", 1, "E37 E04", tell("base_stronger", **words))


def _next_cheaper(ground: Ground) -> Draft:
    if ground.own:
        return draft("base", 2, "E44", tell("base_own_smaller"))
    names = [one.model for one in current_models(ground.today)]
    mine = ground.setting.model.size
    smaller = {"mid": names[0], "frontier": names[1]}.get(mine)
    if smaller is None:
        return draft("base", 2, "E44", tell("base_smallest", model=ground.setting.model.name))
    now = usd(ground.spent.fixed + ground.spent.per_request * ground.setting.requests)
    words = {"model": smaller, "usd": _serving_on(smaller, ground), "now": now}
    return draft("base", 2, "E44", tell("base_cheaper", **words))


def _serving_on(name: str, ground: Ground) -> str:
    """Give what serving the same prompt on another model would cost a month."""
    model = ground.look_up(name)
    if model is None:
        return "?"
    setting = replace(ground.setting, model=model)
    spent = spending_of("prompt", setting, ground.market, today=ground.today)
    return usd(spent.fixed + spent.per_request * setting.requests)


def _cascade(ground: Ground) -> tuple[Draft, ...]:
    key = "cascade" if ground.setting.requests >= MANY else "cascade_small"
    return (draft("cascade", 1, "E44", tell(key)),)


def few_shot(ground: Ground) -> tuple[Draft, ...]:
    """Give the steps of an example store that is searched for every request."""
    return (
        *safety_of(ground, 1),
        test_of(ground, 2),
        _store(ground),
        draft("clean", 2, "E11", tell("clean"), tell("clean_leak")),
        _search(ground),
        _place(ground),
        *form_of(ground, 1),
        _against_fixed(ground),
        _curve(ground),
        _loop(ground),
    )


def _store(ground: Ground) -> Draft:
    case, labels = ground.case, ground.setting.labels
    have = tell("store_have", labels=count(labels)) if case.labelled_examples else ""
    apart = tell("store_tenants") if (case.tenants or 1) > 1 else ""
    erase = tell("store_erasure") if case.erasure_required else ""
    return draft("store", 2, "E11", tell("store"), have, apart, erase)


def _search(ground: Ground) -> Draft:
    tokens = ground.setting.examples
    shown = max(1, round(tokens / TOKENS_PER_EXAMPLE))
    words = {"k": count(shown), "tokens": count(tokens)}
    limit = ground.case.prompt_budget_tokens
    room = "" if limit is None else tell("examples_room", limit=count(limit))
    return draft("search", 3, "E11 E12", tell("search"), tell("search_budget", **words), room)


def _place(ground: Ground) -> Draft:
    classes = ground.case.classes
    classed = ground.case.task == "classification" or classes
    cover = "" if not classed else tell("place_cover")
    return draft("place", 1, "E11 E13", tell("place"), cover)


def _against_fixed(ground: Ground) -> Draft:
    if ground.own:
        return draft("against_fixed", 1, "E13", tell("against_fixed_own"))
    setting = ground.setting
    if setting.model.rates.cached <= 0:
        return draft("against_fixed", 1, "E13", tell("against_fixed_own"))
    equal = many_shot_equal(setting.examples, setting.model.rates) / TOKENS_PER_EXAMPLE
    k = count(max(1, round(setting.examples / TOKENS_PER_EXAMPLE)))
    words = {"k": k, "equal": count(max(1, round(equal)))}
    return draft("against_fixed", 1, "E13 E45", tell("against_fixed", **words))


def _curve(ground: Ground) -> Draft:
    labels = ground.setting.labels
    sizes = listed(count(max(1, labels * part)) for part in (0.125, 0.25, 0.5, 1))
    known = bool(ground.case.labelled_examples)
    told = tell("store_curve", sizes=sizes) if known else tell("store_curve_first")
    return draft("store_curve", 2, "E13 E38", told)


def _loop(ground: Ground) -> Draft:
    moving = ground.case.changes in ("monthly", "weekly", "daily", "continuous")
    key = "loop_moving" if moving else "loop"
    release = release_of(ground, 2)
    return replace(release, text=f"{release.text} {tell(key)}")
