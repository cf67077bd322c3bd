"""What follows from the measures of an audit, worst first, each with its evidence. Pure."""

from collections.abc import Iterator, Mapping

from bot.audit.record import Audit, Breadth, Finding, Hits, Pairs, Severity
from bot.audit.telling import bad_lines, breadth_words, scale_words
from bot.texts import say
from bot.texts.words import about, count, listed, long_list, whole

WARNED = 0.01
"""Share of rows from which on repeats must go, and from which on signs speak for the file."""
HARMFUL_ROWS = 10
"""As few harmful examples undid a hosted model's guardrails (E41)."""
LISTED, COURTEOUS = 0.5, 0.2
"""Shares of replies with lists or bold type, or with courtesies, that amount to a style."""
USUAL_LIMIT = 4096
_ORDER: tuple[Severity, ...] = ("stop", "mend", "note")


def findings(audit: Audit) -> tuple[Finding, ...]:
    """Give everything worth knowing about a file, in words."""
    if not audit.read:
        stop = Finding("stop", say("audit.no_rows"))
        return (stop, *_bad(audit))
    found = [finding for judge in _JUDGES for finding in judge(audit)]
    return tuple(sorted(found, key=lambda finding: _ORDER.index(finding.severity)))


def machine_made(audit: Audit) -> bool:
    """Say whether the answers are said to come from a model."""
    return audit.source in ("open_model", "proprietary_model")


def _terms(audit: Audit) -> Iterator[Finding]:
    match audit.source:
        case None:
            yield Finding("mend", say("audit.terms_unknown"), ("E06",))
        case "open_model" if audit.terms != "prohibited":
            yield Finding("note", say("audit.terms_open"))
        case "open_model" | "proprietary_model" if audit.terms == "prohibited":
            yield Finding("stop", say("audit.terms_prohibited"), ("E06",))
        case "proprietary_model" if audit.terms == "permitted":
            yield Finding("note", say("audit.terms_permitted"), ("E06",))
        case "proprietary_model" if audit.serves == "competing_product":
            yield Finding("stop", say("audit.terms_competing"), ("E06",))
        case "proprietary_model":
            yield Finding("mend", say("audit.terms_unclear"), ("E06",))


def _machine(audit: Audit) -> Iterator[Finding]:
    signs = audit.provenance.any
    if not signs.count:
        return
    told = "unsaid" if audit.source in (None, "none") else "denied"
    key = "said" if machine_made(audit) else told
    yield _counted("mend", f"machine_{key}", signs, audit)


def _imitation(audit: Audit) -> Iterator[Finding]:
    kind, made = audit.breadth.kind, machine_made(audit)
    suspected = audit.provenance.share >= WARNED or audit.source is None
    if kind == "broad" and made:
        yield Finding("stop", say("audit.style_stop"), ("E01", "E02", "E03", "E04", "M03"))
    elif kind == "broad" and suspected:
        yield Finding("mend", say("audit.style_maybe"), ("E01", "E02", "E03", "M03"))
    if kind == "mixed" and made:
        yield Finding("mend", say("audit.style_mixed"), ("E02",))
    if kind == "narrow" and made:
        yield Finding("note", say("audit.style_narrow"), ("E02",))
    if made:
        yield Finding("note", say("audit.mix_real"), ("E07",))


def _breadth(audit: Audit) -> Iterator[Finding]:
    yield Finding("note", breadth_words(audit.breadth))


def _scale(audit: Audit) -> Iterator[Finding]:
    if audit.source == "own_labels" and audit.provenance.share < WARNED:
        return
    yield Finding("note", scale_words(audit.scale), ("E01", "E02", "E05"))


def _size(audit: Audit) -> Iterator[Finding]:
    text, sources, severity = _sufficiency(audit.read, audit.breadth)
    yield Finding(severity, say(f"audit.{text}", n=whole(audit.read)), sources)


def _sufficiency(rows: int, breadth: Breadth) -> tuple[str, tuple[str, ...], Severity]:
    if rows < 10:
        return "few_ten", ("E32",), "stop"
    if rows < 50:
        return "few_start", ("E32",), "mend"
    if breadth.measure == "labels" and rows < 300:
        return "few_labels", ("E31",), "note"
    if rows < 1000:
        return "few_style", ("E28", "E32"), "note"
    if rows <= 100_000:
        return "enough", ("E28",), "note"
    return "very_many", ("E35", "E36"), "note"


def _bad(audit: Audit) -> Iterator[Finding]:
    if audit.bad:
        lines, first = whole(audit.read + audit.bad), bad_lines(audit.bad_lines)
        text = say("audit.bad_lines", n=whole(audit.bad), lines=lines, first=first)
        yield Finding("mend", text, rows=tuple(line.number for line in audit.bad_lines))


def _leaks(audit: Audit) -> Iterator[Finding]:
    if audit.leaks is None:
        return
    exact, near, rows = audit.leaks.exact, audit.leaks.near, audit.leaks.rows
    if audit.leaks.bad:
        text = say("audit.bad_test", n=len(audit.leaks.bad), first=bad_lines(audit.leaks.bad))
        yield Finding("mend", text)
    if leaked := exact.count + near.count:
        counts = {"n": leaked, "rows": rows, "exact": exact.count, "near": near.count}
        at = tuple(train for train, _ in (*exact.pairs, *near.pairs))
        yield Finding("stop", say("audit.leaks", **counts), rows=at)
    elif rows:
        yield Finding("note", say("audit.no_leaks", rows=rows))


def _repeats(audit: Audit) -> Iterator[Finding]:
    kinds: tuple[tuple[str, Pairs, int, Severity], ...] = (
        ("exact", audit.exact, audit.read, _by_share(audit.exact, audit.read)),
        ("near", audit.near, audit.compared, _by_share(audit.near, audit.compared)),
        ("conflicts", audit.conflicts, audit.compared, "mend"),
        ("near_conflicts", audit.near_conflicts, audit.compared, "note"),
    )
    for name, pairs, among, severity in kinds:
        if pairs.count:
            text = say(f"audit.{name}", n=whole(pairs.count), rows=whole(among))
            yield Finding(severity, text, rows=tuple(later for _, later in pairs.pairs))


def _by_share(pairs: Pairs, rows: int) -> Severity:
    return "mend" if pairs.count >= WARNED * rows else "note"


def _unsafe(audit: Audit) -> Iterator[Finding]:
    found = audit.unsafe
    if not found.count:
        return
    kinds = listed(say(f"audit.unsafe_{kind}") for kind in audit.unsafe_kinds)
    stop = "minors" in audit.unsafe_kinds or found.count >= HARMFUL_ROWS
    text = say("audit.unsafe", n=whole(found.count), rows=whole(audit.read), kinds=kinds)
    yield Finding("stop" if stop else "mend", text, ("E41", "E42"), found.rows)


def _private(audit: Audit) -> Iterator[Finding]:
    if audit.secrets.count:
        yield _counted("stop", "secrets", audit.secrets, audit)
    if audit.personal:
        kinds = long_list(_kind(name, hits, audit) for name, hits in audit.personal.items())
        yield Finding("mend", say("audit.personal", kinds=kinds), rows=_first(audit.personal))


def _kind(name: str, hits: Hits, audit: Audit) -> str:
    kind, rows = say(f"audit.personal_{name}"), whole(audit.read)
    return say("audit.personal_kind", kind=kind, n=whole(hits.count), rows=rows)


def _first(hits: Mapping[str, Hits]) -> tuple[int, ...]:
    return tuple(sorted({row for one in hits.values() for row in one.rows}))


def _lengths(audit: Audit) -> Iterator[Finding]:
    text = say(
        "audit.lengths",
        tokens=count(audit.tokens),
        input=audit.input.median,
        input_p90=audit.input.p90,
        output=audit.output.median,
        output_p90=audit.output.p90,
    )
    yield Finding("note", text)
    over = dict(audit.input.over)[USUAL_LIMIT]
    if over:
        counts = {"n": whole(over), "rows": whole(audit.read), "limit": whole(USUAL_LIMIT)}
        yield Finding("note", say("audit.lengths_over", **counts))


def _style(audit: Audit) -> Iterator[Finding]:
    style = audit.style
    if max(style.lists, style.bold) < LISTED and style.pleasantries < COURTEOUS:
        return
    shares = {name: about(getattr(style, name)) for name in ("lists", "headings", "bold")}
    text = say(
        "audit.style_share",
        words=whole(style.words),
        pleasantries=about(style.pleasantries),
        **shares,
    )
    yield Finding("note", text, ("E03", "M02", "M04"))


def _manner(audit: Audit) -> Iterator[Finding]:
    """Say how rows were compared, where that was not all of them in every way."""
    if audit.compared < audit.read:
        counts = {"read": whole(audit.read), "compared": whole(audit.compared)}
        yield Finding("note", say("audit.sampled", **counts))
    if audit.model is None:
        yield Finding("note", say("audit.by_words"))
    elif audit.sampled_by_meaning:
        yield Finding("note", say("audit.embedded", embedded=whole(audit.embedded)))


def _counted(severity: Severity, name: str, hits: Hits, audit: Audit) -> Finding:
    counts = {"n": whole(hits.count), "rows": whole(audit.read)}
    text = say(f"audit.{name}", **counts, share=about(hits.count / audit.read))
    return Finding(severity, text, rows=hits.rows)


_JUDGES = (
    _terms,
    _imitation,
    _leaks,
    _private,
    _unsafe,
    _size,
    _machine,
    _bad,
    _repeats,
    _breadth,
    _scale,
    _lengths,
    _style,
    _manner,
)
