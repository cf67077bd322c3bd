"""Steps for options that train weights: on a platform, on machines of one's own, from a teacher."""

from bot.advisor.telling.recipe import training
from bot.advisor.telling.recipe.ground import Ground
from bot.advisor.telling.recipe.prompting import best_of_n, release_of, safety_of, test_of
from bot.advisor.telling.recipe.records import Draft, draft, tell
from bot.texts.words import count, share, usd

OFTEN = ("monthly", "weekly", "daily", "continuous")
_MACHINE = {True: "E30 E29", False: "E34 E29"}
TEACHER_CHECKED = 300
"""Teacher's labels that people check before it labels the rest."""


def hosted(ground: Ground) -> tuple[Draft, ...]:
    """Give the steps of a tune on a platform."""
    return (
        *safety_of(ground, 1),
        test_of(ground, 2),
        *(best_of_n(ground, 1) or _freeze(ground)),
        draft("data", 4, "E28 E26 E40", *training.examples(ground), _form(ground)),
        draft("platform", 1, "E46 E10 E29", *training.platform(ground)),
        _train(ground),
        _curve(ground),
        _suites(ground),
        _release(ground),
    )


def self_hosted(ground: Ground) -> tuple[Draft, ...]:
    """Give the steps of a tune that the team serves itself."""
    return (
        *safety_of(ground, 1),
        test_of(ground, 2),
        *(best_of_n(ground, 1) or _freeze(ground)),
        draft("data", 4, "E28 E31 E40", *training.examples(ground)),
        draft("machine", 2, _MACHINE[training.is_encoder(ground)], *training.base(ground)),
        _train(ground),
        _curve(ground),
        _suites(ground),
        _serve(ground),
    )


def distill(ground: Ground) -> tuple[Draft, ...]:
    """Give the steps of training a small model on a strong one's labels."""
    where = _machine(ground)
    return (
        *safety_of(ground, 1),
        draft("terms", 1, "E06", tell(_terms(ground))),
        test_of(ground, 2),
        _teacher(ground),
        draft("data", 3, "E07 E43", *training.examples(ground), tell("data_real")),
        where,
        _train(ground),
        _suites(ground),
        _cascaded(ground),
    )


def _machine(ground: Ground) -> Draft:
    if ground.own:
        return draft("machine", 2, "E43 E02", *training.base(ground))
    return draft("platform", 2, "E46 E43", *training.platform(ground))


def _terms(ground: Ground) -> str:
    open_model = ground.case.training_data_source == "open_model"
    return "terms_open" if open_model else "terms"


def _teacher(ground: Ground) -> Draft:
    teacher = ground.case.accuracy("teacher")
    known = "" if teacher is None else tell("teacher_measured", accuracy=share(teacher))
    items = count(training.examples_of(ground))
    words = {"checked": count(TEACHER_CHECKED), "items": items, "usd": usd(ground.spent.one_off)}
    return draft("teacher", 3, "E43 E02", tell("teacher", **words), tell("teacher_why"), known)


def _freeze(ground: Ground) -> tuple[Draft, ...]:
    """Freeze the best prompt as what a tune has to beat."""
    now = ground.trial.today
    known = "" if now is None else tell("freeze_measured", today=share(now))
    reader = tell("freeze_reader") if ground.kind == "ignores_passage" else ""
    return (draft("freeze", 1, "E09 M01", tell("freeze"), known, reader),)


def _form(ground: Ground) -> str:
    return tell("data_form_pairs" if training.is_reinforced(ground) else "data_form")


def _train(ground: Ground) -> Draft:
    alone = tell("train_no_team") if ground.own and ground.case.ml_team is False else ""
    told = (*training.method(ground), *training.starting_values(ground), alone)
    ids = "E30 E43" if training.is_encoder(ground) else "E36 E35 E33 E43"
    return draft("train", 2, ids, *told)


def _curve(ground: Ground) -> Draft:
    words = {"sizes": training.pilot_sizes(ground)}
    flat = tell("curve_flat") if ground.case.learning_curve_flat else ""
    return draft("curve", 2, "E38 E09 E37", tell("curve", **words), tell("curve_stop"), flat)


def _suites(ground: Ground) -> Draft:
    if training.is_encoder(ground):
        return draft("classes", 2, "E31 E40 M01", tell("suites_encoder"))
    strict = ground.case.safety_critical or ground.case.goal == "content_safety"
    refusals = tell("suites_safety" if strict else "suites_refusals")
    return draft("suites", 2, "E39 E40 E41", tell("suites"), refusals)


def _release(ground: Ground) -> Draft:
    release = release_of(ground, 2)
    ids = "E46 E39 M01"
    return draft("release", 2, ids, release.text, _again(ground), tell("keep_prompt"))


def _serve(ground: Ground) -> Draft:
    device = ground.case.data_location == "on_device"
    load = tell("serve_device" if device else "serve_load", rps=_rate(ground.setting.peak_rps))
    tenants = ground.case.tenants or 1
    many = tell("serve_adapters", n=ground.market.adapters_per_gpu) if tenants > 1 else ""
    release = release_of(ground, 1)
    return draft("serve", 4, "E29 E39 M01", load, many, release.text, _again(ground))


def _rate(rps: float) -> str:
    return f"{rps:.2g}" if rps < 10 else count(rps)


def _cascaded(ground: Ground) -> Draft:
    release = release_of(ground, 2)
    return draft("cascade", 2, "E44 E02", tell("cascade_teacher"), release.text, _again(ground))


def _again(ground: Ground) -> str:
    changes = ground.case.changes
    if changes in OFTEN:
        return tell("again_often", often=tell(f"often_{changes}"))
    return tell("again")
