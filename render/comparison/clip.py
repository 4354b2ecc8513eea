"""From many runs to one clip: one clock, all entries drawn at each of its times, the ranking."""

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.entry import Clock, ComparisonPicture, ComparisonState, Entry, Layout
from fitreel.render.comparison.grid import (
    MOST_CELLS,
    SMALLEST_TEXT,
    SMALLEST_TICK,
    GridScene,
    plan_grid,
    unit_height,
)
from fitreel.render.comparison.overlay import MOST_RUNS, OverlayScene, plan_overlay
from fitreel.render.comparison.ranking import ranking
from fitreel.render.comparison.ranking_card import RankingCard
from fitreel.render.comparison.shared_limits import Limits, shared_limits
from fitreel.render.frame import DrawnFrame, FrameSelection
from fitreel.render.geometry import NOTHING
from fitreel.render.mpl.theme import load_theme
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.settings import LARGEST_SIDE
from fitreel.render.timing.comparison_timetable import Timetable, timetable
from fitreel.render.timing.pace import Pacing
from fitreel.render.timing.timeline import check_pacing, make_timeline, resampled

CLOSING_SECONDS = 5.0
SMALLEST_FONT = 11.0
"""In pixels: smaller letters can't be read."""
SMALLEST_DIGITS = 8.8
"""In pixels, at the ticks."""


def layout_of(count: int, layout: Layout) -> Literal["grid", "overlay"]:
    """What "auto" means for so many entries."""
    if layout == "auto":
        return "grid" if count <= MOST_CELLS else "overlay"
    return layout


def check_comparison(comparison: ComparisonPicture) -> None:
    """Make sure that this comparison can be drawn; needs no runs.

    Raises:
        BadInput: no entry at all, more than the layout shows, or a size too small for them to be
            readable; the line names the limit, or the smallest size that works.
    """
    count, size, loss_panel = (
        len(comparison.entries),
        comparison.picture.pixels,
        comparison.loss_panel,
    )
    if not count:
        raise BadInput("a comparison without a single panel")
    layout = layout_of(count, comparison.layout)
    limit = MOST_CELLS if layout == "grid" else MOST_RUNS
    if count > limit:
        instead = f'; layout = "overlay" shows up to {MOST_RUNS}' if layout == "grid" else ""
        raise BadInput(f"{count} panels: {layout} shows up to {limit}{instead}")
    readable = _grid_is_readable if layout == "grid" else _overlay_is_readable
    if not readable(count, size, loss_panel):
        raise BadInput(
            f"film.size {size[0]} x {size[1]}: too small for {count} panels "
            f"({layout}{', loss panel' if loss_panel else ''}) to be readable; "
            f"{_smallest(size, lambda larger: readable(count, larger, loss_panel))}"
        )


def closing_frames(fps: float, duration: float | None = None) -> int:
    """For how many frames the closing still is held: a quarter of a short clip, at the most."""
    seconds = CLOSING_SECONDS if duration is None else min(CLOSING_SECONDS, duration / 4)
    return max(1, round(seconds * fps))


def check_pacing_of_comparison(pacing: Pacing) -> Pacing:
    """Make sure that a comparison can go at this pace; needs no runs.

    Returns:
        The pacing of the frames before the closing still.

    Raises:
        BadInput: a pace or a duration that can't be kept, or frames between snapshots.
    """
    if pacing.interpolate:
        raise BadInput("film.interpolate: a comparison shows its snapshots only, none between them")
    moving = pacing
    if pacing.duration is not None:
        fps = pacing.exact_fps
        closing = closing_frames(pacing.fps, pacing.duration)
        seconds = pacing.duration - float(closing / fps)
        if seconds * fps < 1:
            raise BadInput(
                f"film.duration: {pacing.duration:g} s leave no frame before the ranking"
            )
        moving = replace(pacing, duration=seconds)
    check_pacing(moving)
    return moving


def paced(entries: Sequence[Entry], table: Timetable, pacing: Pacing) -> Timetable:
    """The frames before the closing still, at the pace and of the length that the film asks for.

    `pacing.duration` is that of the whole clip: the closing still and the holds are in it.

    Raises:
        BadInput: a pace or a duration that can't be kept.
    """
    moving = check_pacing_of_comparison(pacing)
    losses = [
        np.where(row >= 0, entry.run.losses[row], np.nan)
        for entry, row in zip(entries, table.indices, strict=True)
        if entry.run is not None and len(entry.run)
    ]
    return resampled(table, make_timeline(table.times, losses, moving))


def timetable_of(entries: Sequence[Entry], clock: Clock) -> Timetable:
    """The frames before the closing still, and which snapshot each entry shows in them."""
    empty = np.empty(0)
    runs = [entry.run for entry in entries]
    return timetable(
        [empty.astype(np.int64) if run is None else run.epochs for run in runs],
        [empty if run is None else run.seconds for run in runs],
        clock,
    )


def comparison_frames(
    comparison: ComparisonPicture,
    table: Timetable,
    closing: int,
    selection: FrameSelection,
) -> Generator[DrawnFrame, None, None]:
    """Begin to draw entries on one clock, and then the ranking; frames are numbered from 0.

    What can be refused at once is; each frame is drawn when it is asked for. Memory doesn't grow
    with the number of frames; of each run one chunk is held.

    Args:
        comparison: what is drawn, of at least one entry with a run.
        table: the frames before the ranking.
        closing: how many frames the ranking has, after the table's.
        selection: which of them are drawn.

    Raises:
        BadInput: no entry has a snapshot, a size too small, or later that a record is damaged.
    """
    check_comparison(comparison)
    load_theme(comparison.picture.theme)  # refused before anything is opened
    if not len(table):
        raise BadInput("there is no snapshot to draw in any of the runs")
    return _drawn(comparison, table, closing, selection)


def _drawn(
    comparison: ComparisonPicture, table: Timetable, closing: int, selection: FrameSelection
) -> Generator[DrawnFrame, None, None]:
    numbers: Sequence[int] = range(len(table) + closing)
    if not selection.film:
        numbers = sorted(selection.stills)
    times = 1 if selection.film else 0
    moving = [number for number in numbers if number < len(table)]
    if moving:
        scene = scene_of(comparison, table)
        drawer = FrameDrawer(scene)
        for number, state in zip(moving, states(comparison.entries, table, moving), strict=True):
            scene.show(state)
            yield DrawnFrame(drawer.draw(), number, times, drawer.changed)
    if len(moving) < len(numbers):
        rows = ranking(comparison.entries)
        card = FrameDrawer(RankingCard(rows, comparison.picture, comparison.note))
        frame, changed = card.draw(), card.changed
        for number in numbers[len(moving) :]:
            yield DrawnFrame(frame, number, times, changed)
            changed = NOTHING


def scene_of(comparison: ComparisonPicture, table: Timetable) -> GridScene | OverlayScene:
    """The picture of a comparison, at no time yet.

    Raises:
        BadInput: a record is damaged.
    """
    limits = _limits(comparison.entries, table)
    end = float(table.times[-1]) if len(table) else 0.0
    layout = layout_of(len(comparison.entries), comparison.layout)
    kind = GridScene if layout == "grid" else OverlayScene
    return kind(comparison, limits, end)


def states(
    entries: Sequence[Entry], table: Timetable, frames: Sequence[int]
) -> Iterator[ComparisonState]:
    """What all entries show in each of `frames`, which don't decrease."""
    players = [
        _played(entry.run, row[list(frames)])
        for entry, row in zip(entries, table.indices, strict=True)
    ]
    for frame, snapshots in zip(frames, zip(*players, strict=True), strict=True):
        yield ComparisonState(
            float(table.times[frame]), table.indices[:, frame].tolist(), snapshots
        )


def _played(run: Record | None, indices: NDArray[np.int64]) -> Iterator[Snapshot | None]:
    """A run's snapshot in each frame; each is read once."""
    snapshots: Iterator[Snapshot] = iter(())
    if run is not None:
        snapshots = run.snapshots(np.unique(indices[indices >= 0]).tolist())
    at, snapshot = -1, None
    for index in indices.tolist():
        if index != at:
            at, snapshot = index, next(snapshots)
        yield snapshot


def _limits(entries: Sequence[Entry], table: Timetable) -> Limits:
    pairs = [
        (e.run, row) for e, row in zip(entries, table.indices, strict=True) if e.run is not None
    ]
    return shared_limits([run for run, _ in pairs], [row for _, row in pairs])


def _grid_is_readable(count: int, size: tuple[int, int], loss_panel: bool) -> bool:
    plan = plan_grid(count, size, loss_panel, with_clock=True)
    # Three digits, a sign and a point at the ticks; a letter is 0.6 font sizes wide.
    width, height = plan.axes_size(3.6 * plan.tick, 1.9 * plan.tick)
    return plan.values(width, height) >= SMALLEST_FONT and plan.tick >= SMALLEST_DIGITS


def _overlay_is_readable(count: int, size: tuple[int, int], loss_panel: bool) -> bool:
    plan = plan_overlay(count, size, loss_panel)
    base = unit_height(size)
    boxes = [plan.lines] if plan.losses is None else [plan.lines, plan.losses]
    return (
        min(plan.text, SMALLEST_TEXT * base) >= SMALLEST_FONT
        and SMALLEST_TICK * base >= SMALLEST_DIGITS
        and all(box.width >= 14 * plan.tick and box.height >= 8 * plan.tick for box in boxes)
    )


def _smallest(size: tuple[int, int], readable: Callable[[tuple[int, int]], bool]) -> str:
    """What to say of the smallest even size of the same shape that can be read."""
    width, height = size
    for factor in np.arange(1.0, LARGEST_SIDE / max(size), 0.004):
        larger = _even(width * factor), _even(height * factor)
        if readable(larger):
            return f"the smallest of this shape that works is {larger[0]} x {larger[1]}"
    return "none of this shape works: take 1920 x 1080"


def _even(pixels: float) -> int:
    return 2 * math.ceil(pixels / 2)
