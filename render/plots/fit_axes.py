"""The axes of a fit: limits that hold all film, and what lies over what in them."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.geometry import Box
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.ticks import Ticks, linear_ticks
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.text.translations import Translation

BEYOND = 0.35
"""How far beyond the data, in parts of their span, predictions are followed."""
AIR = 0.06
"""Free height above and below."""
AIR_OF_CONSTANT = 0.2
"""Above and below data that are one value, in parts of it."""
AIR_LEFT, AIR_RIGHT = 0.025, 0.01
MOST_NUMBERS = 4_000_000
"""So many predicted numbers are looked at; of larger records evenly spaced snapshots."""
SMALLEST_SPAN = 1e-6
"""In parts of its values: under it data are one value."""
MOST_TICKS = 5
ROWS_A_TICK = 2.2
"""Numbers left of an axis stand at least so many of their font sizes over each other."""
BEFORE_LAYOUT = Box(0, 0, 1e4, 1e4)
"""In which every number has room."""
Span = tuple[float, float]


class Order(float, Enum):
    """What lies over what in a fit, as matplotlib's `zorder`; the grid is under all of it."""

    LABELS = 1.0
    GAPS = 1.8
    POINTS = 2.0
    TRUTH = 3.0
    TRAIL = 4.0
    NETWORK = 6.0
    POINTS_OVER = 6.6
    TRUTH_OVER = 7.5
    EDGE_MARKS = 8.0


@dataclass(frozen=True)
class Limits:
    """The left and right, and the lower and upper limit of axes."""

    x: Span
    y: Span


def fit_limits(runs: Sequence[Record], truth: bool) -> Limits:
    """Limits that fit `runs` from the first to the last snapshot, and never move.

    All data are in sight, with `truth` the true function, and of what the networks predict as much
    as leaves the data their place: of a training that diverged, too.

    Args:
        runs: at least one, of one input and one output.
        truth: whether the true function is drawn.

    Raises:
        Damaged: a file has changed since a run was opened.
    """
    x = _span(each for run in runs for each in (run.x, run.prediction_x))
    fixed = [run.y for run in runs]
    fixed += [run.truth for run in runs if truth and run.truth is not None]
    predicted = _span(each for run in runs for each in _predictions(run))
    low, high = _span(fixed)
    if low > high:  # neither points nor a true function
        low, high = predicted if predicted[0] <= predicted[1] else (0.0, 1.0)
    reach = BEYOND * (high - low)
    if _is_point((low, high)):
        size = abs(high) or 1.0
        # Zero, about which an untrained network starts, stays in sight.
        reach = size
        low, high = low - AIR_OF_CONSTANT * size, high + AIR_OF_CONSTANT * size
    low = min(low, max(predicted[0], low - reach))
    high = max(high, min(predicted[1], high + reach))
    air = AIR * (high - low)
    wide = x[1] - x[0]
    left, right = AIR_LEFT * wide, AIR_RIGHT * wide
    if _is_point(x):
        left = right = max(1.0, 0.05 * abs(x[0]))
    return Limits((x[0] - left, x[1] + right), (low - air, high + air))


def _predictions(run: Record) -> Iterator[NDArray[np.floating]]:
    count = len(run)
    if count * len(run.prediction_x) > MOST_NUMBERS:
        count = max(2, MOST_NUMBERS // len(run.prediction_x))
    indices = np.unique(np.linspace(0, len(run) - 1, count).round().astype(int)).tolist()
    for snapshot in shown_snapshots(run, indices):
        yield snapshot.prediction


def _span(parts: "Iterator[NDArray[np.floating]] | Sequence[NDArray[np.floating]]") -> Span:
    """The least and the greatest finite number; turned round where there is none."""
    low, high = np.inf, -np.inf
    for part in parts:
        finite = part[np.isfinite(part)]
        if len(finite):
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return low, high


def _is_point(span: Span) -> bool:
    return span[1] - span[0] <= SMALLEST_SPAN * max(abs(span[0]), abs(span[1]))


@in_force()
def fit_axes(page: Page, box: Box, limits: Limits) -> Axes:
    """Axes over `box` without any furniture, through which the page is seen."""
    axes = page.axes(box)
    axes.set_axis_off()
    axes.set_xlim(*limits.x)
    axes.set_ylim(*limits.y)
    return axes


def numbers_before_layout(limits: Limits, words: Translation) -> list[str]:
    """The numbers left of a fit's axes, as many as there may be, before it has a place."""
    return list(fit_ticks(limits, BEFORE_LAYOUT, 1.0, words)[1][1])


def fit_ticks(limits: Limits, box: Box, tick: float, words: Translation) -> tuple[Ticks, Ticks]:
    """Where a fit's axes have numbers, and these in the film's language."""
    most = max(2, min(MOST_TICKS, int(box.height / (ROWS_A_TICK * tick))))
    pairs = linear_ticks(*limits.x, MOST_TICKS), linear_ticks(*limits.y, most)
    x, y = (
        (places, [words.respelled(text.replace("\u2212", "-")) for text in texts])
        for places, texts in pairs
    )
    return x, y


def curve_order(axes: Axes, x: NDArray[np.floating], width: float = 0.0) -> NDArray[np.int64]:
    """Indices of the places along x from left to right, one a pixel at most.

    A line `width` pixels wide needs only one in a quarter of that.
    """
    order = np.argsort(x, kind="stable")
    left, right = axes.get_xlim()
    pixels = np.floor((x[order] - left) / (right - left) * axes.bbox.width / max(1.0, width / 4))
    first = np.concatenate([[True], np.diff(pixels) > 0])
    first[-1] = True
    places: NDArray[np.int64] = order[first]
    return places
