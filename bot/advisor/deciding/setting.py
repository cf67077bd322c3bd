"""A case with every blank filled in, each filling named as an assumption."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from bot.advisor.case import Case
from bot.advisor.deciding.costs import HOURS_PER_MONTH, Rates, Tokens, cache_share, request_usd
from bot.advisor.deciding.market import Size
from bot.advisor.verdict import Assumption, Plain
from bot.texts import say

HORIZON_MONTHS = 12
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600
INSTRUCTIONS = 600.0
TOKENS_PER_PAGE = 600.0
TOKENS_PER_EXAMPLE = 150.0
MANY_SHOT = 80
"""Examples that a static prompt holds at most by default."""

MOST_LONGER = 20.0
"""How much longer than usual for the task requests are taken to be where the bill is larger."""
AS_GOOD = 0.01
"""Share of accuracy within which a cheaper base counts as good as the dearer one."""

_QUERY_AND_OUTPUT = {
    "classification": (400.0, 20.0),
    "extraction": (1500.0, 200.0),
    "generation": (300.0, 300.0),
    "qa_over_documents": (100.0, 250.0),
    "multi_hop_qa": (200.0, 300.0),
    "multi_document_synthesis": (200.0, 800.0),
    "text_to_sql": (200.0, 150.0),
    "function_calling": (500.0, 100.0),
    "code": (1500.0, 400.0),
    "general_assistant": (800.0, 300.0),
    "personal_memory": (300.0, 200.0),
}
_WHOLE_DOCUMENT = frozenset(("multi_hop_qa", "multi_document_synthesis"))
_FROM_TEXTS = frozenset(("qa_over_documents", "personal_memory")) | _WHOLE_DOCUMENT
"""Tasks answered from texts: labelled pairs do not belong in their prompts."""
_DEFAULT_MODEL: dict[Size, str] = {
    "small": "gpt-6-luna",
    "mid": "gpt-6.1-terra",
    "frontier": "gpt-6.1-sol",
}


@dataclass(frozen=True)
class ModelFacts:
    """What is known of a model: its token prices and how capable it is."""

    name: str
    rates: Rates
    size: Size
    shutdown: date | None = None


LookUp = Callable[[str], ModelFacts | None]
"""Finds a model by name; None where its price is unknown."""


@dataclass(frozen=True)
class Setting:
    """Everything that the arithmetic needs, nothing unknown."""

    case: Case
    model: ModelFacts
    own_machines: bool
    """Requests may not leave the team's network, so any model runs on its own machines."""
    requests: float
    requests_spread: float
    """Standard deviation of the logarithm of the monthly requests."""
    peak_rps: float
    cache_share: float
    prompt: Tokens
    """One request as prompted today, or with the examples in a fixed prompt."""
    instructions: float
    query: float
    output: float
    examples: float
    retrieved: float
    labels: float
    engineer_usd: float
    scale: float
    """What the team pays today over what today's prices give for its prompt."""
    longer: float
    """The part of `scale` that tokens explain, where nobody said how many there are."""
    assumptions: tuple[Assumption, ...] = field(default=())


def setting_of(case: Case, look_up: LookUp) -> Setting:
    """Fill every blank of a case with a default and say so."""
    assumed = _Blanks()
    model = _model(case, look_up, assumed)
    requests, spread = _requests(case, assumed)
    query, output = _query_and_output(case, assumed)
    labels = assumed.fill("labelled_examples", case.labelled_examples, _default_labels(case))
    share = min(0.99, cache_share(requests / HOURS_PER_MONTH))
    prompt = Tokens(_static(case, labels, assumed), query, output)
    setting = Setting(
        case=case,
        model=model,
        own_machines=case.data_location in ("own_network", "on_device"),
        requests=requests,
        requests_spread=spread,
        peak_rps=case.peak_rps or 4 * requests / SECONDS_PER_MONTH,
        cache_share=0.99 if case.batch or case.steady_traffic else share,
        prompt=prompt,
        instructions=_instructions(case),
        query=query,
        output=output,
        examples=case.example_tokens or 8 * TOKENS_PER_EXAMPLE,
        retrieved=case.retrieved_tokens or 2000.0,
        labels=labels,
        engineer_usd=assumed.fill("engineer_usd_per_hour", case.engineer_usd_per_hour, 100.0),
        scale=1.0,
        longer=1.0,
    )
    scale = _scale(setting)
    unknown = case.query_tokens is None and case.output_tokens is None
    longer = min(MOST_LONGER, max(1.0, scale)) if unknown else 1.0
    return replace(setting, scale=scale, longer=longer, assumptions=tuple(assumed.made))


class _Blanks:
    """Collects the assumptions while blanks are filled."""

    def __init__(self) -> None:
        self.made: list[Assumption] = []

    def fill(self, name: str, value: float | None, default: float) -> float:
        if value is not None:
            return value
        self.note(name, default)
        return default

    def note(self, name: str, value: Plain) -> None:
        self.made.append(Assumption(name, value, say(f"advisor.assumed_{name}")))


def tried_cheaper_base(case: Case) -> bool:
    """Whether the same prompt on a cheaper base was measured as good as the model of today.

    A `teacher` beside a prompted arm means two models; what is paid today is the teacher's bill.
    """
    teacher = case.accuracy("teacher")
    tried = case.accuracy("zero_shot", "static_few_shot", "prompt_optimised", "dynamic_few_shot")
    if teacher is None or tried is None or case.goal != "cost":
        return False
    return tried >= teacher - AS_GOOD


def _model(case: Case, look_up: LookUp, assumed: _Blanks) -> ModelFacts:
    swapped = tried_cheaper_base(case)
    found = look_up(case.model) if case.model and not swapped else None
    if found is not None:
        return found
    size: Size = "small" if swapped else case.base_capability or "small"
    name = _DEFAULT_MODEL[size]
    default = look_up(name)
    if default is None:
        raise LookupError(f"no price for {name}")
    if case.data_location not in ("own_network", "on_device"):
        assumed.note("model", name)
    return default


def _requests(case: Case, assumed: _Blanks) -> tuple[float, float]:
    if case.monthly_requests is not None:
        return max(case.monthly_requests, 1.0), 0.15
    if case.peak_rps:
        share = 0.9 if case.steady_traffic else 0.3
        requests = case.peak_rps * SECONDS_PER_MONTH * share
        assumed.note("monthly_requests", round(requests))
        return requests, 0.5
    return assumed.fill("monthly_requests", None, 50_000.0), 1.0


def _query_and_output(case: Case, assumed: _Blanks) -> tuple[float, float]:
    query, output = _QUERY_AND_OUTPUT.get(case.task or "", (400.0, 200.0))
    if case.document_pages and case.task in _WHOLE_DOCUMENT:
        query += case.document_pages * TOKENS_PER_PAGE
    return (
        assumed.fill("query_tokens", case.query_tokens, query),
        assumed.fill("output_tokens", case.output_tokens, output),
    )


def _default_labels(case: Case) -> float:
    return (
        0.0 if case.training_data_source in ("none", "proprietary_model", "open_model") else 300.0
    )


def _static(case: Case, labels: float, assumed: _Blanks) -> float:
    stated = case.labelled_examples is not None and case.task not in _FROM_TEXTS
    examples = min(labels, MANY_SHOT) * TOKENS_PER_EXAMPLE if stated else 0.0
    if case.prompt_budget_tokens is not None:
        examples = min(examples, max(0.0, case.prompt_budget_tokens - INSTRUCTIONS))
    return assumed.fill("static_prompt_tokens", case.static_prompt_tokens, INSTRUCTIONS + examples)


def _instructions(case: Case) -> float:
    """Give the tokens that stay identical once fixed examples are taken out of the prompt."""
    stated = case.static_prompt_tokens
    if stated is None:
        return INSTRUCTIONS
    fixed_examples = case.best("static_few_shot") is not None or case.example_tokens is not None
    return min(stated, INSTRUCTIONS) if fixed_examples else stated


def _scale(setting: Setting) -> float:
    """Give the ratio of what is paid today to what the prompt would cost at list prices.

    A team that pays more or less than the list says (reasoning tokens, discounts, longer inputs)
    pays so for every option on the same kind of model.
    """
    paid = setting.case.current_usd_per_month
    if not paid or setting.own_machines or tried_cheaper_base(setting.case):
        return 1.0
    rates = setting.model.rates.times(0.5 if setting.case.batch else 1.0)
    listed = setting.requests * request_usd(setting.prompt, rates, setting.cache_share)
    return min(10_000.0, max(0.01, paid / listed)) if listed > 0 else 1.0
