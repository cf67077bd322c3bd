"""The facts of a fine-tuning question: every field optional, absent means unknown."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import AskError
from bot.texts import say

Task = Literal[
    "classification",
    "extraction",
    "generation",
    "qa_over_documents",
    "multi_hop_qa",
    "multi_document_synthesis",
    "text_to_sql",
    "function_calling",
    "code",
    "general_assistant",
    "personal_memory",
    "other",
]
Goal = Literal[
    "quality", "cost", "latency", "privacy", "rate_limit", "content_safety", "time_to_ship"
]
Problem = Literal[
    "knowledge",
    "format",
    "behaviour",
    "composition",
    "retrieval",
    "ignores_passage",
    "unreliable",
    "context_overflow",
    "none",
    "unknown",
]
Changes = Literal["never", "yearly", "quarterly", "monthly", "weekly", "daily", "continuous"]
DataLocation = Literal["cloud", "region", "own_network", "on_device"]
Arm = Literal[
    "zero_shot",
    "static_few_shot",
    "random_few_shot",
    "dynamic_few_shot",
    "prompt_optimised",
    "long_context",
    "rag",
    "rag_recall_at_5",
    "given_passage",
    "per_step",
    "fine_tuned",
    "fine_tuned_small",
    "fine_tuned_before",
    "teacher",
    "pass_at_k",
    "cloud_dynamic_few_shot",
    "human_preference",
    "valid_format",
]
Amount = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
AtLeastOne = Annotated[float, Field(ge=1)]

_CONFIG = ConfigDict(
    frozen=True,
    extra="forbid",
    strict=True,
    allow_inf_nan=False,
    use_attribute_docstrings=True,
)

UNSTATED_ITEMS = 100.0
"""Items that an accuracy stated without a number is taken to rest on."""
LARGEST = 1e15
"""No amount in a question is larger than this; above it, something was mistyped."""


class Measurement(BaseModel):
    """What one way of solving the task scored; accuracy is a share."""

    model_config = _CONFIG

    arm: Arm
    accuracy: Share | None = None
    items: AtLeastOne | None = None
    p95_ms: Amount | None = None
    usd_per_month: Amount | None = None


class Comparison(BaseModel):
    """Two arms compared on the same items; differences are a minus b, as shares."""

    model_config = _CONFIG

    a: str
    b: str
    p_value: Share | None = None
    only_a_right: Amount | None = None
    only_b_right: Amount | None = None
    difference_low: float | None = None
    difference_high: float | None = None


@dataclass(frozen=True)
class Pilot:
    """One point of a learning curve: with so many examples, so many of the items were right."""

    examples: float
    right: float
    items: float


class Case(BaseModel):
    """The facts of a question. Shares are 0..1, money is US dollars, time milliseconds."""

    model_config = _CONFIG

    task: Task | None = None
    goal: Goal | None = None
    """What the team wants to improve."""
    problem: Problem | None = None
    """What goes wrong today."""
    monthly_requests: Amount | None = None
    peak_rps: Amount | None = None
    steady_traffic: bool | None = None
    """Requests arrive around the clock, so that prompt caches stay warm."""
    batch: bool | None = None
    """Answers may take hours."""
    static_prompt_tokens: Amount | None = None
    """Tokens that are the same in every request, fixed examples included."""
    target_prompt_tokens: Amount | None = None
    """What would be left of them after tuning."""
    prompt_budget_tokens: Amount | None = None
    """Hard limit on the prompt, as on a device."""
    query_tokens: Amount | None = None
    output_tokens: Amount | None = None
    example_tokens: Amount | None = None
    """Tokens of the examples retrieved per request, together."""
    retrieved_tokens: Amount | None = None
    """Tokens of the passages retrieved per request."""
    corpus_tokens: Amount | None = None
    corpus_pages: Amount | None = None
    document_pages: Amount | None = None
    """Pages of one document."""
    labelled_examples: Amount | None = None
    unlabelled_items: Amount | None = None
    test_items: Amount | None = None
    test_leaked: bool | None = None
    """Test items also stand in the training set or the example store."""
    classes: AtLeastOne | None = None
    tenants: AtLeastOne | None = None
    label_agreement: Share | None = None
    """Share of items on which two annotators agree."""
    learning_curve_flat: bool | None = None
    changes: Changes | None = None
    """How often the facts, labels or schema that the model must know change."""
    data_location: DataLocation | None = None
    """Where the data may go; own_network: nowhere outside; on_device: no connection."""
    erasure_required: bool | None = None
    """Personal data must be deletable on request."""
    latency_limit_ms: Amount | None = None
    hardware: str | None = None
    ml_team: bool | None = None
    """Somebody trains and runs models."""
    platform: str | None = None
    """Where tuning or serving would happen: openai, azure, bedrock, vertex, together, own …"""
    platform_tuning_approved: bool | None = None
    tuned_there_before: bool | None = None
    model: str | None = None
    training_data_source: (
        Literal["own_labels", "open_model", "proprietary_model", "none"] | None
    ) = None
    source_terms: Literal["permitted", "prohibited", "unclear"] | None = None
    """What the terms of that source say of training on its output."""
    serves: Literal["internal", "product", "competing_product"] | None = None
    """competing_product: it competes with the source of the training data."""
    safety_critical: bool | None = None
    tuned_safety_evaluated: bool | None = None
    structured_output_used: bool | None = None
    reward_verifiable: bool | None = None
    """A program can check an answer exactly."""
    target_accuracy: Share | None = None
    error_cost_usd: Amount | None = None
    current_usd_per_month: Amount | None = None
    budget_usd: Amount | None = None
    proposed_usd: Amount | None = None
    """One-off cost of what the team proposes."""
    max_usd_per_request: Amount | None = None
    engineer_usd_per_hour: Amount | None = None
    measurements: Annotated[tuple[Measurement, ...], Field(strict=False)] = ()
    comparisons: Annotated[tuple[Comparison, ...], Field(strict=False)] = ()
    rate_limit_rpm: Amount | None = None
    """Requests a minute that the provider allows."""
    rate_limit_tpm: Amount | None = None
    """Tokens a minute that the provider allows."""
    peak_tpm: Amount | None = None
    """Tokens a minute needed at peak."""
    deadline_days: Amount | None = None
    engineer_days_available: Amount | None = None
    base_capability: Literal["small", "mid", "frontier"] | None = None
    """Of the model at hand; from its name where known."""

    def best(self, *arms: Arm) -> Measurement | None:
        """Give the measurement with the highest accuracy among these arms."""
        found = [m for m in self.measurements if m.arm in arms and m.accuracy is not None]
        return max(found, key=lambda m: m.accuracy or 0.0, default=None)

    def accuracy(self, *arms: Arm) -> float | None:
        """Give the highest accuracy measured among these arms."""
        best = self.best(*arms)
        return None if best is None else best.accuracy

    def with_facts(self, facts: Mapping[str, str | float | bool | None]) -> "Case":
        """Give the same case with facts set all at once; None forgets one.

        A fact is named by its field, or by `measurements.<arm>.<what>`. Raises AskError for a
        fact that does not exist, a value that it cannot have, or values that contradict.
        """
        data = self.known()
        for field, value in facts.items():
            table, _, rest = field.partition(".")
            arm, _, what = rest.partition(".")
            if field in Case.model_fields:
                data[field] = value
            elif table == "measurements" and what in Measurement.model_fields:
                rows = {row["arm"]: row for row in data.get(table, ())}
                rows[arm] = {**rows.get(arm, {"arm": arm}), what: value}
                data[table] = list(rows.values())
            else:
                raise AskError(say("advisor.unknown_field", field=field))
        return case_from(data)

    def known(self) -> dict[str, Any]:
        """Give only what is known, as plain values that JSON can hold."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)

    def canonical(self) -> str:
        """Give one text per case, whatever the order in which its facts were read."""
        known = self.known()
        for name in ("measurements", "comparisons"):
            if name in known:
                known[name] = sorted(known[name], key=lambda row: json.dumps(row, sort_keys=True))
        return json.dumps(known, sort_keys=True, separators=(",", ":"))


FIELDS: tuple[str, ...] = tuple(Case.model_fields)
ARMS: tuple[str, ...] = get_args(Arm)


def case_from(data: Mapping[str, Any]) -> Case:
    """Give the case that plain data describe.

    Raises AskError, naming the field, for an unknown field, a value out of range or two values
    that contradict each other.
    """
    try:
        case = Case.model_validate(dict(data))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise AskError(say("advisor.bad_value", field=where, problem=first["msg"])) from error
    _refuse_absurd(case)
    return case


def schema() -> dict[str, Any]:
    """Give the JSON schema of a case, every field optional: absent means unknown."""
    raw = Case.model_json_schema()
    parts = raw["$defs"]
    fields = {name: _plain_schema(field, parts) for name, field in raw["properties"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Case",
        "description": raw["description"],
        "type": "object",
        "additionalProperties": False,
        "properties": fields,
    }


def _plain_schema(field: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """Give a field's schema without "or null", titles and references."""
    if "$ref" in field:
        return _plain_schema(parts[field["$ref"].rpartition("/")[2]], parts)
    kinds: list[Mapping[str, Any]] = field.get("anyOf", [])
    known = next((one for one in kinds if one.get("type") != "null"), {})
    merged = {**field, **known}
    plain = {key: merged[key] for key in _KEPT if key in merged}
    if "enum" in plain:
        del plain["type"]
    if "items" in plain:
        plain["items"] = _plain_schema(plain["items"], parts)
    if "properties" in plain:
        rows = plain["properties"]
        plain["properties"] = {name: _plain_schema(row, parts) for name, row in rows.items()}
    return plain


_KEPT = (
    "type",
    "enum",
    "minimum",
    "maximum",
    "items",
    "description",
    "properties",
    "required",
    "additionalProperties",
)


def _refuse_absurd(case: Case) -> None:
    for name, value in _amounts(case.known()):
        if abs(value) > LARGEST:
            raise AskError(say("advisor.too_large", field=name))
    for small, large, words in _contradictions(case):
        if small is not None and large is not None and small > large:
            raise AskError(say("advisor.contradiction", problem=say(f"advisor.{words}")))


def _amounts(known: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Give every amount of a case with its name, those of its tables too."""
    for name, value in known.items():
        if isinstance(value, float | int) and not isinstance(value, bool):
            yield name, float(value)
        elif isinstance(value, list):
            for place, row in enumerate(value):
                yield from ((f"{name}.{place}.{what}", n) for what, n in _amounts(row))


def _contradictions(case: Case) -> list[tuple[float | None, float | None, str]]:
    """Give pairs of which the first may not be larger than the second."""
    average = None if case.monthly_requests is None else case.monthly_requests / (31 * 86_400)
    pairs: list[tuple[float | None, float | None, str]] = [
        (case.target_prompt_tokens, case.static_prompt_tokens, "contradiction_prompt"),
    ]
    if average is not None and case.peak_rps is not None and not case.batch:
        # A flat stream stated with rounding still passes; a peak far under the average does not.
        pairs.append((average / 2, case.peak_rps, "contradiction_peak"))
    for row in case.comparisons:
        pairs.append((row.difference_low, row.difference_high, "contradiction_difference"))
        discordant = (row.only_a_right or 0) + (row.only_b_right or 0)
        tested = case.test_items or min(
            (m.items for m in case.measurements if m.items), default=None
        )
        pairs.append((discordant, tested, "contradiction_discordant"))
    return pairs
