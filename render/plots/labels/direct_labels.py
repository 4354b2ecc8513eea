"""Names that stand beside the data and the true function, off the curve in the whole film."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.even_predictions import even_predictions
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.plots.fit_axes import Order, curve_order
from fitreel.render.plots.gaps import EDGE_STRIP, has_gaps
from fitreel.render.plots.labels.free_space import FreeSpace
from fitreel.render.timing.epoch_axis import EpochAxis

CELL, AIR = 4.0, 5.0
"""Of the raster, and around all that is in it; lengths are those of 720 px."""
PREDICTIONS = 90
"""So many of a film are kept clear of; of several runs together about eight times as many."""
HALF_TRUTH, HALF_NETWORK, HALF_GAP = 2.0, 3.75, 0.9
BESIDE = 3.0
"""Free left and right of a name, over the air around all else."""
LINE_HEIGHT, BASELINE = 0.98, 0.2
"""A name's height, and from its lower edge to its baseline, in font sizes."""
MARGIN = 6.0
"""From a name to the edges of the axes."""
LONGEST_LEADER = 30.0
LEADER_WIDTH = 1.25
LEADER_OPACITY = 0.8
LEADER_SAMPLES = 12
ANCHORS = 240
"""So many places of a thing are looked at, at most."""
TRIED = 600
"""So many of the best places are tried, until a leader doesn't cross the network."""
Floats = NDArray[np.floating]


@dataclass(frozen=True)
class DirectLabel:
    """A name, and what it names."""

    text: str
    kind: Literal["data", "truth"]
    colour: str

    @property
    def distance(self) -> float:
        """From its thing, where there is a choice."""
        return 15.0 if self.kind == "truth" else 12.0

    @property
    def furthest(self) -> float:
        """From its thing; what finds no place so near stands in a key."""
        return 43.0 if self.kind == "truth" else 54.0

    @property
    def leader_from(self) -> float:
        """The distance from which on a thin line leads from the name to its thing."""
        return 13.0 if self.kind == "truth" else 24.0


class Leader(NamedTuple):
    """A thin line from a name to its thing; pixels from the lower left corner."""

    x: tuple[float, float]
    y: tuple[float, float]


class LabelPlace(NamedTuple):
    """Where a name stands: its left end and baseline, in pixels, and its leader, if it has one."""

    label: DirectLabel
    x: float
    baseline: float
    leader: Leader | None


@dataclass(frozen=True)
class LabelPlan:
    """What is named directly, and what in a key."""

    places: tuple[LabelPlace, ...]
    missing: tuple[DirectLabel, ...]

    @property
    def notes(self) -> list[str]:
        """What somebody who looks for a reason should read, a line each."""
        return [
            f"label {each.text!r}: no place within {each.furthest:g} px that stays free, so a key"
            for each in self.missing
        ]


class _Curves(NamedTuple):
    """Predictions in pixels."""

    x: Floats
    """Shape (S,), increasing."""
    y: Floats
    """Shape (P, S)."""


class _Box(NamedTuple):
    left: float
    bottom: float
    width: float
    height: float


def place_labels(
    page: Page,
    axes: Axes,
    runs: Sequence[Record],
    labels: Sequence[DirectLabel],
    *,
    axis: EpochAxis,
    size: float,
    diameter: float,
    times: Sequence[Floats] | None = None,
) -> LabelPlan:
    """Find a place for each of `labels`, near what it names, where nothing comes in the film.

    The same for the same runs, whatever else is drawn.

    Args:
        page: that `axes` are on.
        axes: with fixed limits.
        runs: whose curves are drawn; the first one's points and truth are, too.
        labels: in the order in which they choose.
        axis: that the film goes by.
        size: of the names, in pixels.
        diameter: of the points, in pixels.
        times: of each run, shape (F,): where on `axis` its snapshots stand; default: their epochs.

    Raises:
        Damaged: a file has changed since a run was opened.
    """
    count = max(8, min(PREDICTIONS, 8 * PREDICTIONS // len(runs)))
    curves = []
    for number, run in enumerate(runs):
        order = curve_order(axes, run.prediction_x)
        each = None if times is None else times[number]
        predictions = even_predictions(run, axis, count, order, each)
        curves.append(_pixels(axes, run.prediction_x[order], predictions))
    space = _space(page, axes, runs, labels, curves, diameter)
    places, missing = [], []
    for label in labels:
        things = _anchors(axes, runs[0], label, space.cell)
        off = 4 * page.px(1) if label.kind == "truth" else diameter / 2 + page.px(2)
        place = _place(page, label, space, things, curves, size, off)
        if place is None:
            missing.append(label)
            continue
        places.append(place)
        width, bottom = page.width_of(label.text, size), place.baseline - BASELINE * size
        # Nearer, two names read as one.
        space.block_box(place.x - size, bottom - size, width + 2 * size, 3 * size)
    return LabelPlan(tuple(places), tuple(missing))


def _pixels(axes: Axes, x: Floats, y: Floats) -> _Curves:
    (left, right), (low, high), box = axes.get_xlim(), axes.get_ylim(), axes.bbox
    across = box.x0 + (x.astype(np.float64) - left) / (right - left) * box.width
    # Beyond every picture it doesn't matter how far.
    with np.errstate(over="ignore"):
        up = box.y0 + (y.astype(np.float64) - low) / (high - low) * box.height
    return _Curves(across, np.clip(up, box.y0 - box.height, box.y1 + box.height))


def _space(
    page: Page,
    axes: Axes,
    runs: Sequence[Record],
    labels: Sequence[DirectLabel],
    curves: Sequence[_Curves],
    diameter: float,
) -> FreeSpace:
    """The axes, less points, truth, and all that the curves and their gaps come over."""
    space, run, air = FreeSpace(axes, page.px(CELL)), runs[0], page.px(AIR)
    points = _pixels(axes, run.x, run.y)
    space.block(points.x, points.y, diameter / 2 + air)
    columns = space.left + (np.arange(2 * space.columns + 1)) * space.cell / 2
    if run.truth is not None and any(label.kind == "truth" for label in labels):
        order = curve_order(axes, run.prediction_x)
        truth = _pixels(axes, run.prediction_x[order], np.ravel(run.truth)[order])
        rows = np.interp(columns, truth.x, truth.y, np.nan, np.nan)
        space.block_between(columns[:-1], rows[:-1], rows[1:], page.px(HALF_TRUTH) + air)
    for each in curves:
        rows = np.array([np.interp(columns, each.x, y, np.nan, np.nan) for y in each.y])
        # From one prediction to the next the curve comes over all between.
        rows = np.stack([rows[:-1, :-1], rows[:-1, 1:], rows[1:, :-1], rows[1:, 1:]])
        growth = page.px(HALF_NETWORK) + air
        space.block_between(columns[:-1], rows.min(axis=0), rows.max(axis=0), growth)
        _block_edges(page, axes, space, each)
    if has_gaps(run) and len(runs) == 1:
        ends = np.array([np.interp(points.x, curves[0].x, y) for y in curves[0].y])
        growth = page.px(HALF_GAP) + air
        space.block_between(
            points.x, np.fmin(points.y, np.nanmin(ends, axis=0, initial=np.inf)),
            np.fmax(points.y, np.nanmax(ends, axis=0, initial=-np.inf)), growth,
        )  # fmt: skip
    return space


def _block_edges(page: Page, axes: Axes, space: FreeSpace, curves: _Curves) -> None:
    """Take the strip along an edge through which a curve leaves: there it is marked and said."""
    box, strip = axes.bbox, page.px(EDGE_STRIP)
    if not (curves.y <= box.y1).all():
        space.block_box(box.x0, box.y1 - strip, box.width, strip)
    if (curves.y < box.y0).any():
        space.block_box(box.x0, box.y0, box.width, strip)


def _anchors(axes: Axes, run: Record, label: DirectLabel, cell: float) -> tuple[Floats, Floats]:
    """Pixels at which a name may point to its thing, few enough to be compared with all places."""
    order = curve_order(axes, run.prediction_x)
    if label.kind == "truth" and run.truth is not None:
        ends = _pixels(axes, run.prediction_x[order], np.ravel(run.truth)[order])
        x: Floats = np.linspace(ends.x[0], ends.x[-1], ANCHORS)
        y: Floats = np.interp(x, ends.x, ends.y)
    else:
        points = _pixels(axes, run.x, run.y)
        x, y = points.x, points.y
        if len(x) > ANCHORS:  # one of each cell
            cells = np.stack([x // cell, y // cell])
            first = np.unique(cells, axis=1, return_index=True)[1]
            first = first[np.linspace(0, len(first) - 1, min(ANCHORS, len(first))).astype(int)]
            x, y = x[first], y[first]
    inside = (y > axes.bbox.y0) & (y < axes.bbox.y1)
    return x[inside], y[inside]


def _place(
    page: Page,
    label: DirectLabel,
    space: FreeSpace,
    anchors: tuple[Floats, Floats],
    curves: Sequence[_Curves],
    size: float,
    off: float,
) -> LabelPlace | None:
    """The best free place of a name; `off`: from its thing to where a leader ends."""
    beside, height = page.px(BESIDE), LINE_HEIGHT * size
    width = page.width_of(label.text, size) + 2 * beside
    left, bottom = space.places(width, height, page.px(MARGIN))
    x, y = anchors
    if not len(left) or not len(x):
        return None
    cost, nearest, distance = _costs(page, label, space, (left, bottom), (width, height), anchors)
    best = np.argsort(cost, kind="stable")[:TRIED]
    for number in best[distance[best] <= page.px(label.furthest)].tolist():
        box = _Box(float(left[number]) + beside, float(bottom[number]), width - 2 * beside, height)
        leader = None
        if distance[number] > page.px(label.leader_from):
            thing = float(x[nearest[number]]), float(y[nearest[number]])
            leader = _leader(page, box, thing, off)
            length = math.hypot(leader.x[1] - leader.x[0], leader.y[1] - leader.y[0])
            if length >= page.px(LONGEST_LEADER) or _is_crossed(leader, curves):
                continue
            leader = leader if length > page.px(AIR) else None
        return LabelPlace(label, box.left, box.bottom + BASELINE * size, leader)
    return None


def _costs(
    page: Page,
    label: DirectLabel,
    space: FreeSpace,
    places: tuple[Floats, Floats],
    extent: tuple[float, float],
    anchors: tuple[Floats, Floats],
) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Of each place how bad it is, the number of the nearest anchor, and how far that is off.

    Bad is too near or too far, beside the thing rather than under or over it, far from the middle;
    for the data's name, only one of them near.
    """
    (left, bottom), (width, height), (x, y) = places, extent, anchors
    beside = _outside(left, left + width, x)
    above = _outside(bottom, bottom + height, y)
    apart = np.hypot(beside, above)
    nearest = apart.argmin(axis=1)
    each = np.arange(len(left))
    distance = apart[each, nearest]
    middle = space.left + space.columns * space.cell / 2
    cost: Floats = np.abs(distance - page.px(label.distance)) + 0.04 * np.abs(
        left + width / 2 - middle
    )
    cost += page.px(20) * ((beside[each, nearest] > 0) & (above[each, nearest] == 0))
    if label.kind == "data":
        fifth = min(4, len(x) - 1)
        cost += 0.35 * np.partition(apart, fifth, axis=1)[:, fifth]
    return cost, nearest, distance


def _outside(low: Floats, high: Floats, values: Floats) -> NDArray[np.float32]:
    """Shape (B, A): how far each of `values` lies outside each span."""
    # Many numbers, and a pixel's thousandth is enough.
    least, most, at = (each.astype(np.float32) for each in (low, high, values))
    far = np.maximum(least[:, None] - at, at - most[:, None])
    outside: NDArray[np.float32] = np.maximum(far, 0, out=far)
    return outside


def _leader(page: Page, box: _Box, thing: tuple[float, float], off: float) -> Leader:
    """From the near side of a name's box to `off` pixels before its thing."""
    x, y = thing
    right, top = box.left + box.width, box.bottom + box.height
    beside, above = max(box.left - x, x - right, 0.0), max(box.bottom - y, y - top, 0.0)
    if above >= beside:
        start_x = min(max(x, box.left + page.px(9)), right - page.px(9))
        start_y = box.bottom - page.px(1) if y < box.bottom else top + page.px(3)
    else:
        start_x = box.left - page.px(5) if x < box.left else right + page.px(5)
        start_y = box.bottom + box.height / 2
    length = math.hypot(start_x - x, start_y - y) or 1.0
    part = min(off / length, 1.0)
    return Leader((start_x, x + (start_x - x) * part), (start_y, y + (start_y - y) * part))


def _is_crossed(leader: Leader, curves: Sequence[_Curves]) -> bool:
    """Whether in any moment of the film a curve is not on one side of the whole leader."""
    xs = np.linspace(*leader.x, LEADER_SAMPLES)
    ys = np.linspace(*leader.y, LEADER_SAMPLES)
    for each in curves:
        at = np.clip(np.searchsorted(each.x, xs), min(1, len(each.x) - 1), len(each.x) - 1)
        before = np.maximum(at - 1, 0)
        apart = each.x[at] - each.x[before]
        part = np.where(apart > 0, (xs - each.x[before]) / np.where(apart > 0, apart, 1), 0.0)
        rows = each.y[:, before] * (1 - part) + each.y[:, at] * part
        above = rows[~np.isnan(rows).any(axis=1)] > ys
        if len(above) and (above.any(axis=1) != above.all(axis=1)).any():
            return True
    return False


@in_force()
def draw_labels(page: Page, axes: Axes, plan: LabelPlan, size: float) -> None:
    """Write the names that have a place, at `size` pixels, each with its leader.

    They lie in `axes` under all that moves, so that they needn't be painted in every frame.
    """
    width, height = page.box.width, page.box.height
    for place in plan.places:
        colour = place.label.colour
        text = page.text(
            place.x, place.baseline, place.label.text, size, colour=colour, va="baseline"
        )
        text.remove()
        _add(axes, text)
        if place.leader is not None:
            leader = Line2D(
                np.array(place.leader.x) / width, np.array(place.leader.y) / height,
                transform=page.figure.transFigure, color=colour, alpha=LEADER_OPACITY,
                lw=page.points(page.px(LEADER_WIDTH)),
            )  # fmt: skip
            _add(axes, leader)


def _add(axes: Axes, artist: Artist) -> None:
    artist.set_zorder(Order.LABELS)
    axes.add_artist(artist)
    artist.set_clip_on(False)
