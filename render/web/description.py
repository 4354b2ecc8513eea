"""All that a page knows of its runs, as JSON: texts as they are read, arrays packed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.captions.phases.yardsticks import yardsticks_of
from fitreel.render.plots.loss_plot import time_name
from fitreel.render.plots.losses.loss_scale import LossScale, loss_scale
from fitreel.render.shown_snapshots import losses_from
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.run_status import ending_of
from fitreel.render.text.scaled_loss import loss_label
from fitreel.render.text.translations import Translation
from fitreel.render.timing.running_median import is_noisy, running_median
from fitreel.render.web.beside_charts import curves_beside, maps_beside
from fitreel.render.web.charts import (
    Chart,
    charts_of,
    column_names,
    metric_charts,
    view_on_page,
)
from fitreel.render.web.inside_charts import inside_of
from fitreel.render.web.packed import packed
from fitreel.render.web.page_subject import PageGroup, PageSubject
from fitreel.render.web.plain_math import plain_math
from fitreel.render.web.snapshot_rows import RowForm, form_of, predictions_of

ROWS = 14.0
"""How high the plot of the losses is, in font sizes of its numbers."""
WORDS = (
    "epoch", "loss", "legend_data", "legend_prediction", "legend_truth", "page_gaps", "page_play",
    "page_pause", "page_speed", "page_first", "page_back", "page_forward", "page_last",
    "page_position", "page_shown", "page_grid", "page_overlay", "page_runs", "page_rounded",
    "page_live", "page_ended", "page_stopped", "page_gone", "page_waiting", "page_damaged",
    "predicted", "true", "wrong", "kept_aside", "page_members", "page_moved", "field_error",
    "target",
)  # fmt: skip
"""Keys of words that stand on a page, or are read out."""
Description = dict[str, Any]


def describe(subject: PageSubject, since: Mapping[int, int] | None = None) -> Description:
    """The whole page; or, where it has `since` how many snapshots of each run, what is new.

    Raises:
        Damaged: a file has changed since a run was opened.
    """
    words, records = subject.words, [each.run for each in subject.runs]
    shown = [subject.shown(number) for number in range(len(records))]
    form = form_of([predictions_of(run) for run in records], shown)
    scale = loss_scale([run.losses.astype(np.float64) for run in records], ROWS)
    spelling = LossFormat.of(np.concatenate([run.losses for run in records]), words)
    runs = [
        _run(subject, number, (shown[number], form, scale, spelling), since)
        for number in range(len(records))
    ]
    return {
        "title": plain_math(subject.picture.title or "") or subject.name,
        "subtitle": plain_math(subject.picture.subtitle or ""),
        "caption": plain_math(subject.picture.caption or ""),
        "layout": subject.layout,
        "words": {key: words.text(key) for key in WORDS if "{" not in words.entries[key]},
        "clock": _clock(subject, words),
        "losses": _losses(subject, scale, words),
        "form": None if form.span is None else list(form.span),
        "runs": runs,
        "groups": [_group(subject, group, scale, spelling) for group in subject.groups],
        "groups_remark": _groups_remark(subject),
        "charts": _charts(subject, shown, words, (since or {}).get(0, 0)),
        "failures": [list(each) for each in subject.failures],
    }


def _clock(subject: PageSubject, words: Translation) -> dict[str, Any]:
    axis, steps = subject.timeline.axis, subject.steps
    ticks = [at for at in axis.ticks() if 0 <= float(axis.places(at)) <= 1]
    is_epoch = subject.clock == "epoch"
    texts = [
        words.integer(round(at)) if is_epoch else words.text("seconds_value", seconds=float(at))
        for at in steps.tolist()
    ]
    captions: list[list[Any]] = []
    for step, (number, time) in enumerate(zip(subject.chosen.tolist(), steps, strict=True)):
        caption = subject.caption(number, float(time))
        if not captions or captions[-1][1:] != [caption.text, caption.is_warning]:
            captions.append([step, caption.text, caption.is_warning])
    return {
        "name": time_name(axis, words, subject.clock),
        "label": words.text("epoch" if is_epoch else "axis_seconds"),
        "times": steps.tolist(),
        "places": axis.places(steps).tolist(),
        "texts": texts,
        "ticks": [[float(axis.places(at)), _number(words, at)] for at in ticks],
        "captions": captions,
        "fps": float(subject.timeline.fps),
        "frames": _stretches(subject.step_of_frames()),
    }


def _stretches(steps: NDArray[np.int64]) -> list[list[int]]:
    """Steps of frames, as pairs of a step and for how many frames it stands."""
    starts = np.flatnonzero(np.diff(steps, prepend=steps[0] - 1))
    counts = np.diff(starts, append=len(steps))
    return [list(pair) for pair in zip(steps[starts].tolist(), counts.tolist(), strict=True)]


def _number(words: Translation, value: float) -> str:
    return words.integer(round(value)) if value == round(value) else words.respelled(f"{value:g}")


def _losses(subject: PageSubject, scale: LossScale, words: Translation) -> dict[str, Any]:
    places, texts = scale.ticks
    run = subject.runs[0].run
    sticks = yardsticks_of(run) if len(subject.runs) == 1 else None
    noise = None
    if sticks is not None and sticks.noise:
        height = float(scale.heights(sticks.noise))
        noise = height if 0 < height < 1 else None
    texts = [words.respelled(text.replace("\u2212", "-")) for text in texts]
    label = loss_label(run, words)
    medians = [_is_median(subject, each.run) for each in subject.runs]
    key = "loss_all_medians" if all(medians) else "loss_some_medians"
    return {
        "label": label,
        "heading": words.text(key, loss=label) if any(medians) else label,
        "ticks": [[float(scale.heights(at)), text] for at, text in zip(places, texts, strict=True)],
        "noise": noise,
        "noise_name": words.text("noise_in_data"),
    }


def _run(
    subject: PageSubject,
    number: int,
    packing: tuple[list[int], RowForm, LossScale, LossFormat],
    since: Mapping[int, int] | None,
) -> dict[str, Any]:
    """One run, with the predictions that a page hasn't yet."""
    shown, form, scale, spelling = packing
    each = subject.runs[number]
    run, first = each.run, losses_from(each.run)
    own = np.searchsorted(shown, subject.snapshots_of(number))
    losses = run.losses[shown].astype(np.float64)
    losses[run.epochs[shown] < first] = np.nan
    medians: dict[str, Any] = {}
    if _is_median(subject, run):
        axis = subject.timeline.axis
        middle = running_median(axis, each.clock, run.losses)[shown]
        medians["medians"] = packed(scale.heights(middle))
    start = min((since or {}).get(number, 0), len(shown))
    return {
        "name": each.name,
        **_stroke(subject, each.colour),
        "status": ending_of(run) if run.ending in ("diverged", "delta") else "",
        "ending": run.ending,
        "own": _stretches(own),
        "texts": ["" if np.isnan(at) else spelling.write(float(at)) for at in losses],
        "losses": [at if np.isfinite(at) else None for at in losses.tolist()],
        "places": packed(subject.timeline.axis.places(each.clock[shown])),
        "heights": packed(scale.heights(losses)),
        **medians,
        "start": start,
        "count": len(shown),
        "blocks": list(predictions_of(run).blocks(shown[start:], form)),
        **(_points(run) if since is None else {}),
    }


def _group(
    subject: PageSubject, group: PageGroup, scale: LossScale, spelling: LossFormat
) -> dict[str, Any]:
    """What has one colour: the median of its runs' losses and where most lie, at its snapshots."""
    contender = group.contender
    newest = np.searchsorted(contender.times, subject.steps, side="right") - 1
    shown = np.unique(np.maximum(newest, 0))
    times = contender.times[shown]
    losses = contender.losses_at(times)
    band = contender.loss_band
    edges = {} if band is None else {"low": band[0][shown], "high": band[1][shown]}
    first = subject.runs[group.members[0]]
    return {
        "name": contender.label,
        **_stroke(subject, first.colour),
        "status": ending_of(first.run) if contender.has_diverged else "",
        "members": list(group.members),
        "own": _stretches(np.searchsorted(shown, np.maximum(newest, 0))),
        "texts": ["" if np.isnan(at) else spelling.write(float(at)) for at in losses],
        "places": packed(subject.timeline.axis.places(times)),
        "heights": packed(scale.heights(losses)),
        "count": len(shown),
    } | {name: packed(scale.heights(edge)) for name, edge in edges.items()}


def _groups_remark(subject: PageSubject) -> str:
    """How many runs a group has, where it is the same number for all."""
    counts = {len(group.members) for group in subject.groups if group.contender.is_group}
    if len(counts) != 1:
        return ""
    several = sum(group.contender.is_group for group in subject.groups) > 1
    return subject.words.text("groups_of" if several else "group_of", count=counts.pop())


def _stroke(subject: PageSubject, number: int) -> dict[str, Any]:
    """Colour and dashes of what has this number."""
    theme = subject.theme
    if subject.layout == "single":
        return {"colour": theme.prediction, "dash": []}
    turn, place = divmod(number, len(theme.lines))
    dash = [4 * length for length in theme.dashes[turn % len(theme.dashes)]]
    return {"colour": theme.lines[place], "dash": dash}


def _is_median(subject: PageSubject, run: Record) -> bool:
    """Whether of a run's loss the running median is drawn, as in films of comparisons."""
    return subject.layout != "single" and run.ending != "diverged" and is_noisy(run.losses)


def _points(run: Record) -> dict[str, Any]:
    """What doesn't change as a run grows."""
    header = run.header
    if not header.inputs:
        return {"columns": 0}
    table = {"x": run.x, "y": run.y, "at": run.prediction_x}
    if run.truth is not None:
        table["truth"] = run.truth
    if run.validation is not None:
        table["aside_x"], table["aside_y"] = run.validation
    arrays: dict[str, Any] = {
        name: packed(np.ravel(values).astype(np.float64)) for name, values in table.items()
    }
    arrays["same"] = run.grid is None
    return {
        "inputs": len(header.inputs),
        "columns": header.predicted_columns,
        "names": column_names(run),
        "classes": list(header.classes),
        **arrays,
    }


def _charts(
    subject: PageSubject, shown: Sequence[Sequence[int]], words: Translation, have: int
) -> list[Chart]:
    """One plot of all curves, and where there are several runs one of each; then the panels.

    `have`: of the first run so many of the shown snapshots are on the page already.
    """
    picture, records = subject.picture, [each.run for each in subject.runs]
    charts: list[Chart] = []
    views = {view_on_page(run, picture.view) for run in records}
    if len(records) > 1:
        if views == {"fit"}:
            together = charts_of(records, range(len(records)), picture, words)
            lines = {"lines": list(range(len(subject.groups)))} if subject.groups else {}
            charts += [chart | lines | {"group": "overlay"} for chart in together]
            # All limits are those of all.
            charts += [
                chart | own | {"group": "grid"} for chart in together for own in _cells(subject)
            ]
        else:
            for number, each in enumerate(subject.runs):
                own = charts_of([each.run], [number], picture, words)
                charts += [chart | {"name": each.name, "group": "grid"} for chart in own]
        return charts
    return _charts_of_one(subject, shown[0], words, have)


def _cells(subject: PageSubject) -> list[Chart]:
    """Whose plots stand side by side: each run's, or each group's."""
    if not subject.groups:
        return [{"runs": [n], "name": each.name} for n, each in enumerate(subject.runs)]
    return [
        {"runs": list(group.members), "lines": [number], "name": group.contender.label}
        for number, group in enumerate(subject.groups)
    ]


def _charts_of_one(
    subject: PageSubject, shown: Sequence[int], words: Translation, have: int
) -> list[Chart]:
    """The fit of the only run, and what stands beside it."""
    picture, run, axis = subject.picture, subject.runs[0].run, subject.timeline.axis
    charts = charts_of([run], [0], picture, words)
    if charts and charts[0]["kind"] in ("field", "picture"):
        charts += maps_beside(run, charts[0], subject.theme, words)
    elif charts and charts[0]["kind"] == "fit":
        charts += curves_beside(run, charts[0], picture.panels, axis, words)
    charts += [panel.chart_of(shown, have, words) for panel in inside_of(subject)]
    if not charts or "metrics" in picture.panels:
        charts += metric_charts(run, shown, words)
    return charts
