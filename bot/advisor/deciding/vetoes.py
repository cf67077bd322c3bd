"""What rules an option out before anything is weighed, why, and who can lift it. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.advisor.case import Case
from bot.advisor.deciding import costs
from bot.advisor.deciding.gates import BROAD, COPIED
from bot.advisor.deciding.market import Market, Platform
from bot.advisor.deciding.setting import HORIZON_MONTHS, Setting
from bot.advisor.deciding.spending import LABEL_USD, Spending, monthly_cash
from bot.advisor.verdict import TUNED, WAYS, Option, Veto
from bot.texts import say
from bot.texts.words import exact, listed, usd, whole

DAYS_PER_MONTH = 30.44
FASTEST_HOSTED_MS = 250.0
"""A hosted language model rarely answers its slowest twentieth faster: our assumption."""
FAR_TOO_SLOW = 1.5
"""How far above the limit one call must be for every call of that model to be ruled out."""
LEAST_LIFE_MONTHS = 6.0
"""A tuned model whose base lives shorter than this hardly pays its set-up back."""
SUITE_HOURS = 40.0
"""Engineer hours of a safety and regression suite: an assumption of ours."""
DEDICATED_PER_HOUR = 7.0
"""US dollars an hour of a dedicated endpoint, as lifts a rate limit (Fireworks H100)."""
LEAST_LABELS = {"classification": 100.0, "extraction": 80.0}
LEAST_PAIRS = 50.0
LABELS_PER_CLASS = 4.0
_ALL = frozenset(WAYS)
_HOSTED_TUNE: frozenset[Option] = frozenset(("fine_tune_hosted",))
_DISTILL: frozenset[Option] = frozenset(("distill",))
_SLOWER: frozenset[Option] = frozenset(("rag", "decompose"))
_SLOWEST: frozenset[Option] = frozenset(("decompose",))
"""What is slower than a plain prompt, and slower than anything."""
_CALLS_A_MODEL: frozenset[Option] = _ALL - TUNED


@dataclass(frozen=True)
class Bench:
    """Everything a veto looks at."""

    case: Case
    setting: Setting
    spending: Mapping[Option, Spending]
    market: Market
    today: date


def vetoes(bench: Bench) -> tuple[Veto, ...]:
    """Give every veto, one per option and kind."""
    return tuple(veto for check in _CHECKS for veto in check(bench))


def _ban(
    options: Iterable[Option],
    kind: str,
    *evidence: str,
    by: str = "team",
    lift: str = "",
    **words: str,
) -> list[Veto]:
    """Rule options out; `lift` says what takes the veto away and at what price."""
    text, lifted = say(f"advisor.veto_{kind}", **words), say(f"advisor.lifted_by_{by}")
    ordered = [option for option in WAYS if option in frozenset(options)]
    return [Veto(option, kind, text, lifted, evidence, lift) for option in ordered]


def _hosted(bench: Bench) -> frozenset[Option]:
    """Name the tunes that a provider would serve."""
    return frozenset(option for option in TUNED if bench.spending[option].where != "own")


def _residency(bench: Bench) -> list[Veto]:
    where = bench.case.data_location
    if where in ("own_network", "on_device"):
        gpu = usd(costs.hosting_usd(bench.market.gpu_hour))
        lift = say("advisor.lift_own_machines", usd=gpu)
        # A proprietary teacher would have to read the data too.
        taught = bench.case.training_data_source == "proprietary_model"
        barred = _HOSTED_TUNE | _DISTILL if taught else _HOSTED_TUNE
        return _ban(barred, "residency", by="data_officer", lift=lift)
    if where == "region" and not bench.case.platform_tuning_approved:
        return _ban(_hosted(bench), "region", by="data_officer")
    return []


def _approval(bench: Bench) -> list[Veto]:
    if bench.case.platform_tuning_approved is False:
        return _ban(_hosted(bench), "approval", by="security")
    return []


def _platform(bench: Bench) -> list[Veto]:
    """Rule hosted tuning out where the platform is closed to this team or its bases die soon."""
    if not bench.case.platform:
        return []
    platform = bench.market.platform(bench.case.platform)
    if platform is None:
        return []
    lift = say("advisor.lift_platform", names=listed(_open_elsewhere(platform, bench)))
    if _closed(platform, bench):
        words = {"name": platform.id}
        return _ban(_hosted(bench), "platform", "E46", by="provider", lift=lift, **words)
    if not platform.closed_to_all:
        return []
    days = [o.shutdown for o in bench.market.offers if o.provider == platform.id]
    last = max((day for day in days if day is not None), default=None)
    months = 0.0 if last is None else (last - bench.today).days / DAYS_PER_MONTH
    if months >= LEAST_LIFE_MONTHS:
        return []
    day = str(last or platform.closed_to_all)
    return _ban(_hosted(bench), "shutdown", "E46", by="provider", lift=lift, day=day)


def _open_elsewhere(platform: Platform, bench: Bench) -> tuple[str, ...]:
    """Name platforms other than this one that still open tuning, at most three."""
    offers = bench.market.offers_of(None, on=bench.today)
    names = dict.fromkeys(offer.provider for offer in offers if offer.provider != platform.id)
    return tuple(names)[:3]


def _closed(platform: Platform, bench: Bench) -> bool:
    today, before = bench.today, bench.case.tuned_there_before
    ended = platform.closed_to_all is not None and platform.closed_to_all <= today
    new = platform.closed_to_new is not None and platform.closed_to_new <= today
    return platform.status == "closed" or ended or (new and before is not True)


def _licence_to_learn(bench: Bench) -> list[Veto]:
    """Rule every tune out where the terms of its training data forbid it.

    Terms that are not known bar only a product that competes with a proprietary source.
    """
    case = bench.case
    if case.training_data_source not in COPIED or case.source_terms == "permitted":
        return []
    proprietary = case.training_data_source == "proprietary_model"
    competes = case.serves == "competing_product" and proprietary
    if case.source_terms != "prohibited" and not competes:
        return []
    return _ban(TUNED, "terms", "E06", by="legal")


def _no_teacher(bench: Bench) -> list[Veto]:
    """Distilling needs a model to learn from."""
    case = bench.case
    taught = case.training_data_source in COPIED
    if taught or case.accuracy("teacher") is not None:
        return []
    return _ban(["distill"], "no_teacher", by="teacher")


def _broad_imitation(bench: Bench) -> list[Veto]:
    """Rule out copying a broad assistant from its answers, whoever permits it."""
    case = bench.case
    if case.training_data_source not in COPIED or (
        case.task is not None and case.task not in BROAD
    ):
        return []
    options = _DISTILL if case.task is None else TUNED
    return _ban(options, "broad", "E01", "E02", by="nobody")


def _erasure(bench: Bench) -> list[Veto]:
    return _ban(TUNED, "erasure", by="data_officer") if bench.case.erasure_required else []


def _safety(bench: Bench) -> list[Veto]:
    """Rule tunes out where content matters, or no suite is said to exist, until one has passed."""
    case = bench.case
    matters = case.safety_critical or case.goal == "content_safety"
    if case.tuned_safety_evaluated or not (matters or case.tuned_safety_evaluated is False):
        return []
    suite = usd(SUITE_HOURS * bench.setting.engineer_usd)
    lift = say("advisor.lift_suite", usd=suite)
    return _ban(TUNED, "safety", "E41", "E42", by="safety", lift=lift)


def _data(bench: Bench) -> list[Veto]:
    """Rule tuning out below the least data that it was seen to work with."""
    case = bench.case
    taught = case.training_data_source in COPIED
    if case.labelled_examples is None and not taught:
        return []
    least = max(
        LEAST_LABELS.get(case.task or "", LEAST_PAIRS),
        LABELS_PER_CLASS * (case.classes or 0),
    )
    labels = (case.labelled_examples or 0.0) / (case.tenants or 1.0)
    options = TUNED - {"distill"}
    if labels >= least or (case.accuracy("fine_tuned", "fine_tuned_small") and labels >= 10):
        return []
    missing = (least - labels) * (case.tenants or 1.0)
    lift = say("advisor.lift_labels", labels=whole(missing), usd=usd(missing * LABEL_USD))
    words = {"have": whole(labels), "need": whole(least)}
    return _ban(options, "data", "E31", "E32", by="labels", lift=lift, **words)


def _latency(bench: Bench) -> list[Veto]:
    limit = bench.case.latency_limit_ms
    if limit is None or bench.case.batch:
        return []
    measured = _measured_p95(bench.case)
    slow = {option: p95 for option, p95 in measured.items() if p95 > limit}
    found = [
        veto
        for option, p95 in slow.items()
        for veto in _ban([option], "latency", p95=whole(p95), limit=whole(limit))
    ]
    likely = [o for o in _likely_slow(limit, slow, bench) if o not in measured]
    lift = say("advisor.lift_own_machines", usd=usd(costs.hosting_usd(bench.market.gpu_hour)))
    return [*found, *_ban(likely, "latency_likely", lift=lift, limit=whole(limit))]


def _likely_slow(limit: float, slow: Mapping[Option, float], bench: Bench) -> frozenset[Option]:
    """Name what is likely too slow, from the limit itself and from what was measured too slow."""
    found: frozenset[Option] = frozenset()
    if limit < FASTEST_HOSTED_MS:
        found |= _CALLS_A_MODEL | _hosted(bench)
    called = [p95 for option, p95 in slow.items() if option in _CALLS_A_MODEL]
    if called and max(called) > FAR_TOO_SLOW * limit:
        found |= _CALLS_A_MODEL  # the same model answers, whatever stands in its prompt
    elif called:
        found |= _SLOWER if "prompt" in slow else _SLOWEST
    tunes = {"fine_tune_hosted", "fine_tune_self_hosted"}
    return found | ({"distill"} if tunes <= slow.keys() else set())


def _measured_p95(case: Case) -> dict[Option, float]:
    """Give the measured p95 of each option, of its fastest way; milliseconds."""
    arms: dict[str, Option] = {
        "zero_shot": "prompt",
        "static_few_shot": "prompt",
        "random_few_shot": "prompt",
        "prompt_optimised": "prompt",
        "long_context": "prompt",
        "dynamic_few_shot": "dynamic_few_shot",
        "rag": "rag",
        "fine_tuned": "fine_tune_hosted",
        "fine_tuned_small": "fine_tune_self_hosted",
    }
    found: dict[Option, float] = {}
    for row in case.measurements:
        option = arms.get(row.arm)
        if option is not None and row.p95_ms is not None:
            found[option] = min(row.p95_ms, found.get(option, row.p95_ms))
    return found


def _prompt_budget(bench: Bench) -> list[Veto]:
    """Rule out what does not fit into the prompt: instructions where stated, material, query."""
    limit = bench.case.prompt_budget_tokens
    if limit is None:
        return []
    setting = bench.setting
    stated = bench.case.static_prompt_tokens is not None
    always = setting.query + (setting.instructions if stated else 0.0)
    needs: dict[Option, float] = {
        "prompt": always if stated else 0.0,
        "dynamic_few_shot": setting.examples + always,
        "rag": setting.retrieved + always,
        "decompose": 2 * setting.query + 200,
    }
    return _ban([o for o, n in needs.items() if n > limit], "prompt_budget", limit=whole(limit))


def _rate_limit(bench: Bench) -> list[Veto]:
    """Rule out what needs more tokens a minute at peak than the provider allows."""
    limit = bench.case.rate_limit_tpm
    if limit is None or bench.case.batch or bench.setting.own_machines:
        return []
    now = max(1.0, bench.spending["prompt"].tokens)
    peak = bench.case.peak_tpm or 60 * bench.setting.peak_rps * now
    over = [
        option
        for option, spent in bench.spending.items()
        if spent.where == "provider" and peak * spent.tokens / now > limit
    ]
    return _ban(over, "rate_limit", by="provider", lift=_capacity(), limit=whole(limit))


def _capacity() -> str:
    """Say what lifts a rate limit: a higher tier, a second provider, or rented capacity."""
    return say("advisor.lift_capacity", usd=usd(costs.hosting_usd(DEDICATED_PER_HOUR)))


def _request_rate(bench: Bench) -> list[Veto]:
    """Rule out what needs more requests a minute at peak than the provider allows."""
    limit, case = bench.case.rate_limit_rpm, bench.case
    stated = case.peak_rps is not None or case.monthly_requests is not None
    if limit is None or case.batch or not stated or 60 * bench.setting.peak_rps <= limit:
        return []
    over = [o for o, spent in bench.spending.items() if spent.where == "provider"]
    return _ban(over, "rate_limit", by="provider", lift=_capacity(), limit=whole(limit))


def _price_cap(bench: Bench) -> list[Veto]:
    cap = bench.case.max_usd_per_request
    if cap is None:
        return []
    requests = bench.setting.requests
    over = [o for o, s in bench.spending.items() if s.per_request + s.fixed / requests > cap]
    return _ban(over, "price_cap", by="budget", cap=exact(cap))


def _budget(bench: Bench) -> list[Veto]:
    cap, case = bench.case.budget_usd, bench.case
    if cap is None:
        return []
    requests = bench.setting.requests
    over = [
        option
        for option, s in bench.spending.items()
        if s.one_off + s.fixed + s.per_request * requests > cap
    ]
    proposed = TUNED if (case.proposed_usd or 0) > cap else frozenset[Option]()
    return _ban({*over, *proposed}, "budget", by="budget", cap=whole(cap))


def _time(bench: Bench) -> list[Veto]:
    """Rule out what cannot be set up in the days that there are."""
    days = [bench.case.engineer_days_available]
    if bench.case.deadline_days is not None:
        days.append(bench.case.deadline_days * 5 / 7)
    known = [day for day in days if day is not None]
    if not known:
        return []
    hours = 8 * max(1.5, min(known))
    return [
        veto
        for option, spent in bench.spending.items()
        if spent.setup_hours > hours
        for veto in _too_long(option, spent.setup_hours - hours, min(known), bench)
    ]


def _too_long(option: Option, hours: float, days: float, bench: Bench) -> list[Veto]:
    words = {"days": f"{hours / 8:.0f}", "usd": usd(hours * bench.setting.engineer_usd)}
    lift = say("advisor.lift_engineers", **words)
    return _ban([option], "time", by="team", lift=lift, days=f"{days:.0f}")


def _payback(bench: Bench) -> list[Veto]:
    """Where saving is the goal, rule out a tune that earns its set-up back too late or never.

    It must pay back within the horizon and the life of its base (payback > min(H, L)).
    """
    case, setting = bench.case, bench.setting
    if case.goal != "cost" or case.target_accuracy is not None:
        return []
    now = bench.spending["prompt"]
    found: list[Veto] = []
    for option in (one for one in WAYS if one in TUNED):
        spent = bench.spending[option]
        saved = monthly_cash(now, setting) - monthly_cash(spent, setting)
        once = spent.one_off + spent.setup_hours * setting.engineer_usd
        months = costs.payback_months(once, saved)
        life = min(HORIZON_MONTHS, spent.life_months or HORIZON_MONTHS)
        if months is None:
            found += _ban([option], "payback_never", by="nobody_costs")
        elif months > life:
            words = {"months": f"{months:.0f}", "life": f"{life:.0f}"}
            found += _ban([option], "payback", by="nobody_costs", **words)
    return found


_CHECKS: tuple[Callable[[Bench], list[Veto]], ...] = (
    _residency,
    _approval,
    _platform,
    _licence_to_learn,
    _no_teacher,
    _broad_imitation,
    _erasure,
    _safety,
    _data,
    _latency,
    _prompt_budget,
    _rate_limit,
    _request_rate,
    _price_cap,
    _budget,
    _time,
    _payback,
)
