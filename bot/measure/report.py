"""The facts of a log in words: at most twenty lines. Pure."""

from collections.abc import Iterator

from bot.measure.prompt import PARTS
from bot.measure.sizes import Spread
from bot.measure.traffic import Traffic
from bot.texts import say
from bot.texts.words import listed, long_list

_FAULTS = 3
_MODELS = 4


def lines(traffic: Traffic) -> tuple[str, ...]:
    """Give the report of a log, a sentence or two a line."""
    return tuple(
        line
        for part in (_volume, _parts, _prefix, _cache, _money, _faults)
        for line in part(traffic)
    )


def _volume(traffic: Traffic) -> Iterator[str]:
    def told(key: str, **fields: object) -> str:
        return say(f"measure.{key}", **fields)

    yield told("read", requests=traffic.requests, lines=traffic.lines, span=traffic.span())
    if traffic.monthly_requests is None:
        yield told("volume_unknown")
    else:
        key = "volume_rough" if traffic.rough else "volume"
        yield told(key, monthly=traffic.monthly_requests)
    if traffic.pattern and traffic.peak_rps is not None:
        yield told(
            "peaks",
            second=traffic.peak_rps,
            minute=traffic.peak_rps_minute,
            tokens=traffic.peak_tpm,
        )
        key = {True: "steady", False: "unsteady", None: "short"}[traffic.pattern.steady]
        yield told(
            f"pattern_{'batch' if traffic.batch else key}",
            active=traffic.pattern.active,
            variation=traffic.pattern.variation,
            weekend=traffic.pattern.weekend,
        )
    named = [
        told(
            "model", model=one.model or told("model_unknown"), share=one.requests / traffic.requests
        )
        for one in traffic.models[:_MODELS]
    ]
    more = len(traffic.models) - len(named)
    yield told("models_more" if more else "models", models=listed(named), more=more)


def _parts(traffic: Traffic) -> Iterator[str]:
    def row(name: str, spread: Spread) -> str:
        return say(
            f"measure.part_{name}",
            mean=spread.mean,
            p50=spread.p50,
            p95=spread.p95,
        )

    kind = "examples" if traffic.earlier_are_examples else "earlier"
    for name in PARTS:
        spread = dict(traffic.parts)[name]
        if spread.mean:
            yield row(kind if name == "earlier" else name, spread)
    if traffic.output:
        yield row("output", traffic.output)
    if traffic.estimated:
        share = traffic.estimated / traffic.requests
        yield say("measure.estimated", share=share)


def _prefix(traffic: Traffic) -> Iterator[str]:
    if not traffic.templates:
        yield say("measure.no_template")
        return
    top = traffic.templates[0]
    where = say(f"measure.in_{top.breaks.part}")
    what = say(f"measure.at_{top.breaks.kind}")
    key = "prefix_whole" if top.breaks.part == "query" else "prefix_broken"
    yield say(
        f"measure.{key}",
        templates=len(traffic.templates),
        share=top.requests / traffic.requests,
        tokens=top.prefix_tokens,
        where=where,
        what=what,
    )
    if traffic.reordered_tokens > traffic.static_tokens + 1:
        yield say(
            "measure.reorder",
            before=traffic.static_tokens,
            after=traffic.reordered_tokens,
        )


def _cache(traffic: Traffic) -> Iterator[str]:
    cache = traffic.cache
    if cache.measured is not None:
        share = cache.reporting / traffic.requests
        yield say("measure.cache_measured", cached=cache.measured, share=share)
    if cache.replayed_5 == 0 and not cache.measured:
        yield say("measure.cache_short", minimum=cache.minimum)
    elif cache.replayed_5 is not None:
        yield say("measure.cache_replayed", five=cache.replayed_5, thirty=cache.replayed_30)
    if traffic.repeated:
        yield say(
            "measure.repeats",
            identical=traffic.repeated.identical,
            near=traffic.repeated.near,
        )


def _money(traffic: Traffic) -> Iterator[str]:
    if traffic.month is None:
        yield say("measure.cost_unknown")
        return
    yield say(
        "measure.cost",
        today=traffic.month.today,
        uncached=traffic.month.uncached,
        reordered=traffic.month.reordered,
    )


def _faults(traffic: Traffic) -> Iterator[str]:
    if not traffic.bad:
        return
    named = [
        say(
            "measure.fault",
            line=fault.line,
            reason=say(f"measure.bad_{fault.reason}"),
        )
        for fault in traffic.faults[:_FAULTS]
    ]
    yield say("measure.faults", bad=traffic.bad, named=long_list(named))
