"""From many runs to one clip: one clock, all entries drawn at each of its times, the ranking."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.axis_limits import Limits, shared_limits
from fitreel.render.comparison.frame_state import ComparisonState
from fitreel.render.comparison.grid import GridScene, unit_height
from fitreel.render.comparison.grid_plan import MOST_CELLS, SMALLEST_TEXT, SMALLEST_TICK, plan_grid
from fitreel.render.comparison.overlay import OverlayScene
from fitreel.render.comparison.overlay_plan import MOST_RUNS, plan_overlay
from fitreel.render.comparison.ranking import ranking
from fitreel.render.comparison.ranking_card import RankingCard
from fitreel.render.comparison_picture import ComparisonPicture, Entry, Layout
from fitreel.render.film_settings import LARGEST_SIDE
from fitreel.render.mpl.theme import load_theme
from fitreel.render.output.video import open_writer
from fitreel.render.output.writer import Output
from fitreel.render.pipeline.film import Reel
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.timing.comparison_timetable import Clock, Timetable, timetable
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


def draw_comparison(
    comparison: ComparisonPicture,
    fps: float,
    reels: Sequence[Reel],
    progress: Callable[[int], None],
    check: Callable[[], None],
    table: Timetable,
    closing: int,
) -> None:
    """Draw entries on one clock, and then the ranking, into every reel.

    A reel's `still` counts the clip's frames: those after the table's are the ranking. Where all
    reels are stills, only these frames are drawn. Memory doesn't grow with the number of frames;
    of each run one chunk is held.

    Args:
        comparison: what is drawn, of at least one entry with a run.
        fps: frames a second.
        reels: where to.
        progress: told after each frame how many are done.
        check: called between frames; raises to stop.
        table: the frames before the ranking.
        closing: how many frames the ranking has.

    Raises:
        BadInput: no entry has a snapshot, a size too small, or a record is damaged.
        Unavailable: ffmpeg, or an encoder in it, is not here.
        CannotWrite: ffmpeg failed or the system refuses; no reel appears under its name.
    """
    check_comparison(comparison)
    load_theme(comparison.picture.theme)  # refused before anything is opened
    if not len(table):
        raise BadInput("there is no snapshot to draw in any of the runs")
    size = comparison.picture.pixels
    with ExitStack() as stack:
        # ffmpeg first: it starts up while we do.
        outputs = [
            (
                reel,
                stack.enter_context(
                    open_writer(reel.path, size, fps, reel.provenance, check=check)
                ),
            )
            for reel in reels
        ]
        frames = _frames_of(reels, len(table), closing)
        for done, (frame, pixels) in enumerate(_drawn(comparison, table, frames), 1):
            check()
            _write(outputs, pixels, frame)
            progress(done)


def _drawn(
    comparison: ComparisonPicture, table: Timetable, frames: Sequence[int]
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Each of `frames` and its pixels; those after the table's are the ranking."""
    moving = [frame for frame in frames if frame < len(table)]
    if moving:
        scene = scene_of(comparison, table)
        drawer = FrameDrawer(scene)
        for frame, state in zip(moving, states(comparison.entries, table, moving), strict=True):
            scene.show(state)
            yield frame, drawer.draw()
    if len(moving) < len(frames):
        rows = ranking(comparison.entries)
        still = FrameDrawer(RankingCard(rows, comparison.picture, comparison.note)).draw()
        for frame in frames[len(moving) :]:
            yield frame, still


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


def _frames_of(reels: Sequence[Reel], moving: int, closing: int) -> Sequence[int]:
    stills = {reel.still for reel in reels}
    if None in stills:
        return range(moving + closing)
    return sorted(frame for frame in stills if frame is not None)


def _write(outputs: Iterable[tuple[Reel, Output]], pixels: NDArray[np.uint8], frame: int) -> None:
    for reel, output in outputs:
        if reel.still in (None, frame):
            output.write(pixels)


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
