"""Training files made for the tests: one task, many tasks, and rows with one thing wrong."""

import json
import random
from collections.abc import Iterable, Iterator

BROAD = (
    "Write a haiku about the first snow in a city that never sees winter.",
    "Explain the difference between TCP and UDP to a ten-year-old.",
    "Give me a recipe for lentil soup from any supermarket.",
    "What were the causes of the French Revolution?",
    "Solve 3x^2 - 12x + 9 = 0 and show the steps.",
    "Draft a polite email to my landlord about the broken heating.",
    "Write a Python function that merges two sorted lists.",
    "Suggest five names for a bakery that sells only sourdough.",
    "Summarise the plot of Hamlet in three sentences.",
    "How do vaccines train the immune system?",
    "Plan a weekend in Lisbon for a couple on a small budget.",
    "Compare renting and buying a flat when prices rise.",
    "Make a workout plan for somebody with knee pain.",
    "Compose a limerick about a cat who fears mice.",
    "List ten interview questions for a product manager.",
    "What should I say in a wedding toast for my brother?",
    "How can I get red wine out of a white carpet?",
    "Act as a historian and describe a day in ancient Rome.",
    "Find the bug in this JavaScript loop that never ends.",
    "Who painted The Night Watch, and where does it hang?",
    "Which side effects does ibuprofen have?",
    "Invent a board game about the deep sea and give its rules.",
    "Name three constellations of the southern hemisphere.",
    "Argue that homework should be abolished in primary schools.",
    "What does a central bank do when inflation rises?",
    "How do I stop a puppy from biting?",
    "Rank these cities by population: Lagos, Lima, London, Lahore.",
    "How do I negotiate a higher salary?",
    "Describe the water cycle for a school poster.",
    "Give me three riddles about time.",
    "What are the symptoms of iron deficiency?",
    "Explain the trolley problem and two common answers to it.",
    "How does a heat pump warm a house in winter?",
    "Estimate how many piano tuners work in Chicago.",
    "Tell me a joke about engineers.",
    "Which rights do passengers have when a flight is cancelled?",
    "How is cheese made?",
    "Write a bash script that renames all files to lower case.",
    "What would happen if the moon disappeared?",
    "Draft the agenda of a meeting on office safety.",
)
"""Requests of many kinds."""

ANSWER = (
    "Certainly! As an AI language model, I can help with that.\n\n"
    "## Overview\n\n- **First**, think about {about}.\n- **Second**, take it step by step.\n\n"
    "I hope this helps!"
)
TROUBLES = (
    "the parcel is late", "the app crashes at login", "the refund has not come",
    "the reset mail never arrives", "the sofa has a scratch", "the invoice shows the wrong tax",
    "the coupon code is refused", "the driver was rude", "the screen stays black after the update",
    "the wrong colour was delivered", "my card was charged twice", "the tracking link is dead",
)  # fmt: skip
WAYS = (
    "Hello, {trouble}; order {n}.", "{trouble} (order {n}), please help",
    "Order {n}: {trouble} again!", "Can somebody look at order {n}? I am told {trouble}.",
    "I wrote last week about {n} and still {trouble}.", "Why is it that {trouble} with {n}?",
)  # fmt: skip


def chat(user: str, reply: str, system: str = "") -> str:
    """One line of a chat file."""
    messages = [{"role": "system", "content": system}] if system else []
    messages += [{"role": "user", "content": user}, {"role": "assistant", "content": reply}]
    return json.dumps({"messages": messages}, ensure_ascii=False)


def broad() -> list[str]:
    """Forty requests of many kinds, answered in the manner of a chat model."""
    return [chat(user, ANSWER.format(about=user.lower())) for user in BROAD]


def support(rows: int = 120, seed: int = 0) -> list[str]:
    """Messages to a shop's support, answered at length: one task without labels."""
    return [
        chat(user, f"Sorry to hear it. {user} We look into it today.") for user in shop(rows, seed)
    ]


def labelled(rows: int = 120, seed: int = 0) -> list[str]:
    """The same messages with one of three labels."""
    names = ("delivery", "account", "product")
    return [chat(user, names[place % 3]) for place, user in enumerate(shop(rows, seed))]


def shop(rows: int, seed: int) -> Iterator[str]:
    """Different messages to a shop."""
    rng = random.Random(seed)
    for n in range(rows):
        number = 10_000 + 977 * n + rng.randrange(900)
        yield rng.choice(WAYS).format(trouble=rng.choice(TROUBLES), n=number)


def with_rows(*more: str, base: Iterable[str] | None = None) -> list[str]:
    """Sixty good rows with some others behind them, which so begin at line 61."""
    return [*(support(60) if base is None else base), *more]
