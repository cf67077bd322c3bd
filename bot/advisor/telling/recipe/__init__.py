"""What to do next: the ordered recipe for a verdict, with evidence and engineer-days."""

from collections.abc import Callable
from datetime import date

from bot.advisor.telling.explain import HOURS_PER_DAY
from bot.advisor.telling.recipe import fetching, limits, measuring, prompting, tuning
from bot.advisor.telling.recipe.ground import Ground, ground_of
from bot.advisor.telling.recipe.records import Draft, Recipe, Step, spread, steps_of
from bot.advisor.verdict import Option, Verdict

__all__ = ["Recipe", "Step", "recipe"]

FIRST_OF_REST = 3
"""Steps of the remaining option that are told where imitation is refused."""

_WAYS: dict[Option, Callable[[Ground], tuple[Draft, ...]]] = {
    "prompt": prompting.prompt,
    "dynamic_few_shot": prompting.few_shot,
    "rag": fetching.rag,
    "decompose": fetching.decompose,
    "fine_tune_hosted": tuning.hosted,
    "fine_tune_self_hosted": tuning.self_hosted,
    "distill": tuning.distill,
}


def recipe(verdict: Verdict, *, today: date) -> Recipe:
    """Give the recipe of a verdict, worked out with the prices and the market of its day.

    The days of an option that does the task sum to its set-up days in the cost table. Measuring
    costs days of its own, which are our assumption.
    """
    ground = ground_of(verdict, today)
    steps = _steps(ground)
    total = round(sum(step.engineer_days for step in steps), 1)
    return Recipe(steps, total, limits.go(ground), limits.roll_back(ground))


def _steps(ground: Ground) -> tuple[Step, ...]:
    option = ground.verdict.option
    if option == "ask":
        drafts = measuring.ask(ground)
        return steps_of(drafts, (one.weight for one in drafts), "ask")
    rest = _way_steps(ground)
    if option != "do_not_imitate":
        return rest
    before, after = measuring.instead(ground), measuring.narrow(ground)
    first = steps_of(before, (one.weight for one in before), option)
    last = steps_of((after,), (after.weight,), option)
    return (*first, *rest[:FIRST_OF_REST], *last)


def _way_steps(ground: Ground) -> tuple[Step, ...]:
    drafts = _WAYS[ground.way](ground)
    row = ground.verdict.cost_of(ground.way)
    total = ground.spent.setup_hours / HOURS_PER_DAY if row is None else row.setup_days
    return steps_of(drafts, spread(drafts, round(total, 1)), ground.way)
