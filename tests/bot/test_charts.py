"""A chart becomes a picture of a fixed size, the same each time, without boxes for letters."""

import struct
from dataclasses import replace

import pytest

from bot import charts
from bot.charts import Line, LineChart, Mark, can_show, line_png

CHART = LineChart(
    title="Monthly cost",
    x_label="Requests a month",
    y_label="US dollars a month",
    categories=(1e3, 1e4, 1e5, 1e6),
    lines=(
        Line("Better prompt", (20.0, 110.0, 1000.0, 10_000.0)),
        Line("Hosted fine-tune", (1500.0, 1510.0, 1600.0, 2500.0)),
    ),
    marks=(Mark(1.6e5, "160,000 break-even"), Mark(1e4, "10,000 today")),
)


def size_of(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and png[12:16] == b"IHDR"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def pixels(png: bytes) -> "set[tuple[int, int, int]]":
    from io import BytesIO

    from matplotlib.image import imread

    image = imread(BytesIO(png), format="png")
    flat = (image[..., :3] * 255).round().astype(int).reshape(-1, 3)
    return {(int(r), int(g), int(b)) for r, g, b in flat}


def test_a_picture_is_a_png_of_800_by_450() -> None:
    assert size_of(line_png(CHART)) == (charts.WIDTH, charts.HEIGHT) == (800, 450)


def test_the_same_chart_gives_the_same_bytes() -> None:
    first = line_png(CHART)
    assert first == line_png(replace(CHART))
    assert b"Software" not in first and b"tIME" not in first


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(CHART, title="Another title"), id="title"),
        pytest.param(replace(CHART, x_label="Calls"), id="x axis"),
        pytest.param(replace(CHART, y_label="Euros"), id="y axis"),
        pytest.param(replace(CHART, marks=()), id="marks"),
        pytest.param(replace(CHART, lines=CHART.lines[:1]), id="lines"),
        pytest.param(
            replace(CHART, lines=(Line("Better prompt", (20.0, 110.0, 1000.0, 9000.0)),)),
            id="values",
        ),
    ],
)
def test_everything_on_a_chart_shows(other: LineChart) -> None:
    assert line_png(other) != line_png(CHART)


def test_each_line_has_a_colour_of_its_own() -> None:
    flat = LineChart(
        "", "x", "y", (1.0, 10.0), tuple(Line(str(n), (n + 1.0, n + 1.0)) for n in range(6))
    )
    seen = pixels(line_png(flat))
    wanted = {tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in charts._COLOURS}
    assert len(wanted) == 6 and wanted <= seen


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((Line("flat", (5.0, 5.0, 5.0, 5.0)),), id="all the same"),
        pytest.param((Line("free", (0.0, 0.0, 1.0, 2.0)),), id="nothing at first"),
        pytest.param((Line("wide", (1.0, 1e3, 1e6, 1e9)),), id="nine powers of ten"),
    ],
)
def test_any_values_can_be_drawn(lines: tuple[Line, ...]) -> None:
    assert size_of(line_png(replace(CHART, lines=lines))) == (800, 450)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(replace(CHART, categories=(0.0, 1.0, 2.0, 3.0)), id="no logarithm of nought"),
        pytest.param(replace(CHART, lines=(Line("short", (1.0,)),)), id="a value is missing"),
        pytest.param(replace(CHART, lines=CHART.lines * 4), id="too many lines"),
        pytest.param(replace(CHART, lines=()), id="no line"),
    ],
)
def test_a_chart_that_makes_no_sense_is_refused(broken: LineChart) -> None:
    with pytest.raises(ValueError):
        line_png(broken)


def test_what_no_font_here_can_show_is_known_before_drawing() -> None:
    assert can_show("Monthly cost: break-even at 1.2M requests (ñáéíóú ≤ €)")
    assert not can_show("cost \U000f0000")


def test_the_words_of_a_chart_are_all_of_them() -> None:
    for part in ("Monthly cost", "Requests", "US dollars", "Hosted fine-tune", "10,000 today"):
        assert part in CHART.words()
