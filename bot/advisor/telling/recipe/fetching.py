"""Steps for options that bring facts in or split the work: retrieval and planned steps."""

import math

from bot.advisor.deciding.quality import today_accuracy
from bot.advisor.deciding.setting import TOKENS_PER_PAGE
from bot.advisor.deciding.spending import PEARL_INPUT, PEARL_OUTPUT
from bot.advisor.telling.recipe.ground import Ground
from bot.advisor.telling.recipe.prompting import release_of, safety_of, test_of
from bot.advisor.telling.recipe.records import Draft, draft, tell
from bot.texts.words import count, exact, share, usd, whole

CHUNK, OVERLAP = 400.0, 50.0
"""Tokens of a chunk and what it shares with the next: starting values of ours."""
USUAL_RECALL = 0.9
MOST_RECALL = 0.98
CACHED_INPUT = (1.2, 1.6)
"""How much more a planned answer reads where the document is read again from the cache: worked
out from one write at 1 to 1.25 and 3.4 reads at 0.05 to 0.10 of the price."""
OFTEN = frozenset(("monthly", "weekly", "daily", "continuous"))


def recall_wanted(ground: Ground) -> float:
    """Give the recall at 5 that the target needs of a reader as good as the one measured."""
    target, reader = ground.case.target_accuracy, ground.case.accuracy("given_passage")
    if target is None or not reader or reader <= target:
        return USUAL_RECALL
    return round(min(MOST_RECALL, max(0.8, target / reader)), 2)


def rag(ground: Ground) -> tuple[Draft, ...]:
    """Give the steps of retrieval, the search before the reader."""
    memory = ground.case.task == "personal_memory"
    corpus = draft("memory", 2, "E20", tell("memory")) if memory else _corpus(ground)
    return (
        *safety_of(ground, 1),
        _two_tests(ground),
        _recall(ground),
        corpus,
        _hybrid(ground),
        _rerank(ground),
        _reading(ground),
        _fresh(ground),
        release_of(ground, 1),
    )


def _two_tests(ground: Ground) -> Draft:
    test = test_of(ground, 2)
    pairs = ground.case.labelled_examples
    use = tell("two_tests_pairs", pairs=count(pairs)) if pairs else ""
    text = " ".join(part for part in (test.text, tell("two_tests"), use) if part)
    return Draft(test.title, text, test.evidence, 2)


def _recall(ground: Ground) -> Draft:
    now = ground.case.accuracy("rag_recall_at_5")
    words = {"wanted": share(recall_wanted(ground)), "now": share(now)}
    start = tell("recall_first", **words) if now is None else tell("recall_measured", **words)
    return draft("recall", 2, "E21", start, tell("recall_classes"))


def _corpus(ground: Ground) -> Draft:
    case = ground.case
    tokens = case.corpus_tokens or (case.corpus_pages or 0.0) * TOKENS_PER_PAGE
    words = {"chunk": count(CHUNK), "overlap": count(OVERLAP)}
    size = ""
    if tokens:
        chunks = math.ceil(tokens / (CHUNK - OVERLAP))
        size = tell("corpus_size", tokens=count(tokens), chunks=count(chunks))
    return draft("corpus", 3, "E20 E21", tell("corpus", **words), size)


def _hybrid(ground: Ground) -> Draft:
    dates = tell("hybrid_dates") if ground.case.changes in OFTEN else ""
    tenants = tell("hybrid_tenants") if (ground.case.tenants or 1) > 1 else ""
    return draft("hybrid", 3, "E21", tell("hybrid"), dates, tenants)


def _rerank(ground: Ground) -> Draft:
    limit = ground.case.latency_limit_ms
    slow = "" if limit is None else tell("rerank_latency", limit=whole(limit))
    words = {"tokens": count(ground.setting.retrieved)}
    return draft("rerank", 2, "E21", tell("rerank", **words), slow)


def _reading(ground: Ground) -> Draft:
    reader = ground.case.accuracy("given_passage")
    now = "" if reader is None else tell("reading_measured", reader=share(reader))
    return draft("reading", 2, "E27 E22", tell("reading"), now)


def _fresh(ground: Ground) -> Draft:
    often = ground.case.changes
    moving = often in OFTEN
    text = tell("fresh_often", often=tell(f"often_{often}")) if moving else tell("fresh")
    erase = tell("fresh_erasure") if ground.case.erasure_required else ""
    return draft("fresh", 2, "E20 E24", text, erase)


def decompose(ground: Ground) -> tuple[Draft, ...]:
    """Give the steps of planned steps: actions, a plan, steps that quote, and the whole."""
    case = ground.case
    pages = case.document_pages
    long = "" if pages is None else tell("quotes_pages", pages=count(pages))
    return (
        *safety_of(ground, 1),
        test_of(ground, 2),
        _where_lost(ground),
        draft("actions", 2, "E17", tell("actions")),
        draft("plan", 3, "E17 E19", tell("plan"), tell("plan_correct")),
        draft("quotes", 3, "E17 E18", tell("quotes"), long),
        draft("combine", 2, "E19", tell("combine")),
        _price(ground),
        release_of(ground, 1),
    )


def _where_lost(ground: Ground) -> Draft:
    """Say how many steps in a row explain the loss from single steps to the whole."""
    per_step, whole = ground.case.accuracy("per_step"), today_accuracy(ground.case)
    now = None if whole is None else whole.accuracy
    if not per_step or not now or not now < per_step < 1:
        return draft("where_lost", 1, "E17", tell("where_lost"))
    steps = math.log(now) / math.log(per_step)
    words = {"step": share(per_step), "whole": share(now), "n": f"{steps:.0f}"}
    return draft("where_lost", 1, "E17", tell("where_lost_measured", **words))


def _price(ground: Ground) -> Draft:
    serving = ground.spent.fixed + ground.spent.per_request * ground.setting.requests
    words = {
        "input": exact(PEARL_INPUT),
        "output": exact(PEARL_OUTPUT),
        "low": exact(CACHED_INPUT[0]),
        "high": exact(CACHED_INPUT[1]),
        "usd": usd(serving),
    }
    key = "price_own" if ground.own else "price"
    return draft("price", 1, "E17", tell(key, **words), tell("price_route"))
