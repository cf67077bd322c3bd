"""Two checks beside a verdict: ways to make content safe, and what imitation can and cannot do."""

from collections.abc import Iterator

from bot.advisor.deciding.costs import Tokens, request_usd
from bot.advisor.deciding.outcome import Outcome
from bot.advisor.verdict import Option, Remedy
from bot.audit.scale import TEACHER, scale
from bot.ledger.prices import price_of
from bot.texts import say
from bot.texts.words import count, usd

REFUSAL_TOKENS = 300.0
"""Tokens of instructions that say what to refuse and how: an assumption of ours."""
SUITE_DAYS = 5.0
"""Engineer days of a safety and regression suite: an assumption of ours."""
_FILTER_DAYS, _BASE_DAYS, _REFUSAL_DAYS = 3.0, 4.0, 1.5


def remedies(outcome: Outcome) -> tuple[Remedy, ...]:
    """Compare the ways to make content safe, where that is the goal; each with its evidence."""
    if outcome.case.goal != "content_safety":
        return ()
    return tuple(_remedies(outcome))


def _remedies(outcome: Outcome) -> Iterator[Remedy]:
    setting = outcome.setting
    rates = setting.model.rates.times(setting.scale * (0.5 if setting.case.batch else 1.0))
    now = request_usd(setting.prompt, rates, setting.cache_share)
    longer = Tokens(setting.prompt.static + REFUSAL_TOKENS, setting.query, setting.output)
    refusal = max(0.0, request_usd(longer, rates, setting.cache_share) - now)
    looked_at = Tokens(0.0, setting.query + setting.output, 5.0)
    looking = request_usd(looked_at, rates, setting.cache_share)
    tuned: Option = "fine_tune_hosted"
    if outcome.ruled_out(tuned) is not None and outcome.ruled_out("fine_tune_self_hosted") is None:
        tuned = "fine_tune_self_hosted"
    row = outcome.scales.rows[tuned]
    extra = row.monthly[1] - outcome.scales.rows["prompt"].monthly[1]
    days = outcome.spending[tuned].setup_hours / 8 + SUITE_DAYS
    requests = setting.requests
    yield _remedy("refusal", "prompt", requests * refusal, _REFUSAL_DAYS, ("E16",))
    yield _remedy("filter", "prompt", requests * looking, _FILTER_DAYS, ("E44",))
    yield _remedy("base", "prompt", requests * now, _BASE_DAYS, ("E04",))
    yield _remedy("tune", tuned, extra, days, ("E04", "E41", "E42"))


def _remedy(
    name: str, option: Option, monthly_usd: float, days: float, evidence: tuple[str, ...]
) -> Remedy:
    told, effect = say(f"advisor.remedy_{name}"), say(f"advisor.remedy_{name}_effect")
    return Remedy(told, option, effect, round(monthly_usd, 2), round(days, 1), evidence)


def imitation_check(outcome: Outcome) -> tuple[str, ...]:
    """Say what training on another model's answers can bring here; nothing where nobody plans to.

    Terms, breadth, and the warning that style is copied before substance.
    """
    case = outcome.case
    if case.training_data_source not in ("proprietary_model", "open_model"):
        return ()
    open_model = case.training_data_source == "open_model"
    terms = "open" if open_model else case.source_terms or "unstated"
    broad = case.task in ("general_assistant", "other", "personal_memory", None)
    told = [
        say(f"advisor.imitation_terms_{terms}"),
        say("advisor.imitation_broad" if broad else "advisor.imitation_narrow"),
    ]
    return (*told, *_sizes(outcome), say("advisor.imitation_style"))


def _sizes(outcome: Outcome) -> Iterator[str]:
    """Put what there is on the scale of published amounts, with the cost to reach each."""
    case, setting = outcome.case, outcome.setting
    have = int(case.labelled_examples or case.unlabelled_items or 0)
    teacher = price_of(case.model or "", on=outcome.day) if case.model else None
    found = scale(
        have,
        input_tokens=setting.prompt.static + setting.query,
        output_tokens=setting.output,
        price=teacher or price_of(TEACHER, on=outcome.day),
    )
    yield found.words
    for point in found.points:
        if point.usd is not None:
            words = {"examples": count(point.examples), "usd": usd(point.usd), "buys": point.buys}
            yield say("advisor.imitation_point", teacher=found.teacher, **words)
