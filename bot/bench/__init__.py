"""Measurements: the running bot, the advisor on scenario files, the honesty of its intervals."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.bench import advisor, curve, processes
from bot.bench.processes import Figures, start_bot
from bot.errors import AskError
from bot.texts import say

__all__ = ["Figures", "measure", "start_bot"]

_MEASUREMENTS: dict[str, Callable[[], Awaitable[Figures]]] = {
    "start": processes.start,
    "replies": processes.replies,
    "acks": processes.acks,
    "curve": curve.coverage,
}


async def measure(name: str, scenarios: Path | None = None) -> Figures:
    """Give the figures of one measurement, or of all; seconds and MB where not said otherwise.

    `advisor` needs a file of scenarios, and is not part of all. Raises AskError where there is no
    such measurement or file.
    """
    if name == "advisor":
        if scenarios is None:
            raise AskError(say("cli.bench_scenarios"))
        return await advisor.score(scenarios)
    if name == "all":
        parts = [await one() for one in _MEASUREMENTS.values()]
        return {key: value for part in parts for key, value in part.items()}
    if name not in _MEASUREMENTS:
        known = ", ".join((*_MEASUREMENTS, "advisor"))
        raise AskError(say("cli.bench_unknown", name=name, known=known))
    return await _MEASUREMENTS[name]()
