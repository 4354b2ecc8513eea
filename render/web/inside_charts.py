"""What stands beside a fit of what is inside the network: its units, weights and gradients."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.mpl.theme import Theme
from fitreel.render.network.layer_picture import layer_picture
from fitreel.render.network.recorded_network import (
    MOST_GRADIENT_POINTS,
    Loss,
    Network,
    flattened,
    largest,
    thinned,
)
from fitreel.render.plots.fields.class_styles import class_styles
from fitreel.render.plots.fields.regions import DEEPEST
from fitreel.render.single.panels.color_bar import Scale
from fitreel.render.single.panels.hidden_units import MOST_UNITS
from fitreel.render.single.panels.ramp import ramp_colours
from fitreel.render.single.panels.reach import WITHIN, reach, round_up
from fitreel.render.single.panels.recorded import network_of, samples_of
from fitreel.render.single.panels.weights import STRONG
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis
from fitreel.render.web.charts import Chart, axes_of
from fitreel.render.web.packed import packed
from fitreel.render.web.page_subject import PageSubject
from fitreel.render.web.snapshot_rows import RowForm, SnapshotRows

INSIDE = ("units", "weights", "gradients")
"""The panels that look inside."""
PLACES = 100
"""So many places along x show a unit's contribution."""
TILES, TILE = 6, 20
"""Over two inputs so many units, and so many places along either side of each small field."""
SHADES = 255
"""From the lowest colour to the highest; the one in the middle is that of zero."""


@dataclass(frozen=True)
class InsidePanel:
    """A panel whose numbers are made of each snapshot's weights."""

    name: str
    rows: SnapshotRows
    chart: Chart
    """What is the same at every step."""
    far: float
    """Beyond this times `WITHIN` nothing can be told apart."""
    is_steady: bool = True
    """Whether a row stays the same as the run grows."""

    def chart_of(self, shown: Sequence[int], have: int, words: Translation) -> Chart:
        """Its plot for a page that has the first `have` of the rows that are shown."""
        start = min(have, len(shown)) if self.is_steady else 0
        edge = WITHIN * self.far
        form = RowForm() if self.rows.is_small(len(shown)) else RowForm((-edge, edge))
        return self.chart | {
            "part": self.name, "runs": [0], "name": words.text(f"panel_{self.name}"),
            "start": start, "blocks": list(self.rows.blocks(shown[start:], form)),
        }  # fmt: skip


def inside_of(subject: PageSubject) -> list[InsidePanel]:
    """Those of a job's panels that look inside the network; none of a comparison.

    Raises:
        BadInput: the record has no weights, or the network's structure isn't known.
    """
    names = [name for name in subject.picture.panels if name in INSIDE]
    if not names or subject.layout != "single":
        return []
    run, axis = subject.runs[0].run, subject.timeline.axis
    samples = samples_of(run, names)
    inside = []
    for name in names:
        look = _Look(
            run, network_of(run, samples, name), samples, axis, subject.theme, subject.words
        )
        if name == "units":
            is_curve = len(run.header.inputs) == 1
            inside.append(_unit_curves(look) if is_curve else _unit_fields(look))
        else:
            inside.append(_numbers(look, name))
    return inside


@dataclass(frozen=True)
class _Look:
    """What every panel is made from."""

    run: Record
    network: Network
    samples: Sequence[Snapshot]
    axis: EpochAxis
    theme: Theme
    words: Translation

    def rows(
        self,
        width: int,
        values: Callable[[NDArray[np.float32]], NDArray[np.float64]],
        *,
        is_only_drawn: bool,
    ) -> SnapshotRows:
        """Of snapshots what `values` makes of their weights."""

        def row(snapshot: Snapshot) -> NDArray[np.float64]:
            assert snapshot.weights is not None
            return values(snapshot.weights)

        return SnapshotRows(self.run, width, row, has_weights=True, is_only_drawn=is_only_drawn)

    def reach(self, rows: SnapshotRows, most: float = 1.0) -> float:
        """How far from zero nearly all of them lie."""
        values = [rows.row(snapshot) for snapshot in self.samples]
        return reach(values, self.samples, self.axis, most)

    @property
    def last(self) -> NDArray[np.float32]:
        """The newest weights."""
        weights = self.samples[-1].weights
        assert weights is not None
        return weights


def _unit_curves(look: _Look) -> InsidePanel:
    """What each unit of the last layer does along x, and last, of one output, their sum."""
    network, places = look.network, np.sort(look.run.prediction_x)
    x = thinned(places, PLACES).astype(np.float64)
    newest = network.unit_rows(look.last, x)
    with np.errstate(all="ignore"):
        added = np.nan_to_num(np.ptp(newest[: network.units], axis=1), nan=np.inf)
    units = largest(added, MOST_UNITS)
    ranks = np.argsort(np.argsort(-added[units], kind="stable"))
    colours = ramp_colours(look.theme, len(units))
    shown = [*units.tolist(), *range(network.units, len(newest))]
    has_sum = len(shown) > len(units)

    def values(weights: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.asarray(network.unit_rows(weights, x)[shown].ravel())

    rows = look.rows(len(shown) * len(x), values, is_only_drawn=True)
    far = look.reach(rows)
    span = float(places[0]), float(places[-1])
    chart = {
        "kind": "units", "at": packed(x), "has_sum": has_sum,
        "colours": [*(colours[rank] for rank in ranks.tolist()),
                    *[look.theme.prediction] * has_sum],
    } | axes_of((span, (-far, far)), ("", ""), look.words)  # fmt: skip
    # Of more units than are drawn others may come to add the most.
    return InsidePanel("units", rows, chart, far, is_steady=network.units <= MOST_UNITS)


def _unit_fields(look: _Look) -> InsidePanel:
    """Over two inputs: small fields of the units that say the most, turned to the second class."""
    network, places = look.network, look.run.prediction_x
    sides = [np.linspace(places[:, at].min(), places[:, at].max(), TILE) for at in (0, 1)]
    x = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    units = largest(np.abs(network.toward_second(look.last)), TILES)
    far = np.full(len(units), 1e-12)
    for snapshot in look.samples:
        assert snapshot.weights is not None
        out = np.nan_to_num(network.hidden(snapshot.weights, x)[units], posinf=0, neginf=0)
        far = np.maximum(far, np.abs(out).max(axis=1))

    def values(weights: NDArray[np.float32]) -> NDArray[np.float64]:
        turns = np.where(network.toward_second(weights)[units] < 0, -1.0, 1.0)
        return np.ravel((turns / far)[:, None] * network.hidden(weights, x)[units])

    across = math.ceil(math.sqrt(len(units)))
    first, second = (colour for colour, _ in class_styles(look.theme, 2))
    ground = look.theme.axes
    chart = {
        "kind": "tiles", "tile": TILE, "across": across, "count": len(units),
        "aspect": float(np.ptp(sides[0]) / np.ptp(sides[1])), "largest": 1.0,
        "colours": _shades(_mixed(ground, first), ground, _mixed(ground, second)),
    }  # fmt: skip
    rows = look.rows(len(units) * TILE * TILE, values, is_only_drawn=True)
    is_steady = network.units <= TILES
    return InsidePanel("units", rows, chart | _frame(look.words), 1.0, is_steady=is_steady)


def _numbers(look: _Look, name: str) -> InsidePanel:
    """All weights, or the loss' gradient by each, as a picture, layer by layer."""
    network, run, words = look.network, look.run, look.words
    picture = layer_picture(network.matrix_shapes)
    width = int(picture.cells.max()) + 1
    if name == "weights":
        rows = look.rows(width, lambda own: flattened(network.matrices(own)), is_only_drawn=False)
    else:
        loss = Loss(run.header)
        x, y = (thinned(each, MOST_GRADIENT_POINTS).astype(np.float64) for each in (run.x, run.y))
        rows = look.rows(
            width, lambda own: flattened(network.gradient(own, x, y, loss)), is_only_drawn=False
        )
    scale = Scale(round_up(look.reach(rows, STRONG)), is_root=name == "gradients")
    theme, count = look.theme, len(picture.spans)
    names = [str(number) for number in range(1, count)]
    if count <= 3:
        names = [words.text("layer", number=number) for number in range(1, count)]
    middles = [(start + stop) / 2 for start, stop in picture.spans]
    ticks = [list(pair) for pair in zip(middles, [*names, words.text("output_layer")], strict=True)]
    chart = {
        "kind": "weights", "cells": packed(picture.cells.astype(np.float64)),
        "largest": scale.largest, "is_root": scale.is_root,
        "layers": [[stop, text] for (_, stop), (_, text) in zip(picture.spans, ticks, strict=True)],
        "colours": _shades(theme.negative, theme.neutral, theme.positive),
    }  # fmt: skip
    frame = _frame(words)
    frame["x"]["ticks"] = ticks
    return InsidePanel(name, rows, chart | frame, scale.largest)


def _frame(words: Translation) -> Chart:
    """The axes of a picture without numbers."""
    axes = axes_of(((0.0, 1.0), (0.0, 1.0)), ("", ""), words)
    return {axis: own | {"ticks": []} for axis, own in axes.items()}


def _rgb(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float64)


def _hex(colour: NDArray[np.float64]) -> str:
    return "#" + "".join(f"{part:02x}" for part in np.rint(colour).astype(int).tolist())


def _mixed(ground: str, colour: str) -> str:
    """As a class is painted where the network is certain."""
    return _hex(_rgb(ground) + DEEPEST * (_rgb(colour) - _rgb(ground)))


def _shades(low: str, middle: str, high: str) -> list[str]:
    """From the colour of the lowest value over that of zero to that of the highest."""
    parts = np.linspace(-1, 1, SHADES)[:, None]
    ends = np.where(parts < 0, _rgb(low), _rgb(high))
    return [_hex(each) for each in _rgb(middle) + np.abs(parts) * (ends - _rgb(middle))]
