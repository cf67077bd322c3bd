"""Pictures of numbers, for places that draw no charts of their own. The only home of matplotlib."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from math import log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 800, 450
"""Pixels of a picture."""

_DPI = 100
_LOG_FROM, _FEW_TICKS = 50.0, 1000.0
"""Ratio of the largest to the smallest value from which the value axis is logarithmic, and from
which powers of ten alone are ticks enough."""
_ROOM = {"left": 0.095, "right": 0.97, "top": 0.89, "bottom": 0.215}
"""Where the axes stand; fixed, for a layout that measures itself draws everything thrice."""
_HEADROOM = 0.15
"""Share of the height kept free above the lines, for the words of the marks."""
_FAR_RIGHT = 0.72
"""From here on the words of a mark stand on its left."""
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
_DASHES = ("-", "--", "-.", ":", "-", "--")
"""Lines differ by dash as well as by colour, for who cannot tell the colours apart."""
_MARKS = ((0, (2, 2)), (0, (1, 3)))
_GREY = "#555555"
_FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Microsoft YaHei",
)
"""Looked for in this order; the first stands in matplotlib itself, the others know Chinese."""


@dataclass(frozen=True)
class Line:
    """One line of a chart."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Mark:
    """A vertical line with a few words beside it."""

    at: float
    words: str


@dataclass(frozen=True)
class LineChart:
    """Lines over positive numbers on a logarithmic axis."""

    title: str
    x_label: str
    y_label: str
    categories: tuple[float, ...]
    lines: tuple[Line, ...]
    """Each with one value per category."""
    marks: tuple[Mark, ...] = ()

    def words(self) -> str:
        """Give everything that is written on the chart."""
        names = (line.name for line in self.lines)
        marks = (mark.words for mark in self.marks)
        return "".join((self.title, self.x_label, self.y_label, *names, *marks))


def line_png(chart: LineChart) -> bytes:
    """Draw a chart as a PNG of 800 by 450 pixels; the same chart gives the same bytes.

    Raises ValueError for a category that is not positive, a line that has not one value per
    category, or more than six lines.
    """
    _check(chart)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI)
    figure.subplots_adjust(**_ROOM)
    axes = figure.add_subplot()
    for line, colour, dash in zip(chart.lines, _COLOURS, _DASHES, strict=False):
        axes.plot(chart.categories, line.values, dash, color=colour, label=line.name, linewidth=2.2)
    _scale(axes, chart)
    _write(axes, chart)
    font = {"family": list(_families()), "size": 10}
    figure.legend(loc="lower center", ncols=4, frameon=False, prop=font)
    file = BytesIO()
    figure.savefig(file, format="png", dpi=_DPI, bbox_inches=None, metadata={"Software": None})
    return file.getvalue()


def _scale(axes: "Axes", chart: LineChart) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ratio, top = _spread(chart), max(value for line in chart.lines for value in line.values)
    axes.set_xscale("log")
    if ratio > _LOG_FROM:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if ratio < _FEW_TICKS else (1,)))
        axes.set_ylim(top=top * ratio**_HEADROOM)
    else:
        axes.set_ylim(0, max(top, 1e-9) * (1 + _HEADROOM))
    axes.set_xlim(chart.categories[0], chart.categories[-1])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
        axis.set_minor_formatter(NullFormatter())
    axes.grid(True, which="major", color="#dddddd", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)


def _write(axes: "Axes", chart: LineChart) -> None:
    families = list(_families())
    axes.set_title(chart.title, family=families, size=14, loc="left", pad=10)
    axes.set_xlabel(chart.x_label, family=families, size=11)
    axes.set_ylabel(chart.y_label, family=families, size=11)
    for place, mark in enumerate(chart.marks):
        right = _place(mark, chart) > _FAR_RIGHT
        axes.axvline(mark.at, color=_GREY, linewidth=1.2, linestyle=_MARKS[place % len(_MARKS)])
        axes.annotate(
            mark.words,
            (mark.at, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-5 if right else 5, -2 - 14 * place),
            textcoords="offset points",
            ha="right" if right else "left",
            va="top",
            color=_GREY,
            family=families,
            backgroundcolor="#ffffffcc",
        )


def can_show(text: str) -> bool:
    """Say whether the fonts of this machine have every character, so that none is a box."""
    return set(map(ord, text)) <= _characters()


def _check(chart: LineChart) -> None:
    if not chart.categories or min(chart.categories) <= 0:
        raise ValueError("a chart needs positive categories")
    if any(len(line.values) != len(chart.categories) for line in chart.lines):
        raise ValueError("every line needs one value per category")
    if not 0 < len(chart.lines) <= len(_COLOURS):
        raise ValueError(f"a chart has 1 to {len(_COLOURS)} lines")


def _spread(chart: LineChart) -> float:
    """Give the ratio of the largest to the smallest value; 1 where one is not positive."""
    values = [value for line in chart.lines for value in line.values]
    return max(values) / min(values) if min(values) > 0 else 1.0


def _place(mark: Mark, chart: LineChart) -> float:
    """Give how far right a mark stands, 0 to 1."""
    first, last = log10(chart.categories[0]), log10(chart.categories[-1])
    return 0.0 if first == last else (log10(mark.at) - first) / (last - first)


def _short(value: float) -> str:
    """Give a number as an axis has room for.

    >>> [_short(n) for n in (0, 0.5, 950, 1500, 20_000, 3e6, 2e9)]
    ['0', '0.5', '950', '1.5k', '20k', '3M', '2bn']
    """
    for size, sign in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{sign}"
    return f"{value:.4g}"


@lru_cache(maxsize=1)
def _families() -> tuple[str, ...]:
    from matplotlib.font_manager import fontManager

    here = {font.name for font in fontManager.ttflist}
    return tuple(name for name in _FONTS if name in here)


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    def known(family: str) -> Iterable[int]:
        return get_font(findfont(FontProperties(family=family))).get_charmap()

    return frozenset(code for family in _families() for code in known(family))
