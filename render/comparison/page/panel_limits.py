"""Limits that panels of a view share; those of fields and regions are their grids'."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.render.field_grid import FieldGrid
from fitreel.render.plots.fit_axes import Limits, fit_limits
from fitreel.render.plots.pictures.limits import (
    curve_limits,
    plane_limits,
    plane_span,
    scatter_span,
)
from fitreel.render.plots.pictures.slices import slice_limits
from fitreel.render.point_predictions import PointPredictions
from fitreel.render.view import ViewName

FLATTEST, WIDEST = 0.8, 560 / 488
"""Height and width of a plane whose curve is in it, in parts of each other."""


def panel_limits(view: ViewName, runs: Sequence[Record], truth: bool) -> Limits | None:
    """Limits that fit all runs; None where panels have none, or no run has.

    Args:
        view: what panels show.
        runs: those with a snapshot.
        truth: whether the true function is drawn.

    Raises:
        Damaged: a file has changed since a run was opened.
    """
    if view in ("fit", "numbers"):
        curves = [run for run in runs if run.header.is_curve]
        return fit_limits(curves, truth) if curves else None
    if view == "curves":
        return _around([curve_limits(run) for run in runs])
    if view == "plane":
        return _of_plane(runs)
    if view == "scatter":
        spans = [_scatter(run) for run in runs]
        span = min(low for low, _ in spans), max(high for _, high in spans)
        return Limits(span, span)
    if view == "slices":
        heights = [slice_limits(run) for run in runs]
        # Along each input they are its own.
        return Limits(
            (0.0, 1.0), (min(low for low, _ in heights), max(high for _, high in heights))
        )
    return None


def panel_grids(view: ViewName, runs: Sequence[Record]) -> list[FieldGrid]:
    """The grids over two inputs that panels show, one of each run.

    Fields beside their target leave out the margin where nothing is learned, as one run's do.

    Raises:
        BadInput: predictions at no grid.
    """
    is_cut = view == "field" and all(run.truth is not None for run in runs)
    return [FieldGrid(run, around=runs if is_cut else ()) for run in runs]


def plane_aspect(limits: Limits) -> float:
    """Width by height of a panel with these limits, whose scales are equal."""
    return (limits.x[1] - limits.x[0]) / (limits.y[1] - limits.y[0])


def _around(parts: Sequence[Limits]) -> Limits:
    return Limits(
        (min(each.x[0] for each in parts), max(each.x[1] for each in parts)),
        (min(each.y[0] for each in parts), max(each.y[1] for each in parts)),
    )


def _of_plane(runs: Sequence[Record]) -> Limits:
    spans = []
    for run in runs:
        samples = [each.prediction for each in PointPredictions(run).samples()]
        spans.append(plane_span(run, np.asarray(samples, np.float64)))
    low = np.min([span[0] for span in spans], axis=0)
    high = np.max([span[1] for span in spans], axis=0)
    across, up = np.maximum(high - low, 1e-12).tolist()
    return plane_limits((low, high), min(max(across / up, FLATTEST), WIDEST), 1.0)


def _scatter(run: Record) -> tuple[float, float]:
    points = PointPredictions(run)
    return scatter_span(points.y, [points.of(each) for each in points.samples()])
