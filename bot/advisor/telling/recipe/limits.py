"""The go/no-go number of a recipe and the way back, in words."""

from bot import stats
from bot.advisor.telling.recipe import measuring, training
from bot.advisor.telling.recipe.fetching import recall_wanted
from bot.advisor.telling.recipe.ground import Ground, offer_of, right_of
from bot.advisor.telling.recipe.records import tell
from bot.advisor.verdict import Option
from bot.texts.words import points, share, whole

_KEPT: dict[Option, str] = {
    "prompt": "back_prompt",
    "dynamic_few_shot": "back_few_shot",
    "rag": "back_rag",
    "decompose": "back_decompose",
    "fine_tune_hosted": "back_hosted",
    "fine_tune_self_hosted": "back_own",
    "distill": "back_distill",
}


def go(ground: Ground) -> str:
    """Give the number that decides: accuracy, paired items, test and margin."""
    option = ground.verdict.option
    if option == "ask":
        return _settled(ground)
    told = [_quality(ground), *_recall(ground), *_regression(ground), *_speed(ground)]
    if option == "do_not_imitate":
        told.insert(0, tell("go_no_copy"))
    return " ".join(told)


def _quality(ground: Ground) -> str:
    trial = ground.trial
    words = {"items": whole(trial.items), "points": _points(trial.margin)}
    if trial.keeps:
        today = share(trial.today)
        key = "go_keep_bare" if trial.today is None else "go_keep"
        return tell(key, today=today, **words)
    if trial.target is None:
        return tell("go_gain", **words)
    right = right_of(ground.trial)
    low, high = stats.wilson(right, trial.items)
    words |= {"right": whole(right), "target": share(trial.target)}
    words |= {"low": points(low), "high": points(high)}
    if trial.today is None or trial.today >= trial.target:
        return tell("go_hold", **words)
    words["points"] = _points(trial.target - trial.today)
    return tell("go_target", today=share(trial.today), **words)


def _recall(ground: Ground) -> list[str]:
    if ground.way != "rag":
        return []
    return [tell("go_recall", wanted=share(recall_wanted(ground)))]


def _regression(ground: Ground) -> list[str]:
    if not ground.tuned:
        return []
    return [tell("go_classes" if training.is_encoder(ground) else "go_regression")]


def _speed(ground: Ground) -> list[str]:
    limit = ground.case.latency_limit_ms
    return [] if limit is None else [tell("go_latency", limit=whole(limit))]


def _settled(ground: Ground) -> str:
    kind = measuring.kind_of(ground)
    if kind in ("unresolved", "few_items"):
        need = measuring.need_of(ground)
        return tell("go_pilot", need=whole(need), points=_points(0.03))
    if kind == "noise":
        agreement = ground.case.label_agreement or 0.0
        return tell(
            "go_noise",
            wanted=share(max(0.9, ground.case.target_accuracy or 0.0)),
            now=share(agreement),
        )
    if kind == "contract":
        return tell("go_contract", items=whole(ground.trial.items))
    if kind == "nothing_left":
        return tell("go_limits")
    if kind == "leak":
        return tell("go_leak", items=whole(ground.trial.items))
    low, high = stats.wilson(0.85 * measuring.FIRST_ITEMS, measuring.FIRST_ITEMS)
    words = {"low": points(low), "high": points(high)}
    return tell("go_blank", items=measuring.FIRST_ITEMS, **words)


def _points(part: float) -> str:
    return f"{100 * part:.0f}"


def roll_back(ground: Ground) -> str:
    """Say how to get back and what to keep for it."""
    option = ground.verdict.option
    if option == "ask":
        return tell("back_ask")
    told = tell(_KEPT[ground.way], model=ground.setting.model.name)
    if option == "do_not_imitate":
        return f"{tell('back_no_copy')} {told}"
    return " ".join(filter(None, (told, *_closing(ground))))


def _closing(ground: Ground) -> list[str]:
    """Give the day on which the base, or the model that answers, is gone."""
    if ground.way == "fine_tune_hosted":
        offer = offer_of(ground)
        if offer is not None and offer.shutdown is not None:
            return [tell("back_shutdown_tune", model=offer.model, day=str(offer.shutdown))]
        return []
    model = ground.setting.model
    if ground.own or model.shutdown is None or model.shutdown < ground.today:
        return []
    return [tell("back_shutdown", model=model.name, day=str(model.shutdown))]
