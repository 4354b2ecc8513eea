"""Frames of many kinds of figure, held against full draws by matplotlib, byte for byte."""

import warnings
from collections.abc import Iterator

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from support.figures import KINDS, Kind

from fitreel.render.figure.figure_drawer import FigureDrawer


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matplotlib says of odd figures, it says both ways
        yield


def differences(make: Kind, frames: int, size: tuple[float, float] = (4, 3)) -> list[int]:
    """The frames in which ours differ from matplotlib's, drawn of two equal figures."""
    drawn, plain = Figure(size), Figure(size)
    steps = make(drawn), make(plain)
    canvas = FigureCanvasAgg(plain)
    drawer = FigureDrawer(drawn)
    odd = []
    for number in range(frames):
        for step in steps:
            step(number)
        canvas.draw()
        if drawer.draw().tobytes() != bytes(canvas.buffer_rgba()):
            odd.append(number)
    return odd


QUICK = (
    "first_label_red", "own_ticks", "zero_spines", "wrapped", "locators", "tick_gone",
    "own_tick_draw", "colour_in_place", "scale_changes", "twins", "constrained", "pictures",
    "subfigures", "sizes", "own_classes", "changed_while_drawn",
)  # fmt: skip
"""The hardest ones."""


@pytest.mark.parametrize("name", QUICK)
def test_a_figure_is_drawn_as_matplotlib_does(name: str) -> None:
    assert differences(KINDS[name], 3) == []


@pytest.mark.long
@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_figure_is_drawn_as_matplotlib_does(name: str) -> None:
    assert differences(KINDS[name], 10) == []
