"""What each plot of a page shows: its kind, its limits, and the numbers at its axes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.field_grid import FieldGrid
from fitreel.render.mpl.ticks import linear_ticks
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.fields.value_map import ValueScale, value_scale
from fitreel.render.plots.fit_axes import fit_limits
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.text.translations import Translation
from fitreel.render.view import view_of
from fitreel.render.web.packed import packed
from fitreel.render.web.plain_math import plain_math

MOST_TICKS = 5
LOOKED_AT = 60
"""So many snapshots, evenly spaced, decide limits."""
BEYOND, AIR = 0.35, 0.06
"""How far predictions are followed beyond the data, and free room, in parts of their span."""
Chart = dict[str, Any]
"""JSON of one plot; `kind` says which, `runs` whose."""
Span = tuple[float, float]


def view_on_page(run: Record, asked: str | None) -> str:
    """What a page shows of a run: what its film does, or in place of slices the usual."""
    view = view_of(run, asked)
    if view == "slices":
        view = view_of(run, None)
    if view in ("scatter", "confusion") and run.grid is not None:
        return view_of(run, None)
    return view


def charts_of(
    runs: Sequence[Record], numbers: Sequence[int], picture: PictureSettings, words: Translation
) -> list[Chart]:
    """The plots of runs that share their axes; `numbers` are theirs on the page."""
    view = view_on_page(runs[0], picture.view)
    if view == "numbers":
        return []
    chart: Chart = {"kind": view, "runs": list(numbers)}
    run = runs[0]
    names = _axis_names(run, picture)
    if view == "fit":
        truth = any(each.truth is not None for each in runs)
        limits = fit_limits(runs, truth)
        spans = limits.x, limits.y
    elif view == "curves":
        spans = _padded(_span([run.prediction_x, run.x])), _predicted_span(runs)
    elif view in ("plane", "scatter"):
        spans = _plane_spans(runs) if view == "plane" else (_table_span(runs),) * 2
        if view == "scatter":
            names = words.text("true"), words.text("predicted")
    elif view == "confusion":
        spans = (0.0, 1.0), (0.0, 1.0)
        names = words.text("predicted"), words.text("true")
    else:
        grid = FieldGrid(run)
        spans = _edges(grid.x), _edges(grid.y)
        chart["grid"] = {
            "rows": grid.shape[0], "columns": grid.shape[1],
            "down": bool(run.prediction_x[0, 1] > run.prediction_x[-1, 1]),
        }  # fmt: skip
        if view == "field":
            chart["values"] = _values(runs)
    return [chart | axes_of(spans, names, words)]


def column_names(run: Record) -> list[str]:
    """What each predicted number is called."""
    return list(run.header.classes) or [column.name for column in run.header.outputs]


def metric_charts(run: Record, shown: Sequence[int], words: Translation) -> list[Chart]:
    """A plot for each of the further numbers of the only run, at the snapshots that are shown."""
    charts = []
    for name, every in run.metrics.items():
        values = every[list(shown)]
        finite = values[np.isfinite(values)]
        if not len(finite):
            continue
        span = _padded((float(finite.min()), float(finite.max())))
        chart: Chart = {"kind": "metric", "runs": [0], "name": name, "values": packed(values)}
        charts.append(chart | axes_of(((0.0, 1.0), span), ("", ""), words))
    return charts


def axes_of(spans: tuple[Span, Span], names: tuple[str, str], words: Translation) -> Chart:
    """Limits, names, and the numbers at both axes."""
    axes: Chart = {}
    for axis, span, name in zip("xy", spans, names, strict=True):
        places, texts = linear_ticks(*span, MOST_TICKS)
        texts = [words.respelled(text.replace("\u2212", "-")) for text in texts]
        axes[axis] = {
            "span": list(span), "ticks": list(map(list, zip(places, texts, strict=True))),
            "name": name,
        }  # fmt: skip
    return axes


def _axis_names(run: Record, picture: PictureSettings) -> tuple[str, str]:
    """What stands at the axes: what a job says, else the columns' names."""
    inputs, outputs = run.header.inputs, run.header.outputs
    x = inputs[0].name if inputs else ""
    y = inputs[1].name if len(inputs) == 2 else outputs[0].name if len(outputs) == 1 else ""
    # A name that is the axis' own says nothing.
    x, y = "" if x == "x" else x, "" if y == "y" else y
    own = picture.x_label, picture.y_label
    return x if own[0] is None else plain_math(own[0]), y if own[1] is None else plain_math(own[1])


def _span(parts: Sequence[NDArray[Any]]) -> Span:
    finite = [np.asarray(each, np.float64)[np.isfinite(each)] for each in parts]
    values = np.concatenate([np.ravel(each) for each in finite])
    return (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)


def _padded(span: Span) -> Span:
    air = AIR * (span[1] - span[0]) or max(1.0, 0.05 * abs(span[0]))
    return span[0] - air, span[1] + air


def _samples(run: Record) -> list[NDArray[np.floating[Any]]]:
    """Predictions of all the film, shape (M, K) each, but for what a divergence ended on."""
    count = run.closing if run.ending == "diverged" and run.closing else len(run)
    indices = np.unique(np.linspace(0, count - 1, LOOKED_AT).round().astype(int)).tolist()
    columns = run.header.predicted_columns
    return [each.prediction.reshape(-1, columns) for each in shown_snapshots(run, indices)]


def _predicted_span(runs: Sequence[Record]) -> Span:
    """Of classes their probabilities; else the data's, and predictions not far beyond."""
    if runs[0].header.classes:
        return (-0.03, 1.03)
    low, high = _span([each for run in runs for each in (run.y, *_truths(run))])
    reach = BEYOND * (high - low) or 1.0
    below, above = _span([each for run in runs for each in _samples(run)])
    return _padded((min(low, max(below, low - reach)), max(high, min(above, high + reach))))


def _plane_spans(runs: Sequence[Record]) -> tuple[Span, Span]:
    spans = []
    for column in (0, 1):
        parts = [run.y.reshape(len(run.y), -1)[:, column] for run in runs]
        parts += [truth.reshape(-1, 2)[:, column] for run in runs for truth in _truths(run)]
        spans.append(_padded(_span(parts)))
    return spans[0], spans[1]


def _table_span(runs: Sequence[Record]) -> Span:
    return _padded(_span([run.y for run in runs]))


def _truths(run: Record) -> list[NDArray[np.floating[Any]]]:
    return [] if run.truth is None else [run.truth]


def _edges(places: NDArray[np.float64]) -> Span:
    """The outer edges of cells around places."""
    half = (places[-1] - places[0]) / (len(places) - 1) / 2
    return float(places[0] - half), float(places[-1] + half)


def _values(runs: Sequence[Record]) -> dict[str, Any]:
    """The colours of a field: its limits, and viridis."""
    parts = [each for run in runs for each in (run.y, *_truths(run), *_samples(run))]
    scale = value_scale(parts)
    low, high = scale.low, scale.high
    high = high if math.isfinite(high) else low + 1
    return {"low": low, "high": high, "colours": shades_of(scale), "levels": scale.levels}


def shades_of(scale: ValueScale) -> list[str]:
    """The colours of values, from the lowest to the highest."""
    shades = np.rint(scale.colours * 255).astype(int)
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in shades]
