"""A verdict's sentence, cost table, break-even and notes: numbers are computed, never told."""

from bot import stats
from bot.advisor.deciding import costs
from bot.advisor.deciding.diagnosis import plateaued
from bot.advisor.deciding.outcome import Outcome
from bot.advisor.deciding.setting import HORIZON_MONTHS
from bot.advisor.deciding.sources import sources_on
from bot.advisor.deciding.volumes import cost_at, crossing
from bot.advisor.deciding.weighing import ENOUGH
from bot.advisor.verdict import TUNED, WAYS, BreakEven, CostRow, Information, Option, named
from bot.texts import say
from bot.texts.words import chance, count, listed, share, usd, whole

MANY_REQUESTS = 1e6
HOURS_PER_DAY = 8.0


def sentence(outcome: Outcome) -> str:
    """Give the verdict in one sentence, with its reason."""
    option, kind = outcome.option, outcome.diagnosis.kind
    if option == "ask":
        return _ask_sentence(outcome)
    if option == "do_not_imitate":
        return _imitation_sentence(outcome)
    key = f"advisor.why_{option}_{kind}"
    return say(key if _has(key) else f"advisor.why_{option}")


def _has(key: str) -> bool:
    try:
        say(key)
    except KeyError:
        return False
    return True


def _ask_sentence(outcome: Outcome) -> str:
    kind = outcome.gates[0].kind
    words = dict(outcome.gates[0].words)
    leader = "" if outcome.leader is None else named(outcome.leader.option)
    words |= {"leader": leader, "missing": _missing(outcome)}
    if not leader:
        return f"{say('advisor.why_ask_nothing_left')} {_nearest(outcome)}"
    return say(f"advisor.why_ask_{kind}", **words)


def _nearest(outcome: Outcome) -> str:
    """Name the option that least stands against, its cost and what stands against it."""

    def against(option: Option) -> tuple[int, float]:
        barred = sum(veto.option == option for veto in outcome.vetoes)
        return barred, -outcome.scales.rows[option].benefit

    option = min(WAYS, key=against)
    veto = outcome.ruled_out(option)
    words = {
        "option": named(option),
        "usd": usd(outcome.scales.rows[option].monthly[1]),
        "why": "" if veto is None else veto.text,
        "by": "" if veto is None else veto.lift or veto.lifted_by,
    }
    return say("advisor.nearest", **words)


def _missing(outcome: Outcome) -> str:
    return listed(say(f"advisor.missing_{name}") for name in outcome.missing)


def _imitation_sentence(outcome: Outcome) -> str:
    leader = outcome.leader
    if leader is None:
        return f"{say('advisor.why_do_not_imitate_alone')} {_nearest(outcome)}"
    option, amount = named(leader.option), usd(leader.monthly_usd)
    return say("advisor.why_do_not_imitate", option=option, usd=amount)


def cost_rows(outcome: Outcome) -> tuple[CostRow, ...]:
    """Give one row per option, the two that do no work included."""
    rows = [_row(option, outcome) for option in WAYS]
    return (*rows, _idle("do_not_imitate", outcome), _idle("ask", outcome))


def _row(option: Option, outcome: Outcome) -> CostRow:
    weighed, spent = outcome.scales.rows[option], outcome.spending[option]
    serving = spent.fixed + spent.per_request * outcome.setting.requests
    veto = outcome.ruled_out(option)
    return CostRow(
        option=option,
        monthly_usd=round(weighed.monthly[1], 2),
        low_usd=round(weighed.monthly[0], 2),
        high_usd=round(weighed.monthly[2], 2),
        serving_usd=round(serving, 2),
        per_thousand_usd=round(1000 * serving / outcome.setting.requests, 6),
        one_off_usd=round(weighed.one_off, 2),
        setup_days=round(spent.setup_hours / HOURS_PER_DAY, 1),
        accuracy=round(weighed.accuracy[1], 4),
        meets=None if weighed.meets is None else round(weighed.meets, 4),
        best=round(weighed.best, 4),
        note=spent.served if veto is None else veto.text,
        open=veto is None,
    )


def _idle(option: Option, outcome: Outcome) -> CostRow:
    """Give the row of an option that leaves things as they are: it costs what prompting does."""
    now = outcome.scales.rows[outcome.way or "prompt"]
    best = outcome.confidence if outcome.option == option else 0.0
    return CostRow(
        option=option,
        monthly_usd=round(now.monthly[1], 2),
        low_usd=round(now.monthly[0], 2),
        high_usd=round(now.monthly[2], 2),
        serving_usd=0.0,
        per_thousand_usd=0.0,
        one_off_usd=0.0,
        setup_days=0.0,
        accuracy=round(now.accuracy[1], 4),
        meets=None,
        best=best,
        note=say(f"advisor.idle_{option}", option=named(now.option)),
        open=outcome.option == option,
    )


def break_even(outcome: Outcome) -> BreakEven | None:
    """Give the volume at which a tune overtakes prompting on cost, or the reverse.

    Costs only: wrong answers are left out. None where no option is left that does the task.
    """
    way = outcome.way
    if way is None:
        return None
    rival = _across(way, outcome)
    tuned, other = (way, rival) if way in TUNED else (rival, way)
    setting = outcome.setting
    cost = cost_at(outcome.case, setting, sources_on(outcome.day))
    requests = crossing(cost, tuned, other, setting.requests)
    volume = count(setting.requests)
    if outcome.case.monthly_requests is None:
        volume = say("advisor.volume_assumed", volume=volume)
    names = {"tuned": named(tuned), "other": named(other), "volume": volume}
    if requests is None:
        key = "break_even_never"
    elif requests <= 0:
        key = "break_even_always"
    else:
        names["requests"] = count(requests)
        key = "break_even_above" if requests > setting.requests else "break_even_passed"
    return BreakEven(rival, requests, say(f"advisor.{key}", **names))


def _across(way: Option, outcome: Outcome) -> Option:
    """Give the best tune to hold against prompting, or the reverse, ruled out or not."""
    ways = (*outcome.scales.ranking, "fine_tune_hosted", "prompt")
    return next(option for option in ways if (option in TUNED) != (way in TUNED))


def notes_for(outcome: Outcome, known: Information | None) -> tuple[str, ...]:
    """Give what the asker should know beside the verdict; `known` is what a pilot is worth."""
    notes = [
        *_shutdown(outcome),
        *_doubt(outcome),
        *_payback(outcome),
        *_pilot(outcome, known),
        *_cheaper(outcome),
        *_latency(outcome),
        *_beside(outcome),
    ]
    return tuple(notes)


def _shutdown(outcome: Outcome) -> list[str]:
    model = outcome.setting.model
    if outcome.case.model is None or model.shutdown is None:
        return []
    days = (model.shutdown - outcome.day).days
    if days < 0:
        return [say("advisor.note_shut_down", model=model.name, day=str(model.shutdown))]
    return [say("advisor.note_shutdown", model=model.name, day=str(model.shutdown), days=days)]


def _doubt(outcome: Outcome) -> list[str]:
    """Say so where the target is likely, not certainly, met, or where nothing reaches it."""
    target, way = outcome.case.target_accuracy, outcome.way
    if target is None or way is None:
        return []
    likely = outcome.scales.rows[way].meets or 0.0
    key = "note_target_likely" if likely >= ENOUGH else "note_target_open"
    words = {"target": share(target), "chance": chance(likely)}
    return [] if likely > 0.97 else [say(f"advisor.{key}", **words)]


def _payback(outcome: Outcome) -> list[str]:
    """Say in how many months a tune earns its set-up back, where it saves anything."""
    if outcome.option not in TUNED:
        return []
    prompt = outcome.scales.rows["prompt"]
    tuned = outcome.spending[outcome.option]
    upkeep = tuned.run_hours * outcome.setting.engineer_usd
    serving = tuned.fixed + tuned.retraining + tuned.per_request * outcome.setting.requests
    saving = prompt.monthly[1] - prompt.one_off / HORIZON_MONTHS - serving - upkeep
    months = costs.payback_months(outcome.scales.rows[outcome.option].one_off, saving)
    if months is None or months > HORIZON_MONTHS:
        return []
    return [say("advisor.note_payback", months=f"{max(months, 0.1):.1f}")]


def _pilot(outcome: Outcome, known: Information | None) -> list[str]:
    """Advise a pilot where it is worth more than it costs (decision by value of information)."""
    if outcome.gates or known is None or not known.worth_it:
        return []
    second = max(
        (o for o in outcome.scales.ranking if o != outcome.option),
        key=lambda o: outcome.scales.rows[o].best,
    )
    items = stats.paired_items(0.05, 0.15)
    return [say("advisor.note_pilot", option=named(second), items=items)]


def _cheaper(outcome: Outcome) -> list[str]:
    """Say why a tune that would cost much less was not chosen."""
    rows = outcome.scales.rows
    mine = rows.get(outcome.option)
    tunes = [rows[o] for o in outcome.scales.ranking if o in TUNED and o != outcome.option]
    if mine is None or not tunes:
        return []
    other = min(tunes, key=lambda row: row.monthly[1])
    if other.monthly[1] > 0.7 * mine.monthly[1] or other.accuracy[1] > mine.accuracy[1] - 0.01:
        return []
    low, high = share(other.accuracy[0]), share(other.accuracy[2])
    words = {"option": named(other.option), "usd": usd(other.monthly[1]), "low": low, "high": high}
    return [say("advisor.note_cheaper", **words)]


def _latency(outcome: Outcome) -> list[str]:
    """Ask for a measured p95 of a tune where there is a limit and none was measured."""
    limit, option = outcome.case.latency_limit_ms, outcome.option
    measured = any(
        row.arm.startswith("fine_tuned") and row.p95_ms for row in outcome.case.measurements
    )
    if limit is None or option not in TUNED or measured or outcome.case.batch:
        return []
    return [say("advisor.note_latency", limit=whole(limit))]


def _beside(outcome: Outcome) -> list[str]:
    option, case = outcome.option, outcome.case
    notes = []
    if case.goal == "content_safety":
        notes.append(say("advisor.note_safety_suite"))
    elif option in TUNED:
        notes.append(say("advisor.note_regression"))
    if option == "distill" or (case.goal == "cost" and outcome.setting.requests > MANY_REQUESTS):
        notes.append(say("advisor.note_cascade"))
    if option == "prompt" and case.goal == "cost":
        notes.append(say("advisor.note_cheaper_base"))
    if option == "fine_tune_hosted" and plateaued(case) and case.task == "generation":
        notes.append(say("advisor.note_blind"))
    if option == "rag" and (case.labelled_examples or 0) >= 50:
        notes.append(say("advisor.note_pairs_as_test", pairs=count(case.labelled_examples or 0)))
    return notes
