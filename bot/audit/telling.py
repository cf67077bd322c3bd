"""An audit as a person reads it. Pure."""

from collections.abc import Sequence

from bot.audit.record import Audit, BadLine, Breadth, Finding
from bot.audit.scale import Point, Scale
from bot.ledger.prices import PRICES_AS_OF
from bot.texts import say
from bot.texts.words import about, count, listed, long_list, usd, whole

SHOWN = 8
"""Line numbers named in a sentence."""
_SHOWN_BAD = 3


def lines(audit: Audit) -> tuple[str, ...]:
    """Give the whole audit as plain lines: a heading, then one line per finding."""
    heading = say("audit.heading", read=whole(audit.read), bad=whole(audit.bad))
    return (heading, *(finding_words(finding) for finding in audit.findings))


def finding_words(finding: Finding) -> str:
    """Give one finding with its severity, its sources and the lines to look at."""
    severity = say(f"audit.severity_{finding.severity}")
    if finding.evidence:
        sources = listed(finding.evidence)
        text = say("audit.finding_sources", severity=severity, text=finding.text, sources=sources)
    else:
        text = say("audit.finding", severity=severity, text=finding.text)
    if not finding.rows:
        return text
    rows = listed(str(row) for row in finding.rows[:SHOWN])
    if len(finding.rows) > SHOWN:
        rows = say("audit.and_more", lines=rows)
    return say("audit.finding_lines", finding=text, lines=rows)


def bad_lines(bad: Sequence[BadLine]) -> str:
    """Give the first bad lines, each with what is wrong."""
    return long_list(
        say("audit.bad_line", number=line.number, why=line.why) for line in bad[:_SHOWN_BAD]
    )


def breadth_words(breadth: Breadth) -> str:
    """Say whether a file holds one task or many, and how that was measured."""
    if breadth.kind is None or breadth.value is None:
        return say("audit.breadth_unknown", rows=breadth.rows)
    how = say(
        f"audit.how_{breadth.measure}",
        labels=f"{breadth.value:.0f}",
        share=about(breadth.value),
        value=f"{breadth.value:.2f}",
        effective=f"{breadth.effective or 0:.0f}",
        strangers=about(breadth.strangers or 0),
        rows=whole(breadth.rows),
    )
    return say(f"audit.breadth_{breadth.kind}", how=how)


def scale_words(scale: Scale) -> str:
    """Say where a file stands among published amounts, and what each would cost today."""
    if scale.teacher is None:
        return say("audit.scale_no_price", words=scale.words)
    points = long_list(_point(point) for point in scale.points)
    return say(
        "audit.scale_costs",
        words=scale.words,
        teacher=scale.teacher,
        day=PRICES_AS_OF,
        points=points,
    )


def _point(point: Point) -> str:
    return say(
        "audit.scale_point",
        examples=count(point.examples),
        point=say(f"audit.point_{point.name}"),
        usd=usd(point.usd or 0),
        buys=point.buys,
    )
