"""What rules an option out before anything is weighed, why, and who can lift it. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.advisor.case import Case
from bot.advisor.deciding.market import Market, Platform
from bot.advisor.deciding.setting import Setting
from bot.advisor.deciding.spending import Spending
from bot.advisor.verdict import TUNED, WAYS, Option, Veto
from bot.texts import say

DAYS_PER_MONTH = 30.44
FASTEST_HOSTED_MS = 250.0
"""A hosted language model rarely answers its slowest twentieth faster: our assumption."""
FAR_TOO_SLOW = 1.5
"""How far above the limit one call must be for every call of that model to be ruled out."""
LEAST_LIFE_MONTHS = 6.0
"""A tuned model whose base lives shorter than this hardly pays its set-up back."""
LEAST_LABELS = {"classification": 100.0, "extraction": 80.0}
LEAST_PAIRS = 50.0
LABELS_PER_CLASS = 4.0
NARROW = frozenset(
    ("classification", "extraction", "text_to_sql", "function_calling", "qa_over_documents", "code")
)
_ALL = frozenset(WAYS)
_NETWORKED: frozenset[Option] = _ALL - {"fine_tune_self_hosted", "distill"}
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
    options: Iterable[Option], kind: str, *evidence: str, by: str = "team", **words: str
) -> list[Veto]:
    text, lifted = say(f"advisor.veto_{kind}", **words), say(f"advisor.lifted_by_{by}")
    ordered = [option for option in WAYS if option in frozenset(options)]
    return [Veto(option, kind, text, lifted, evidence) for option in ordered]


def _residency(bench: Bench) -> list[Veto]:
    where = bench.case.data_location
    if where in ("own_network", "on_device"):
        return _ban(["fine_tune_hosted"], "residency", by="data_officer")
    if where == "region" and not bench.case.platform_tuning_approved:
        return _ban(["fine_tune_hosted"], "region", by="data_officer")
    return []


def _approval(bench: Bench) -> list[Veto]:
    if bench.case.platform_tuning_approved is False:
        return _ban(["fine_tune_hosted"], "approval", by="security")
    return []


def _platform(bench: Bench) -> list[Veto]:
    """Rule hosted tuning out where the platform is closed to this team or its bases die soon."""
    if not bench.case.platform:
        return []
    platform = bench.market.platform(bench.case.platform)
    if platform is None:
        return []
    if _closed(platform, bench):
        return _ban(["fine_tune_hosted"], "platform", "E46", by="provider", name=platform.id)
    if not platform.closed_to_all:
        return []
    days = [o.shutdown for o in bench.market.offers if o.provider == platform.id]
    last = max((day for day in days if day is not None), default=None)
    months = 0.0 if last is None else (last - bench.today).days / DAYS_PER_MONTH
    if months >= LEAST_LIFE_MONTHS:
        return []
    day = str(last or platform.closed_to_all)
    return _ban(["fine_tune_hosted"], "shutdown", "E46", by="provider", day=day)


def _closed(platform: Platform, bench: Bench) -> bool:
    today, before = bench.today, bench.case.tuned_there_before
    ended = platform.closed_to_all is not None and platform.closed_to_all <= today
    new = platform.closed_to_new is not None and platform.closed_to_new <= today
    return platform.status == "closed" or ended or (new and before is not True)


def _licence_to_learn(bench: Bench) -> list[Veto]:
    """Rule out training on a source whose terms forbid it."""
    case = bench.case
    if case.training_data_source != "proprietary_model" or case.source_terms == "permitted":
        return []
    competes = case.serves == "competing_product"
    if case.source_terms != "prohibited" and not competes:
        return []
    everything = case.labelled_examples in (None, 0) or competes
    options: frozenset[Option] = TUNED if everything else frozenset(("distill",))
    return _ban(options, "terms", "E06", by="legal")


def _no_teacher(bench: Bench) -> list[Veto]:
    """Distilling needs a model to learn from."""
    case = bench.case
    taught = case.training_data_source in ("proprietary_model", "open_model")
    if taught or case.accuracy("teacher") is not None:
        return []
    return _ban(["distill"], "no_teacher", by="team")


def _broad_imitation(bench: Bench) -> list[Veto]:
    case = bench.case
    copied = case.training_data_source in ("proprietary_model", "open_model")
    if copied and case.task in ("general_assistant", "other", None):
        return _ban(["distill"], "broad", "E01", "E02", by="nobody")
    return []


def _erasure(bench: Bench) -> list[Veto]:
    return _ban(TUNED, "erasure", by="data_officer") if bench.case.erasure_required else []


def _safety(bench: Bench) -> list[Veto]:
    case = bench.case
    if case.safety_critical and not case.tuned_safety_evaluated:
        return _ban(TUNED, "safety", "E41", "E42", by="safety")
    return []


def _data(bench: Bench) -> list[Veto]:
    """Rule tuning out below the least data that it was seen to work with."""
    case = bench.case
    taught = case.training_data_source in ("proprietary_model", "open_model")
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
    have, need = f"{labels:,.0f}", f"{least:,.0f}"
    return _ban(options, "data", "E31", "E32", by="labels", have=have, need=need)


def _latency(bench: Bench) -> list[Veto]:
    limit = bench.case.latency_limit_ms
    if limit is None or bench.case.batch:
        return []
    measured = _measured_p95(bench.case)
    slow = {option: p95 for option, p95 in measured.items() if p95 > limit}
    found = [
        veto
        for option, p95 in slow.items()
        for veto in _ban([option], "latency", p95=f"{p95:,.0f}", limit=f"{limit:,.0f}")
    ]
    likely = [option for option in _likely_slow(limit, slow) if option not in measured]
    return [*found, *_ban(likely, "latency_likely", limit=f"{limit:,.0f}")]


def _likely_slow(limit: float, slow: Mapping[Option, float]) -> frozenset[Option]:
    """Name what is likely too slow, from the limit itself and from what was measured too slow."""
    if limit < FASTEST_HOSTED_MS:
        return _NETWORKED
    called = [p95 for option, p95 in slow.items() if option in _CALLS_A_MODEL]
    if called and min(called) > FAR_TOO_SLOW * limit:
        return _CALLS_A_MODEL  # the same model answers, whatever stands in its prompt
    if not called:
        return frozenset()
    return _SLOWER if "prompt" in slow else _SLOWEST


def _measured_p95(case: Case) -> dict[Option, float]:
    arms: dict[str, tuple[Option, ...]] = {
        "zero_shot": ("prompt",),
        "static_few_shot": ("prompt",),
        "prompt_optimised": ("prompt",),
        "dynamic_few_shot": ("dynamic_few_shot",),
        "rag": ("rag",),
        "fine_tuned": ("fine_tune_hosted",),
        "fine_tuned_small": ("fine_tune_self_hosted",),
    }
    found: dict[Option, float] = {}
    for row in case.measurements:
        for option in arms.get(row.arm, ()):
            if row.p95_ms is not None:
                found[option] = min(row.p95_ms, found.get(option, row.p95_ms))
    return found


def _prompt_budget(bench: Bench) -> list[Veto]:
    limit = bench.case.prompt_budget_tokens
    if limit is None:
        return []
    fixed = bench.setting
    needs: dict[Option, float] = {
        "dynamic_few_shot": fixed.examples + fixed.query,
        "rag": fixed.retrieved + fixed.query,
        "decompose": 2 * fixed.query + 200,
    }
    if bench.case.static_prompt_tokens is not None:
        needs["prompt"] = bench.case.static_prompt_tokens
    return _ban([o for o, n in needs.items() if n > limit], "prompt_budget", limit=f"{limit:,.0f}")


def _rate_limit(bench: Bench) -> list[Veto]:
    """Rule out what needs more tokens a minute at peak than the provider allows."""
    limit = bench.case.rate_limit_tpm
    if limit is None or bench.case.batch or bench.setting.own_machines:
        return []
    now = bench.spending["prompt"].tokens
    peak = bench.case.peak_tpm or 60 * bench.setting.peak_rps * now
    over = [
        option
        for option, spent in bench.spending.items()
        if spent.where == "provider" and peak * spent.tokens / now > limit
    ]
    return _ban(over, "rate_limit", by="provider", limit=f"{limit:,.0f}")


def _request_rate(bench: Bench) -> list[Veto]:
    limit, needed = bench.case.rate_limit_rpm, 60 * bench.setting.peak_rps
    if limit is None or bench.case.peak_rps is None or needed <= limit:
        return []
    over = [o for o in _CALLS_A_MODEL if bench.spending[o].where == "provider"]
    return _ban(over, "rate_limit", by="provider", limit=f"{limit:,.0f}")


def _price_cap(bench: Bench) -> list[Veto]:
    cap = bench.case.max_usd_per_request
    if cap is None:
        return []
    requests = bench.setting.requests
    over = [o for o, s in bench.spending.items() if s.per_request + s.fixed / requests > cap]
    return _ban(over, "price_cap", by="budget", cap=f"{cap:g}")


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
    return _ban({*over, *proposed}, "budget", by="budget", cap=f"{cap:,.0f}")


def _time(bench: Bench) -> list[Veto]:
    """Rule out what cannot be set up in the days that there are."""
    days = [bench.case.engineer_days_available]
    if bench.case.deadline_days is not None:
        days.append(bench.case.deadline_days * 5 / 7)
    known = [day for day in days if day is not None]
    if not known:
        return []
    hours = 8 * max(1.5, min(known))
    over = [option for option, spent in bench.spending.items() if spent.setup_hours > hours]
    return _ban(over, "time", by="team", days=f"{min(known):.0f}")


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
)
