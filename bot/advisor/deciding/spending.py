"""What each option would cost one team: tokens, machines, engineers, training."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.advisor.case import Case
from bot.advisor.deciding import costs
from bot.advisor.deciding.costs import Rates, Tokens
from bot.advisor.deciding.market import Market, Offer
from bot.advisor.deciding.setting import SECONDS_PER_MONTH, Setting
from bot.advisor.verdict import TUNED, Option
from bot.texts import say

SETUP_HOURS: dict[Option, float] = {
    "prompt": 10,
    "dynamic_few_shot": 40,
    "rag": 80,
    "decompose": 60,
    "fine_tune_hosted": 100,
    "fine_tune_self_hosted": 160,
    "distill": 140,
}
RUN_HOURS: dict[Option, float] = {
    "prompt": 1,
    "dynamic_few_shot": 4,
    "rag": 8,
    "decompose": 6,
    "fine_tune_hosted": 8,
    "fine_tune_self_hosted": 16,
    "distill": 12,
}
"""Engineer hours to set an option up and to run it a month: assumptions of ours."""

RETRAIN_HOURS = 10.0
NO_TEAM, SKILLED_TEAM = 1.6, 0.7
"""How much longer a team takes without anybody who trains models, and how much less with."""
HOURS_PER_TENANT = 0.5
"""Upkeep of one more tuned model a month on a hosted platform; adapters on one box need a fifth."""
SHORT_TASKS = frozenset(("classification", "extraction", "function_calling"))
"""Tasks for which the smallest tunable models are considered."""
EPOCHS = 3.0
TRAIN_PER_MILLION = 2.0
"""Where a provider's training price could not be found."""
INDEX_PER_MILLION = 0.02
VECTOR_STORE_USD = 25.0
ENCODER_RPS = 25.0
ENCODER_USD = 150.0
"""Requests a second and monthly cost of one CPU server with a small encoder, our assumption."""
OWNED = 0.25
"""Share of the rent that machines already owned cost: power and what else they could do."""
BATCH_HOURS = 0.5
"""Share of the day over which batch work is spread."""
LABEL_USD = 0.25
"""What one label costs, between 0.05 and 5 US dollars: an assumption of ours."""
FRESH_LABELS = 100.0
"""New labels that a training needs to follow what changed: an assumption of ours."""
MOST_TAUGHT = 50_000.0
"""Items that a teacher labels at most; beyond, a narrow task gains little: ours."""
HOSTED_LIFE_MONTHS = 18.0
"""How long a hosted base lives where no shutdown is announced: 18 to 30 months were seen."""
DAYS_PER_MONTH = 30.44
PEARL_INPUT, PEARL_OUTPUT = 4.4, 1.3
"""How much more a planned answer reads and writes than a single call (E17). All but the first
reading of a document comes from the cache where the document is long enough to be kept there."""

_RUNS_A_MONTH = {
    "never": 0.0,
    "yearly": 1 / 12,
    "quarterly": 1 / 3,
    "monthly": 1.0,
    "weekly": 4.33,
    "daily": 8.0,
    "continuous": 8.0,
}
"""Trainings a month that keep up with changes; more often than twice a week nobody trains."""
_RUNS_UNSTATED = 0.1


@dataclass(frozen=True)
class Spending:
    """The cost of one option in US dollars."""

    option: Option
    per_request: float
    fixed: float
    """Machines, a month, whatever the volume."""
    setup_hours: float
    run_hours: float
    """Engineer hours a month, trainings included."""
    one_off: float
    """Cash spent once: training, index."""
    tokens: float
    """Tokens of one request as a rate limit counts them."""
    served: str
    where: Literal["provider", "own", "none"]
    """Whose machines answer; `none` where the option cannot be served at all."""
    train_usd: float = 0.0
    """Cash of one training; the first is part of `one_off`."""
    retraining: float = 0.0
    """Cash of later trainings and their labels, a month."""
    life_months: float | None = None
    """How long the tuned base still answers; None where nobody can switch it off."""


def spending_of(option: Option, setting: Setting, market: Market, *, today: date) -> Spending:
    """Work out what an option costs in a setting."""
    if option in TUNED:
        return _tuned(option, setting, market, today)
    tokens = _tokens(option, setting)
    if setting.own_machines:
        return _on_own_machines(option, setting, tokens)
    return _prompted(option, setting, tokens)


def monthly_cash(spent: Spending, setting: Setting) -> float:
    """Give what an option costs a month once it runs: serving, trainings and upkeep."""
    upkeep = spent.run_hours * setting.engineer_usd
    return _serving(spent, setting) + spent.retraining + upkeep


def _tokens(option: Option, setting: Setting) -> Tokens:
    query, output = setting.query, setting.output
    if option == "dynamic_few_shot":
        return Tokens(setting.instructions, setting.examples + query, output)
    if option == "rag":
        return Tokens(setting.instructions, setting.retrieved + query, output)
    if option == "decompose":
        return Tokens(setting.prompt.static, query * _readings(setting), output * PEARL_OUTPUT)
    return setting.prompt


def _readings(setting: Setting) -> float:
    """Give how many fresh readings the readings of a planned answer cost as much as."""
    rates = setting.model.rates
    if setting.query < rates.cache_minimum or setting.own_machines:
        return PEARL_INPUT
    return (rates.cache_write + (PEARL_INPUT - 1) * rates.cached) / rates.input


def _prompted(option: Option, setting: Setting, tokens: Tokens) -> Spending:
    rates = setting.model.rates.times(0.5 if setting.case.batch else 1.0)
    share = setting.cache_share
    per_request = costs.request_usd(tokens, rates, share) * setting.scale
    measured = _measured_usd(option, setting)
    if measured is not None:
        per_request = measured / setting.requests
    return Spending(
        option=option,
        per_request=per_request,
        fixed=VECTOR_STORE_USD if option == "rag" else 0.0,
        setup_hours=SETUP_HOURS[option],
        run_hours=RUN_HOURS[option],
        one_off=_index_usd(setting) if option == "rag" else 0.0,
        tokens=tokens.static + tokens.fresh + tokens.output,
        served=say("advisor.served_model", model=setting.model.name),
        where="provider",
    )


def _on_own_machines(option: Option, setting: Setting, tokens: Tokens) -> Spending:
    device = setting.case.data_location == "on_device"
    rent = 0.0 if device else _gpu_rent(setting, tokens, 3.99)
    return Spending(
        option=option,
        per_request=0.0,
        fixed=rent,
        setup_hours=SETUP_HOURS[option] + (0 if device else 40),
        run_hours=RUN_HOURS[option] + (0 if device else 6),
        one_off=_index_usd(setting) if option == "rag" else 0.0,
        tokens=tokens.static + tokens.fresh + tokens.output,
        served=say("advisor.served_device" if device else "advisor.served_own"),
        where="own",
    )


def _tuned(option: Option, setting: Setting, market: Market, today: date) -> Spending:
    hosted = option == "fine_tune_hosted" or (option == "distill" and not _runs_own(setting))
    if not hosted:
        return _self_hosted(option, setting, market)
    platform = market.platform(setting.case.platform) if setting.case.platform else None
    offers = market.offers_of(platform, on=today)
    large = [offer for offer in offers if offer.size != "small" or _is_short(setting)]
    plans = [_hosted(option, setting, offer, today) for offer in large or offers]
    nowhere = _no_offer(option, setting)
    return min(plans, key=lambda plan: _serving(plan, setting), default=nowhere)


def _is_short(setting: Setting) -> bool:
    return setting.case.task in SHORT_TASKS


def _serving(plan: Spending, setting: Setting) -> float:
    return plan.fixed + plan.per_request * setting.requests


def _no_offer(option: Option, setting: Setting) -> Spending:
    """Give an option that no known offer serves, at the cost of a dedicated endpoint."""
    train = _train_usd(setting, TRAIN_PER_MILLION) + _teacher_usd(option, setting)
    return Spending(
        option=option,
        per_request=0.0,
        fixed=costs.hosting_usd(7.0),
        retraining=_retrained_usd(train, setting, HOSTED_LIFE_MONTHS),
        setup_hours=_setup(option, setting),
        run_hours=_upkeep(option, setting, HOSTED_LIFE_MONTHS),
        one_off=train,
        tokens=setting.query + setting.output,
        served=say("advisor.served_nowhere"),
        where="none",
        train_usd=train,
        life_months=HOSTED_LIFE_MONTHS,
    )


def _hosted(option: Option, setting: Setting, offer: Offer, today: date) -> Spending:
    tenants = setting.case.tenants or 1.0
    tokens = _tuned_tokens(setting)
    train = _train_usd(setting, offer.train or TRAIN_PER_MILLION) * tenants
    train += _teacher_usd(option, setting)
    life = HOSTED_LIFE_MONTHS
    if offer.shutdown is not None:
        life = max(0.1, (offer.shutdown - today).days / DAYS_PER_MONTH)
    return Spending(
        option=option,
        per_request=_offer_usd(tokens, offer, setting),
        fixed=_hosting(tokens, offer, setting),
        retraining=_retrained_usd(train, setting, life),
        setup_hours=_setup(option, setting),
        run_hours=_upkeep(option, setting, life),
        one_off=train,
        tokens=tokens.static + tokens.fresh + tokens.output,
        served=say("advisor.served_offer", provider=offer.provider, model=offer.model),
        where="provider",
        train_usd=train,
        life_months=life,
    )


def _tuned_tokens(setting: Setting) -> Tokens:
    """Give the tokens of one request to a tuned model; as long as the bill of today says."""
    longer = setting.longer
    return Tokens(_kept_prompt(setting), setting.query * longer, setting.output * longer)


def _hosting(tokens: Tokens, offer: Offer, setting: Setting) -> float:
    """Give what a tuned model's endpoints cost a month, one per tenant at least.

    A dedicated endpoint needs as many GPUs as the peak asks for; batch work rents them for as
    long as it runs.
    """
    tenants = setting.case.tenants or 1.0
    if offer.serving != "dedicated":
        return costs.hosting_usd(offer.hosting_per_hour) * tenants
    per_gpu = _per_gpu(tokens)
    machines = costs.gpus(_needed_rps(setting), per_gpu)
    hours = costs.HOURS_PER_MONTH
    if setting.case.batch:
        hours = min(hours, setting.requests / (machines * per_gpu * 3600))
    return costs.hosting_usd(offer.hosting_per_hour, machines=machines, hours=hours) * tenants


def _offer_usd(tokens: Tokens, offer: Offer, setting: Setting) -> float:
    if offer.input is None or offer.output is None:
        return 0.0
    cached = offer.input if offer.cached is None else offer.cached
    rates = Rates(offer.input, cached, offer.input, offer.output)
    halved = 0.5 if setting.case.batch and offer.serving == "per_token_premium" else 1.0
    return costs.request_usd(tokens, rates.times(halved), setting.cache_share)


def _self_hosted(option: Option, setting: Setting, market: Market) -> Spending:
    tokens = _tuned_tokens(setting)
    device = setting.case.data_location == "on_device"
    encoder = setting.case.task == "classification"
    machines = _encoder_rent(setting) if encoder else _gpu_rent(setting, tokens, market.gpu_hour)
    adapters = -(-(setting.case.tenants or 1.0) // market.adapters_per_gpu)
    served = "device" if device else "encoder" if encoder else "gpu"
    rent = 0.0 if device else max(machines, machines * adapters / 2)
    train = _train_usd(setting, TRAIN_PER_MILLION) + _teacher_usd(option, setting)
    return Spending(
        option=option,
        per_request=0.0,
        fixed=rent,
        retraining=_retrained_usd(train, setting, None),
        setup_hours=_setup(option, setting),
        run_hours=_upkeep(option, setting, None),
        one_off=train,
        tokens=0.0,
        served=say(f"advisor.served_{served}"),
        where="own",
        train_usd=train,
    )


def _encoder_rent(setting: Setting) -> float:
    servers = max(1.0, -(-_needed_rps(setting) // ENCODER_RPS))
    return servers * ENCODER_USD * (OWNED if setting.case.hardware else 1.0)


def _gpu_rent(setting: Setting, tokens: Tokens, per_hour: float) -> float:
    machines = costs.gpus(_needed_rps(setting), _per_gpu(tokens))
    owned = OWNED if setting.case.hardware else 1.0
    return costs.hosting_usd(per_hour, machines=machines) * owned


def _per_gpu(tokens: Tokens) -> float:
    """Give the requests a second of one GPU; a cached prefix is read at a tenth of the work."""
    read = max(1.0, tokens.static * 0.1 + tokens.fresh)
    return costs.requests_per_second(read, max(1.0, tokens.output))


def _needed_rps(setting: Setting) -> float:
    if setting.case.batch:
        return setting.requests / (BATCH_HOURS * SECONDS_PER_MONTH)
    return setting.peak_rps


def _runs_own(setting: Setting) -> bool:
    case = setting.case
    return setting.own_machines or case.hardware is not None or case.ml_team is True


def _kept_prompt(setting: Setting) -> float:
    """Give what is left of the static prompt after tuning: a fifth, at least 100 tokens."""
    stated = setting.case.target_prompt_tokens
    return max(100.0, 0.2 * setting.instructions) if stated is None else stated


def _setup(option: Option, setting: Setting) -> float:
    return SETUP_HOURS[option] * _slowness(option, setting)


def _upkeep(option: Option, setting: Setting, life_months: float | None) -> float:
    share = 1.0 if option == "fine_tune_hosted" else 0.2
    tenants = ((setting.case.tenants or 1.0) - 1.0) * HOURS_PER_TENANT * share
    retraining = _runs(setting, life_months) * RETRAIN_HOURS
    return (RUN_HOURS[option] + tenants + retraining) * _slowness(option, setting)


def _runs(setting: Setting, life_months: float | None) -> float:
    """Give the trainings a month: whenever what it must know changes, or its base goes."""
    by_change = _RUNS_A_MONTH.get(setting.case.changes or "", _RUNS_UNSTATED)
    return max(by_change, 0.0 if life_months is None else 1 / life_months)


def _retrained_usd(train_usd: float, setting: Setting, life_months: float | None) -> float:
    return _runs(setting, life_months) * (train_usd + FRESH_LABELS * LABEL_USD)


def _slowness(option: Option, setting: Setting) -> float:
    own = option == "fine_tune_self_hosted" or (option == "distill" and _runs_own(setting))
    if not own or setting.case.ml_team is None:
        return 1.0
    return SKILLED_TEAM if setting.case.ml_team else NO_TEAM


def _train_usd(setting: Setting, per_million: float) -> float:
    items = max(setting.labels, 100.0)
    return costs.training_usd(items * (setting.query + setting.output), EPOCHS, per_million)


def _teacher_usd(option: Option, setting: Setting) -> float:
    """Give the cost of having the teacher answer what the student is to learn from."""
    if option != "distill":
        return 0.0
    rates = setting.model.rates
    each = costs.request_usd(setting.prompt, rates, setting.cache_share) * setting.scale
    return taught_items(setting.case) * each


def taught_items(case: Case) -> float:
    """Give how many items a teacher labels: those at hand, else a year of requests; 50,000 at most.

    >>> taught_items(Case(unlabelled_items=9_000)), taught_items(Case(monthly_requests=1e6))
    (9000.0, 50000.0)
    """
    year = 12 * (case.monthly_requests or 50_000.0)
    return min(MOST_TAUGHT, year if case.unlabelled_items is None else case.unlabelled_items)


def _index_usd(setting: Setting) -> float:
    pages = setting.case.corpus_pages or 0.0
    return (setting.case.corpus_tokens or pages * 600.0) * INDEX_PER_MILLION / 1e6


def _measured_usd(option: Option, setting: Setting) -> float | None:
    if option not in ("prompt", "dynamic_few_shot", "rag"):
        return None
    arms = {"prompt": ("zero_shot", "static_few_shot", "prompt_optimised")}.get(option, (option,))
    found = [m.usd_per_month for m in setting.case.measurements if m.arm in arms]
    return next((usd for usd in found if usd is not None), None)
