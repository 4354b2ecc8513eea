"""Axes' numbers and names: never on top of each other, at any size, range and theme."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import load_theme
from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.plots.axes_furniture import draw_furniture
from fitreel.render.text.axis_labels import NO_LABELS, AxisLabels

PAGE_SIZE = (1280, 720)


def drawn(
    x: tuple[float, float], y: tuple[float, float], size: tuple[float, float], most: int,
    names: AxisLabels = NO_LABELS, theme: str = "light",
) -> list[Text]:  # fmt: skip
    """The texts of axes of a size, with many more ticks than may have room."""
    page = Page(PAGE_SIZE, load_theme(theme))
    box = Box(400, 300, *size)
    axes = page.axes(box)
    axes.set_xlim(*x)
    axes.set_ylim(*y)
    ticks = linear_ticks(*y, most)
    draw_furniture(page, axes, box, linear_ticks(*x, most), ticks, tick=21, names=names)
    labels = [*axes.get_xticklabels(), *axes.get_yticklabels(), *page.figure.texts]
    page.figure.draw_without_rendering()
    return [label for label in labels if label.get_text()]


def overlapping(texts: list[Text]) -> list[tuple[str, str]]:
    """Of the texts those whose digits share pixels."""
    boxes = [text.get_window_extent() for text in texts]
    return [
        (a.get_text(), b.get_text())
        for (a, p), (b, q) in itertools.combinations(zip(texts, boxes, strict=True), 2)
        # Of a line's height a third is room over and under the digits.
        if p.x0 < q.x1 - 1 and q.x0 < p.x1 - 1 and p.y0 + 6 < q.y1 - 6 and q.y0 + 6 < p.y1 - 6
    ]


@given(
    x=st.tuples(st.floats(-1e6, 1e6), st.floats(1e-2, 1e6)),
    y=st.tuples(st.floats(-1e3, 1e3), st.floats(1e-3, 1e4)),
    size=st.tuples(st.floats(60, 700), st.floats(40, 360)),
    most=st.integers(1, 12),
)
@settings(max_examples=40, deadline=None)
def test_numbers_never_touch(
    x: tuple[float, float], y: tuple[float, float], size: tuple[float, float], most: int
) -> None:
    texts = drawn((x[0], x[0] + x[1]), (y[0], y[0] + y[1]), size, most)
    assert texts and not overlapping(texts)


@pytest.mark.parametrize("theme", ["light", "dark", "chalkboard", "paper"])
@pytest.mark.parametrize(
    "names", [AxisLabels("t", "y"), AxisLabels("temperature (°C)", "price"), AxisLabels("$x^2$")]
)
def test_names_stand_at_the_ends_and_take_no_numbers_place(theme: str, names: AxisLabels) -> None:
    texts = drawn((0, 10), (-1, 1), (500, 300), 6, names, theme)
    assert not overlapping(texts)
    found = {text.get_text(): text.get_window_extent() for text in texts}
    assert found[names.x].x1 == pytest.approx(900, abs=2)
    if names.y:
        inside = len(names.y) > 3
        assert (found[names.y].x0 > 400) == inside and found[names.y].y1 <= 300 + 300 + 8
    zero = next(text for text in texts if text.get_text() == "0")
    assert zero.get_color() == load_theme(theme).ticks
