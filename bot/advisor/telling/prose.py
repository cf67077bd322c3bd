"""A model puts a computed verdict into words; code checks every number, option and citation.

A prose that fails is asked for once more with its faults named, and dropped if it fails again:
the computed words then stand alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from bot.advisor.followup import clues
from bot.advisor.reading.language import language_of
from bot.advisor.telling.card import card
from bot.advisor.telling.figures import CITED, wrong_figures
from bot.advisor.verdict import OPTIONS, TUNED, WAYS, Option, Verdict, label, named
from bot.errors import ModelError
from bot.llm import LLM
from bot.pool import in_thread
from bot.texts import say, speaking
from bot.texts.words import chance, usd
from prompts import Prompt

MOST = 900
"""Characters of a prose."""
TOKENS = 700
"""Tokens that a model may write."""
_LINK = re.compile(r"https?:|www\.|\]\(|<[^>\n]{1,300}\|", re.IGNORECASE)
_MENTION = re.compile(r"<[@#!]|(?<!\w)@\w|(?<!\w)#\w")
_HEADING = re.compile(r"^\s{0,3}(?:#{1,6}\s|[-*•]\s|\d{1,2}[.)]\s)|\*\*|__|```|`", re.MULTILINE)
_ADVICE = re.compile(
    r"""\b(?:recommend\w{0,3}|should|must|choose|go\s(?:with|for)|opt\sfor|pick|advise[sd]?|best\sto
    |better\sto|suggest\w{0,3}|start\s(?:with|by)|need\sto|ought\sto|had\sbetter|(?:you|we)\scan)\b
    |\b(?:recom[ie]+nd\w{1,5}|deber[ií]a\w{0,3}|debe[ns]?|elegir|elija\w?|opt\w{1,4}\spor|aconsej\w{1,4}
    |lo\smejor\ses|conviene|hay\sque|sugier\w{1,2})\b
    |建议|推荐|应该|应当|最好|选择|请用""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words after which the option that is recommended stands."""
_BEST = re.compile(
    r"\b(?:best|right|better|safer|smarter) (?:choice|option|way|answer|bet)\b|\bis the way to go\b"
    r"|\b(?:clear|obvious) winner\b|\bwins\b|\bmejor (?:opci[oó]n|elecci[oó]n|camino)\b"
    r"|最佳|更合适|首选",
    re.IGNORECASE,
)
"""Words before which it stands."""
_IF = re.compile(
    r"\b(?:if|unless|when|would|could|si|cuando|ser[ií]a)\b|如果|若|假如|的话|会变成", re.IGNORECASE
)
_NOT = re.compile(r"\b(?:not|no|never|nunca)\b|n't\b|不|别|勿", re.IGNORECASE)
_OVER = re.compile(
    r"\b(?:instead of|rather than|than|over|not|before)\b"
    r"|\b(?:en vez de|en lugar de|frente a|antes que|no)\b|而不是|而非|不|比",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?;。！？；])\s*(?=\D)")


@dataclass(frozen=True)
class WordVerdictPrompt(Prompt):
    """Asks a model to put a computed verdict into words."""

    template: ClassVar[str] = "advisor/word_verdict.md"

    language: str
    label: str
    confidence: str
    sentence: str
    drivers: tuple[str, ...]
    costs: tuple[str, ...]
    break_even: str
    flips: tuple[str, ...]
    asks: tuple[str, ...]
    attempt: str = ""
    faults: tuple[str, ...] = ()


async def word(verdict: Verdict, llm: LLM) -> str | None:
    """Give a verdict in three to six sentences of its language, or None where none holds.

    Every number, option and citation in it was checked against the verdict. A model that does
    not answer, or a budget that refuses the call, gives None as well.
    """
    prompt = await in_thread(prompt_for, verdict)
    for _ in range(2):
        try:
            prose = (await llm.complete(prompt, max_tokens=TOKENS)).text.strip()
        except ModelError:
            return None
        holds, faults = await in_thread(checked, prose, verdict)
        if holds:
            return prose
        prompt = replace(prompt, attempt=prose[: 2 * MOST], faults=faults)
    return None


def prompt_for(verdict: Verdict) -> WordVerdictPrompt:
    """Give the prompt that shows a model everything it may say of a verdict."""
    with speaking(verdict.lang):
        shown = card(verdict)
        rows = [row for row in verdict.costs if row.option in WAYS]
        costs = tuple(
            f"{named(row.option)}: {usd(row.monthly_usd)} ({usd(row.low_usd)}-{usd(row.high_usd)})"
            for row in rows
            if row.open
        )
    return WordVerdictPrompt(
        language=say(f"prose.language_{verdict.lang}"),
        label=verdict.label,
        confidence=chance(verdict.confidence),
        sentence=verdict.sentence,
        drivers=tuple(
            f"{driver.text} {' '.join(f'[{id}]' for id in driver.evidence)}".strip()
            for driver in verdict.drivers
        ),
        costs=costs,
        break_even=shown.break_even,
        flips=verdict.flips,
        asks=tuple(ask.question for ask in verdict.asks),
    )


def checked(prose: str, verdict: Verdict) -> tuple[bool, tuple[str, ...]]:
    """Say whether a prose holds against its verdict, and every fault in words. Pure."""
    faults = tuple(dict.fromkeys(_faults(prose, verdict)))
    return not faults, faults


def _faults(prose: str, verdict: Verdict) -> Iterator[str]:
    if not any(sign.isalnum() for sign in prose):
        yield say("prose.empty")
        return
    if len(prose) > MOST:
        yield say("prose.too_long", n=len(prose), most=MOST)
    forms = (("link", _LINK), ("mention", _MENTION), ("heading", _HEADING))
    yield from (say(f"prose.{key}") for key, pattern in forms if pattern.search(prose))
    for id in dict.fromkeys(CITED.findall(prose)):
        if id not in verdict.evidence:
            yield say("prose.citation", id=id)
    yield from wrong_figures(prose, verdict)
    yield from _wrong_options(prose, verdict)
    if language_of(prose) != verdict.lang:
        yield say("prose.language", language=say(f"prose.language_{verdict.lang}"))


def _wrong_options(prose: str, verdict: Verdict) -> Iterator[str]:
    """Find another option recommended, or the verdict's own left unnamed."""
    mine = _mine(verdict)
    with speaking(verdict.lang):
        labels = {option: label(option) for option in OPTIONS}
        nouns = {option: named(option) for option in OPTIONS}
    said = f"{verdict.sentence} {verdict.label}".casefold()
    for option, words in labels.items():
        if option not in mine and words.casefold() in prose.casefold().replace(said, ""):
            yield say("prose.option", words=words)
    for sentence in _SENTENCE.split(prose):
        if sentence.strip() and sentence.strip() not in verdict.sentence:
            yield from _misled(sentence, mine, nouns)
    own = {option for option in mine if option in WAYS}
    if verdict.option in WAYS and not own & _named(prose, nouns):
        yield say("prose.unnamed")


def _mine(verdict: Verdict) -> frozenset[Option]:
    """Give the options that a prose may recommend: the verdict's, and the leader behind a stop."""
    leader = {verdict.leader.option} if verdict.leader else set()
    return frozenset({verdict.option, *leader})


def _misled(sentence: str, mine: frozenset[Option], nouns: dict[Option, str]) -> Iterator[str]:
    """Find a sentence that recommends an option which is not the verdict's."""
    for match in _ADVICE.finditer(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        refused = _NOT.search(before[-14:]) or _NOT.match(after.lstrip())
        if refused or _IF.search(before):
            continue
        recommended = _named(_OVER.split(after)[0], nouns)
        if recommended and not recommended & mine:
            yield say("prose.option", words=nouns[min(recommended, key=OPTIONS.index)])
    best = _BEST.search(sentence)
    if best and not _NOT.search(sentence) and not _IF.search(sentence):
        praised = _named(sentence[: best.start()], nouns)
        if praised and not praised & mine:
            yield say("prose.option", words=nouns[min(praised, key=OPTIONS.index)])


def _named(text: str, nouns: dict[Option, str]) -> set[Option]:
    """Give the options that a text names; fine-tuning in general names every tune."""
    rows = set(clues.named("options", text))
    names = {option for option in OPTIONS if option in rows or nouns[option] in text}
    if "fine_tune" in rows and not names & TUNED:
        names |= TUNED
    return names - {"ask"}
