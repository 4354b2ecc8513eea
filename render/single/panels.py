"""Panels beside the fit: the loss, residuals, what each hidden unit adds, the error, weights."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.geometry import Box
from fitreel.render.mpl.line_styles import mark_point
from fitreel.render.mpl.loss_axis import loss_axis
from fitreel.render.network.recorded_network import (
    MOST_GRADIENT_POINTS,
    Loss,
    Network,
    largest,
    thinned,
)
from fitreel.render.panel_kinds import NO_HIDDEN_LAYERS, NO_TRUTH, PANEL_KINDS, no_weights
from fitreel.render.single.axes_style import AxesStyle, style_axes
from fitreel.render.single.metric_panel import MetricCurves as MetricCurves

MOST_UNITS = 32
"""So many hidden units are drawn one by one: those that add the most at the end."""
STRONG = 0.97
"""Of all weights, so many have colours of their own; a few large ones don't pale the others."""
PLACES = 200
"""So many places along x show a unit's contribution."""


class Panel(Protocol):
    """One of a film's further pictures."""

    moving: Sequence[Artist]

    def show(self, snapshot: Snapshot) -> None:
        """Moves it to `snapshot`."""


class LossCurve:
    """The loss so far."""

    def __init__(
        self, run: Record, style: AxesStyle, box: Box, samples: Sequence[Snapshot]
    ) -> None:
        loss = loss_axis([run.losses])
        self._epochs, self._losses = run.epochs.astype(np.float64), loss.curves[0]
        axes = style.page.axes(box)
        end = float(max(run.epochs[-1], 1))
        room = 0.03 * end  # the point that moves is seen whole at both ends
        style_axes(axes, style, (-room, end + room), loss.limits, box, log=loss.is_log)
        page, colour = style.page, style.theme.prediction
        self._line, self._now = (
            axes.plot([], [], color=colour, lw=page.points(0.007 * style.unit),
                      solid_joinstyle="round")[0],
            axes.plot([], [], "o", color=colour, ms=page.points(0.018 * style.unit))[0],
        )  # fmt: skip
        self.moving: Sequence[Artist] = (self._line, self._now)

    def show(self, snapshot: Snapshot) -> None:
        """Draws the curve on to `snapshot`."""
        count = int(np.searchsorted(self._epochs, snapshot.epoch, side="right"))
        self._line.set_data(self._epochs[:count], self._losses[:count])
        self._now.set_data([float(snapshot.epoch)], [snapshot.loss])


class Residuals:
    """How far each point lies above or below the curve."""

    def __init__(
        self, run: Record, style: AxesStyle, box: Box, samples: Sequence[Snapshot]
    ) -> None:
        self._run = run
        self._order = np.argsort(run.prediction_x, kind="stable")
        self._x = run.prediction_x[self._order]
        reach = _reach([self._of(snapshot) for snapshot in samples])
        axes = style.page.axes(box)
        style_axes(axes, style, _across(run), (-reach, reach), box)
        axes.axhline(0.0, color=style.theme.muted, lw=style.page.points(0.003 * style.unit))
        crowd = min(1.0, (300 / len(run.x)) ** 0.25)
        (self._points,) = axes.plot(
            run.x, np.full(len(run.x), np.nan), "o", mec=style.theme.points_edge,
            mfc=style.theme.points if style.theme.points_filled else "none",
            ms=style.page.points(0.012 * crowd * style.theme.points_size * style.unit),
            mew=style.page.points(0.0015 * style.unit),
        )  # fmt: skip
        self.moving: Sequence[Artist] = (self._points,)

    def _of(self, snapshot: Snapshot) -> NDArray[np.floating]:
        prediction = np.ravel(snapshot.prediction)
        if self._run.grid is not None:  # between two places of the grid, in a straight line
            prediction = np.interp(self._run.x, self._x, prediction[self._order])
        return self._run.y - prediction

    def show(self, snapshot: Snapshot) -> None:
        """The residuals of `snapshot`."""
        self._points.set_ydata(self._of(snapshot))


class Units:
    """What each unit of the last hidden layer adds to the curve, and their sum."""

    def __init__(
        self, run: Record, style: AxesStyle, box: Box, samples: Sequence[Snapshot]
    ) -> None:
        self._network = _network(run, samples, "units")
        if not self._network.units:
            raise BadInput(f"film.panels: units: {NO_HIDDEN_LAYERS}")
        order = np.argsort(run.prediction_x, kind="stable")
        self._x = thinned(run.prediction_x[order], PLACES).astype(np.float64)
        last, _ = self._parts(samples[-1])
        with np.errstate(all="ignore"):
            self._drawn = largest(np.ptp(last, axis=1), MOST_UNITS)
        parts = [self._parts(snapshot) for snapshot in samples]
        reach = _reach([part[self._drawn] for part, _ in parts] + [sum_ for _, sum_ in parts])
        axes = style.page.axes(box)
        style_axes(axes, style, _across(run), (-reach, reach), box)
        page, theme = style.page, style.theme
        colours = theme.lines
        self._lines = [
            axes.plot(self._x, np.full(len(self._x), np.nan), color=colours[n % len(colours)],
                      lw=page.points(0.0035 * style.unit), alpha=0.8)[0]
            for n in range(len(self._drawn))
        ]  # fmt: skip
        (self._sum,) = axes.plot(
            self._x, np.full(len(self._x), np.nan), color=theme.prediction,
            lw=page.points(0.009 * style.unit),
        )  # fmt: skip
        self.moving: Sequence[Artist] = tuple(map(mark_point, (*self._lines, self._sum)))

    def _parts(self, snapshot: Snapshot) -> tuple[NDArray[Any], NDArray[Any]]:
        assert snapshot.weights is not None
        parts, bias = self._network.contributions(snapshot.weights, self._x)
        return parts, parts.sum(axis=0) + bias

    def show(self, snapshot: Snapshot) -> None:
        """The contributions at `snapshot`."""
        parts, sum_ = self._parts(snapshot)
        for line, number in zip(self._lines, self._drawn, strict=True):
            line.set_ydata(parts[number])
        self._sum.set_ydata(sum_)


class Error:
    """How far the curve is from the noiseless function."""

    def __init__(
        self, run: Record, style: AxesStyle, box: Box, samples: Sequence[Snapshot]
    ) -> None:
        if run.truth is None:
            raise BadInput(f"film.panels: error: {NO_TRUTH}")
        order = np.argsort(run.prediction_x, kind="stable")
        self._order, self._truth = order, run.truth[order]
        reach = _reach([self._of(snapshot) for snapshot in samples])
        axes = style.page.axes(box)
        style_axes(axes, style, _across(run), (-reach, reach), box)
        axes.axhline(0.0, color=style.theme.muted, lw=style.page.points(0.003 * style.unit))
        (self._line,) = axes.plot(
            run.prediction_x[order], np.full(len(order), np.nan), color=style.theme.prediction,
            lw=style.page.points(0.007 * style.unit), solid_joinstyle="round",
        )  # fmt: skip
        self.moving: Sequence[Artist] = (mark_point(self._line),)

    def _of(self, snapshot: Snapshot) -> NDArray[np.floating]:
        return np.asarray(np.ravel(snapshot.prediction)[self._order] - self._truth)

    def show(self, snapshot: Snapshot) -> None:
        """The error of `snapshot`."""
        self._line.set_ydata(self._of(snapshot))


class Strip:
    """All weights, or their gradients, as a picture: one block a layer, its biases at the right."""

    def __init__(
        self, run: Record, style: AxesStyle, box: Box, samples: Sequence[Snapshot], name: str
    ) -> None:
        self._network = _network(run, samples, name)
        self._loss = Loss(run.header) if name == "gradients" else None
        self._x, self._y = (
            thinned(values, MOST_GRADIENT_POINTS).astype(np.float64) for values in (run.x, run.y)
        )
        pictures = [self._picture(snapshot) for snapshot in samples]
        reach = _reach(pictures, most=STRONG)
        axes = style.page.axes(box)
        theme = style.theme
        colours = LinearSegmentedColormap.from_list(
            "strip", [theme.negative, theme.neutral, theme.positive]
        ).with_extremes(bad=(0.0, 0.0, 0.0, 0.0))
        self._image = axes.imshow(
            pictures[0], cmap=colours, vmin=-reach, vmax=reach, aspect="auto",
            interpolation="nearest",
        )  # fmt: skip
        rows, columns = pictures[0].shape
        axes.set_xlim(-0.5, columns - 0.5)
        axes.set_ylim(rows - 0.5, -0.5)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        self.moving: Sequence[Artist] = (self._image,)

    def _picture(self, snapshot: Snapshot) -> NDArray[np.float64]:
        assert snapshot.weights is not None
        blocks = self._network.matrices(snapshot.weights)
        if self._loss is not None:
            blocks = self._network.gradient(snapshot.weights, self._x, self._y, self._loss)
        # The first and the last layer lie on their side, so that all blocks are of one height.
        upright = [block if len(block) > 1 else block.T for block in blocks]
        rows = max(len(block) for block in upright)
        tall = [block[np.arange(rows) * len(block) // rows] for block in upright]
        gap = np.full((rows, 1), np.nan)
        parts = [part for block in tall for part in (block, gap)][:-1]
        picture = np.concatenate(parts, axis=1)
        # Gradients shrink a thousandfold; their roots stay to be seen.
        return picture if self._loss is None else np.sign(picture) * np.sqrt(np.abs(picture))

    def show(self, snapshot: Snapshot) -> None:
        """The weights of `snapshot`."""
        self._image.set_data(self._picture(snapshot))


class Weights(Strip):
    """All weights."""

    def __init__(
        self, run: Record, style: AxesStyle, box: Box, samples: Sequence[Snapshot]
    ) -> None:
        super().__init__(run, style, box, samples, "weights")


class Gradients(Strip):
    """The gradient of the loss by each weight, over all points (of more than `MOST_GRADIENT_POINTS`
    over as many); its square root is the colour.
    """

    def __init__(
        self, run: Record, style: AxesStyle, box: Box, samples: Sequence[Snapshot]
    ) -> None:
        super().__init__(run, style, box, samples, "gradients")


def make_panel(
    name: str, run: Record, style: AxesStyle, box: Box, samples: Sequence[Snapshot]
) -> Panel:
    """The panel of that name, at no snapshot yet.

    Args:
        name: a key of `PANEL_KINDS`.
        run: the record.
        style: of the film.
        box: the inside of the panel's axes, in pixels.
        samples: snapshots from all of the run, whose values decide the limits of the axes.

    Raises:
        BadInput: the record hasn't got what the panel needs.
    """
    kind = PANEL_KINDS[name]
    panel: Panel = globals()[kind.artist](run, style, box, samples)
    return panel


def _network(run: Record, samples: Sequence[Snapshot], name: str) -> Network:
    """The recorded network, whose weights are there.

    Raises:
        BadInput: they aren't, or the network's structure isn't known.
    """
    if any(snapshot.weights is None for snapshot in samples):
        raise BadInput(f"film.panels: {name}: {no_weights(run.header.parameters)}")
    try:
        return Network(run.header)
    except BadInput as error:
        raise BadInput(f"film.panels: {name}: {error}") from None


def _across(run: Record) -> tuple[float, float]:
    left = float(min(run.x.min(), run.prediction_x.min()))
    right = float(max(run.x.max(), run.prediction_x.max()))
    room = 0.03 * (right - left) or max(1.0, 0.05 * abs(left))
    return left - room, right + room


def _reach(values: Sequence[NDArray[Any]], most: float = 1.0) -> float:
    """How far from zero nearly all of the values lie: a wild start doesn't flatten the rest.

    Of each moment's values, a part `most` decides.
    """
    largest_each = []
    for each in values:
        finite = np.abs(each[np.isfinite(each)])
        if finite.size:
            largest_each.append(float(finite.max() if most == 1 else np.quantile(finite, most)))
    if not largest_each:
        return 1.0
    reach = min(max(largest_each), 3 * float(np.median(largest_each)) or max(largest_each))
    return 1.08 * reach if reach > 0 else 1.0
