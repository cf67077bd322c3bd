"""What is held while a log is read: counters and compact arrays, bounded but for the arrays."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from bot.ledger.prices import cache_minimum
from bot.ledger.usage import about_tokens, usage_from
from bot.measure.arrivals import Arrivals, Instants, cache_hits, pattern_of, peak
from bot.measure.prompt import PARTS, parts_of, prompt_of
from bot.measure.repeats import Repeats
from bot.measure.request import Request
from bot.measure.sizes import Sizes
from bot.measure.spending import Bill, Prefix, Tokens, bill_of, together
from bot.measure.templates import OTHER, Placed, Seen, Templates
from bot.measure.traffic import HOURS_PER_MONTH, Cache, Fault, ModelShare, TemplateFacts, Traffic

_NAMED_FAULTS = 20
_MODELS = 200
"""Names of models that are told apart; a log that names more holds something else there."""
_REPORTED_TEMPLATES = 32
_EXAMPLES_AGREE, _FEWEST_EXAMPLES = 0.8, 2
"""Messages before the query are examples where so many requests have the same number of them."""
_MOST_TURNS = 100
_SHORTEST_SPAN = 3600.0

Hits = dict[int, tuple[float, float]]
"""By template: the share of requests that find its prefix cached for 5 and for 30 minutes."""


class Tally:
    """The sums over the lines read so far."""

    def __init__(self) -> None:
        self.requests, self.bad = 0, 0
        self.faults: list[Fault] = []
        self._models: Counter[str | None] = Counter()
        self._tokens: dict[tuple[str | None, int], Tokens] = {}
        self._templates, self._arrivals, self._repeats = Templates(), Arrivals(), Repeats()
        self._parts, self._output = {name: Sizes() for name in PARTS}, Sizes()
        self._turns: Counter[int] = Counter()
        self._named_examples, self._estimated, self._replies, self._batch = 0, 0, 0, 0

    def refuse(self, line: int, reason: str) -> None:
        """Count a line that holds no request."""
        self.bad += 1
        if len(self.faults) < _NAMED_FAULTS:
            self.faults.append(Fault(line, reason))

    def take(self, request: Request) -> None:
        """Count a request in."""
        self.requests += 1
        self._batch += request.batch
        seen = self._seen(request)
        self._models[seen.model] += 1
        for placed in self._templates.place(seen):
            self._count(placed)

    def _seen(self, request: Request) -> Seen:
        usage = usage_from(request.usage) if request.usage else None
        tokens = usage.input if usage else 0
        if not tokens:
            self._estimated += 1
            tokens = about_tokens(*(words for _, words in request.pieces))
        output = usage.output if usage and usage.output else None
        if output is None and (request.reply or usage):
            output = about_tokens(request.reply)
        reports = request.usage and "prompt_tokens_details" in request.usage
        known = request.model in self._models or len(self._models) < _MODELS
        return Seen(
            model=request.model if known else None,
            at=request.at,
            prompt=prompt_of(request.pieces),
            tokens=tokens,
            output=output,
            usage=usage if reports else None,
        )

    def _count(self, placed: Placed) -> None:
        seen, prompt = placed.seen, placed.seen.prompt
        self._add_tokens(placed)
        by_byte = seen.tokens / prompt.size
        sizes, query = parts_of(prompt, placed.shared)
        for name, size in sizes.items():
            self._parts[name].add(size * by_byte)
        if seen.output is not None:
            self._replies += 1
            self._output.add(seen.output)
        if prompt.turns:
            self._turns[min(prompt.turns, _MOST_TURNS)] += 1
            self._named_examples += prompt.named_examples
        if seen.at is not None:
            self._arrivals.add(seen.at, seen.tokens + (seen.output or 0), placed.template)
        if query is not None:
            self._repeats.add(query, placed.template)

    def _add_tokens(self, placed: Placed) -> None:
        seen = placed.seen
        sums = self._tokens.setdefault((seen.model, placed.template), Tokens())
        sums.requests += 1
        sums.input += seen.tokens
        sums.output += seen.output or 0
        if seen.usage is not None:
            sums.reporting += 1
            sums.reported_input += seen.tokens
            sums.cached += seen.usage.input_cached
            sums.written += seen.usage.input_cache_write

    def traffic(self) -> Traffic:
        """Give the facts; nothing can be taken in after it."""
        for placed in self._templates.settle():
            self._count(placed)
        at, tokens, template = self._arrivals.sorted()
        timed = len(at)
        span = float(at[-1] - at[0]) if timed else 0.0
        monthly = self.requests * HOURS_PER_MONTH * 3600 / span if span >= _SHORTEST_SPAN else None
        factor = monthly / self.requests if monthly else None
        hits = _hits_of(at, template)
        bills, facts = self._bills(hits), self._facts(hits)
        shown = tuple(facts[:_REPORTED_TEMPLATES])
        return Traffic(
            lines=self.requests + self.bad,
            requests=self.requests,
            bad=self.bad,
            faults=tuple(self.faults),
            timed=timed,
            first=datetime.fromtimestamp(at[0], UTC) if timed else None,
            last=datetime.fromtimestamp(at[-1], UTC) if timed else None,
            monthly_requests=monthly,
            peak_rps=peak(at, 1) if timed else None,
            peak_rps_minute=peak(at, 60) / 60 if timed else None,
            peak_tpm=peak(at, 60, tokens) if timed else None,
            pattern=pattern_of(at) if timed else None,
            batch_lines=self._batch,
            models=self._shares(bills, factor),
            parts=tuple((name, spread) for name in PARTS if (spread := self._parts[name].spread())),
            retrieving=self._parts["retrieved"].positive,
            earlier_are_examples=self._are_examples(),
            output=self._output.spread(),
            replies=self._replies,
            estimated=self._estimated,
            templates=shown,
            other_requests=self.requests - sum(one.requests for one in shown),
            static_tokens=_mean_over(facts, "prefix_tokens", self.requests),
            reordered_tokens=_mean_over(facts, "reordered_tokens", self.requests),
            cache=self._cache(at, template, hits),
            repeated=self._repeats.found(),
            month=_scaled(together(bills), factor),
        )

    def _are_examples(self) -> bool:
        having = self._turns.total()
        if not having:
            return False
        if self._named_examples >= _EXAMPLES_AGREE * having:
            return True
        number, agreeing = max(self._turns.items(), key=lambda one: (one[1], one[0]))
        return number >= _FEWEST_EXAMPLES and agreeing >= _EXAMPLES_AGREE * having

    def _facts(self, hits: Hits) -> list[TemplateFacts]:
        """Give the facts of every template, the most frequent first."""
        facts = [
            TemplateFacts(
                model=one.model,
                requests=one.requests,
                prefix_tokens=one.prefix_tokens(),
                reordered_tokens=one.reordered_tokens(),
                breaks=one.breaks(),
                hits_5=hits[at][0] if at in hits else None,
                hits_30=hits[at][1] if at in hits else None,
            )
            for at, one in enumerate(self._templates.known)
            if one.requests
        ]
        return sorted(facts, key=lambda one: (-one.requests, -one.prefix_tokens, one.model or ""))

    def _bills(self, hits: Hits) -> dict[str | None, Bill | None]:
        rows: dict[str | None, list[tuple[Tokens, Prefix | None]]] = {}
        for (model, at), tokens in self._tokens.items():
            prefix = None
            if at != OTHER:
                one = self._templates.known[at]
                share = hits[at][0] if at in hits else 0.0
                prefix = Prefix(one.prefix_tokens(), one.reordered_tokens(), share)
            rows.setdefault(model, []).append((tokens, prefix))
        return {model: bill_of(model, of_model) for model, of_model in rows.items()}

    def _cache(self, at: Instants, template: NDArray[np.int8], hits: Hits) -> Cache:
        sums = self._tokens.values()
        reporting = sum(one.reporting for one in sums)
        asked = sum(one.reported_input for one in sums)
        cached = sum(one.cached for one in sums)
        long = {
            number: int(np.sum(template == number))
            for number, one in enumerate(self._templates.known)
            if number in hits and one.prefix_tokens() >= cache_minimum(one.model or "")
        }
        five, thirty = (
            sum(hits[number][which] * timed for number, timed in long.items()) / len(at)
            if len(at)
            else None
            for which in (0, 1)
        )
        minimum = cache_minimum(self._models.most_common(1)[0][0] or "")
        return Cache(cached / asked if asked else None, reporting, five, thirty, minimum)

    def _shares(
        self, bills: dict[str | None, Bill | None], factor: float | None
    ) -> tuple[ModelShare, ...]:
        ordered = sorted(self._models.items(), key=lambda one: (-one[1], one[0] or ""))
        return tuple(
            ModelShare(model, requests, bill.today if bill else None)
            for model, requests in ordered
            for bill in [_scaled(bills[model], factor)]
        )


def _hits_of(at: Instants, template: NDArray[np.int8]) -> Hits:
    own = {int(one): at[template == one] for one in np.unique(template) if one != OTHER}
    return {one: (cache_hits(times, 5), cache_hits(times, 30)) for one, times in own.items()}


def _mean_over(facts: list[TemplateFacts], field: str, requests: int) -> float:
    return float(sum(getattr(one, field) * one.requests for one in facts) / requests)


def _scaled(bill: Bill | None, factor: float | None) -> Bill | None:
    if bill is None or factor is None:
        return None
    return Bill(bill.today * factor, bill.uncached * factor, bill.reordered * factor)
