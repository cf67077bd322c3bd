"""Points of a learning curve are read as pairs or as two lists."""

import pytest

from bot.advisor.case import Pilot
from bot.advisor.reading.curve_points import pilots


def _points(*pairs: tuple[float, float], items: float = 100) -> tuple[Pilot, ...]:
    return tuple(Pilot(examples, share * items, items) for examples, share in pairs)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        (
            "50 labels: 65%, 100: 71%, 200: 77% (200 test items)",
            _points((50, 0.65), (100, 0.71), (200, 0.77), items=200),
        ),
        (
            "0/50/100/200 examples -> 62/65/71/77 %",
            _points((0, 0.62), (50, 0.65), (100, 0.71), (200, 0.77)),
        ),
        (
            "With 200 examples we get 77%, with 100 examples 71%, on 300 held-out items",
            _points((100, 0.71), (200, 0.77), items=300),
        ),
        ("62% with 50 labels, 70% with 100 labels", _points((50, 0.62), (100, 0.7))),
        ("con 50 ejemplos 65%, con 100 ejemplos 71%", _points((50, 0.65), (100, 0.71))),
        ("50条标注:65%,100条:71%(200道测试题)", _points((50, 0.65), (100, 0.71), items=200)),
        ("50/100/200条样本分别65%/71%/77%", _points((50, 0.65), (100, 0.71), (200, 0.77))),
        ("100 labels -> 0.71, 200 labels -> 0.77", _points((100, 0.71), (200, 0.77))),
    ],
)
def test_a_learning_curve_is_read(text: str, points: tuple[Pilot, ...]) -> None:
    assert pilots(text) == points


@pytest.mark.parametrize(
    "text",
    [
        "we have 22k labels, 61% today and need 85%",
        "8 random examples 72%, 16 most-similar examples 84%",
        "100 labels: 71%",
        "If we had 100 labels: 71%, 200 labels: 80%",
        "",
    ],
)
def test_what_is_no_curve_gives_no_points(text: str) -> None:
    assert pilots(text) == ()
