"""What stands beside a run's fit on a page: its target and error, and of a curve the residuals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.mpl.theme import Theme
from fitreel.render.plots.fields.value_map import error_scale
from fitreel.render.plots.pictures.colours import colours_of, error_of, target_of
from fitreel.render.plots.pictures.error_colours import full_error
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.single.panels.reach import reach
from fitreel.render.text.translations import Translation
from fitreel.render.timing.epoch_axis import EpochAxis
from fitreel.render.web.charts import LOOKED_AT, Chart, axes_of, shades_of
from fitreel.render.web.packed import packed

AWAY = ("error", "residuals")
"""Panels of a curve: the network less the true function, the data less the network."""


def maps_beside(run: Record, chart: Chart, theme: Theme, words: Translation) -> list[Chart]:
    """Beside a field or a picture, whose `chart` is given: the target, and how far it is away."""
    target = _target(run, chart["kind"])
    if target is None:
        return []
    (first,) = shown_snapshots(run, [0])
    if chart["kind"] == "field":
        error = np.abs(np.ravel(first.prediction) - target)
    else:
        error = error_of(colours_of(first.prediction.reshape(target.shape)), target)
    scale = error_scale(full_error(error) or 1.0, theme)
    common = {key: chart[key] for key in ("kind", "runs", "grid", "x", "y")}
    common["x"], common["y"] = ({**chart[axis], "ticks": [], "name": ""} for axis in "xy")
    shown = packed(np.ravel(target))
    own = {"values": chart["values"]} if "values" in chart else {}
    return [
        common | own | {"part": "target", "name": words.text("target"), "target": shown},
        common
        | {
            "part": "error", "name": words.text("field_error"), "target": shown,
            "values": {"low": 0.0, "high": scale.high, "colours": shades_of(scale)},
        },
    ]  # fmt: skip


def curves_beside(
    run: Record, chart: Chart, panels: Sequence[str], axis: EpochAxis, words: Translation
) -> list[Chart]:
    """Those of a job's panels that follow a curve, under the fit whose `chart` is given."""
    count = len(run)
    indices = np.unique(np.linspace(0, count - 1, min(count, LOOKED_AT)).round().astype(int))
    samples = list(shown_snapshots(run, indices.tolist()))
    charts = []
    for panel in panels:
        if panel not in AWAY or (panel == "error" and run.truth is None):
            continue
        away = [_away(run, panel, each.prediction) for each in samples]
        far = reach(away, samples, axis)
        names = chart["x"]["name"], ""
        charts.append(
            {
                "kind": "away", "part": panel, "runs": chart["runs"],
                "name": words.text(f"panel_{panel}"),
            }
            | axes_of((tuple(chart["x"]["span"]), (-far, far)), names, words)
        )  # fmt: skip
    return charts


def _target(run: Record, kind: str) -> NDArray[np.float32] | None:
    """What is learned at the places of the predictions: shape (M,), of a picture (M, 3)."""
    if kind == "picture":
        return target_of(run)
    if kind == "field" and run.truth is not None:
        return np.ravel(run.truth).astype(np.float32)
    return None


def _away(run: Record, panel: str, prediction: NDArray[Any]) -> NDArray[np.floating[Any]]:
    if panel == "error":
        return np.asarray(prediction - np.asarray(run.truth).reshape(prediction.shape))
    at = np.ravel(run.prediction_x)
    order = np.argsort(at, kind="stable")
    return np.asarray(run.y - np.interp(run.x, at[order], np.ravel(prediction)[order]))
