"""From many runs to one clip: one clock, all panels drawn at each of its instants, the ranking."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record import Run
from fitreel.model.snapshot import Snapshot
from fitreel.render.clock import Timetable, timetable
from fitreel.render.closing import ClosingScene
from fitreel.render.encode import open_output
from fitreel.render.film import Reel
from fitreel.render.frames import FrameDrawer
from fitreel.render.grid import (
    MOST_PANELS,
    SMALLEST_TEXT,
    SMALLEST_TICK,
    GridScene,
    plan_grid,
    unit_height,
)
from fitreel.render.limits import Limits, shared_limits
from fitreel.render.output import Output
from fitreel.render.overlay import MOST_RUNS, OverlayScene, plan_overlay
from fitreel.render.panels import Clock as Clock
from fitreel.render.panels import Instant
from fitreel.render.panels import Panel as Panel
from fitreel.render.ranking import ranking
from fitreel.render.settings import LARGEST_SIDE, FilmSettings
from fitreel.render.theme import Theme, load_theme
from fitreel.render.timeline import resampled, timeline

LAYOUTS = ("auto", "grid", "overlay")
Layout = Literal["auto", "grid", "overlay"]
CLOSING_SECONDS = 5.0
SMALLEST_FONT = 11.0
"""In pixels: smaller letters can't be read."""
SMALLEST_DIGITS = 8.8
"""In pixels, at the ticks."""


def layout_of(count: int, layout: Layout) -> Literal["grid", "overlay"]:
    """What "auto" means for so many panels."""
    if layout == "auto":
        return "grid" if count <= MOST_PANELS else "overlay"
    return layout


def check_comparison(
    panels: Sequence[Panel], size: tuple[int, int], layout: Layout, loss_panel: bool
) -> None:
    """Make sure that these panels can be drawn in a clip of `size`; needs no runs.

    Raises:
        BadInput: no panel at all, more than the layout shows, or a size too small for them to be
            readable; the line names the limit, or the smallest size that works.
    """
    count = len(panels)
    if not count:
        raise BadInput("a comparison without a single panel")
    chosen = layout_of(count, layout)
    limit = MOST_PANELS if chosen == "grid" else MOST_RUNS
    if count > limit:
        instead = f'; layout = "overlay" shows up to {MOST_RUNS}' if chosen == "grid" else ""
        raise BadInput(f"{count} panels: {chosen} shows up to {limit}{instead}")
    readable = _grid_is_readable if chosen == "grid" else _overlay_is_readable
    if not readable(count, size, loss_panel):
        raise BadInput(
            f"film.size {size[0]} x {size[1]}: too small for {count} panels "
            f"({chosen}{', loss panel' if loss_panel else ''}) to be readable; "
            f"{_smallest(size, lambda larger: readable(count, larger, loss_panel))}"
        )


def frame_count(panels: Sequence[Panel], clock: Clock, fps: float) -> int:
    """Frames of the whole clip: one for each instant of the clock, and the closing still's."""
    return len(timetable_of(panels, clock)) + closing_frames(fps)


def closing_frames(fps: float, duration: float | None = None) -> int:
    """For how many frames the closing still is held: a quarter of a short clip, at the most."""
    seconds = CLOSING_SECONDS if duration is None else min(CLOSING_SECONDS, duration / 4)
    return max(1, round(seconds * fps))


def paced(panels: Sequence[Panel], table: Timetable, film: FilmSettings) -> Timetable:
    """The frames before the closing still, at the pace and of the length that the film asks for.

    `film.duration` is that of the whole clip: the closing still and the holds are in it.

    Raises:
        BadInput: a pace or a duration that can't be kept.
    """
    if film.interpolate:
        raise BadInput("film.interpolate: a comparison shows its snapshots only, none between them")
    fps = Fraction(film.fps).limit_denominator(100_000)
    closing = closing_frames(film.fps, film.duration)
    moving = None if film.duration is None else film.duration - float(closing / fps)
    if moving is not None and moving * fps < 1:
        raise BadInput(f"film.duration: {film.duration:g} s leave no frame before the ranking")
    losses = [
        np.where(row >= 0, panel.run.losses[row], np.nan)
        for panel, row in zip(panels, table.shown, strict=True)
        if panel.run is not None and len(panel.run)
    ]
    line = timeline(table.times, losses, fps, film.pace, moving, film.hold_start, film.hold_end)
    return resampled(table, line)


def timetable_of(panels: Sequence[Panel], clock: Clock) -> Timetable:
    """The frames before the closing still, and which snapshot each panel shows in them."""
    empty = np.empty(0)
    runs = [panel.run for panel in panels]
    return timetable(
        [empty.astype(np.int64) if run is None else run.epochs for run in runs],
        [empty if run is None else run.seconds for run in runs],
        clock,
    )


def draw_comparison(
    panels: Sequence[Panel],
    size: tuple[int, int],
    fps: float,
    layout: Layout,
    clock: Clock,
    loss_panel: bool,
    note: str,
    reels: Sequence[Reel],
    progress: Callable[[int], None],
    check: Callable[[], None],
    seeds_only: bool = False,
    table: Timetable | None = None,
    closing: int | None = None,
    theme: str = "demo",
) -> None:
    """Draw panels on one clock, and then the ranking, into every reel.

    A reel's `still` counts the clip's frames: `frame_count` - 1 is the ranking. Where all reels
    are stills, only these frames are drawn. Memory doesn't grow with the number of frames; of
    each run one chunk is held.

    Args:
        panels: at least one with a run.
        size: of the whole clip, width and height in pixels.
        fps: frames a second.
        layout: see `LAYOUTS`.
        clock: what panels advance in together.
        loss_panel: whether all loss curves stand beside the panels.
        note: a line under the ranking.
        reels: where to.
        progress: told after each frame how many are done.
        check: called between frames; raises to stop.
        seeds_only: whether the runs differ in nothing but their seed.
        table: the frames before the ranking; default: each instant of the clock.
        closing: frames of the ranking; default: `CLOSING_SECONDS`.
        theme: its name or file.

    Raises:
        BadInput: no panel has a snapshot, a size too small, or a record is damaged.
        Unavailable: ffmpeg, or an encoder in it, is not here.
        CannotWrite: ffmpeg failed or the system refuses; no reel appears under its name.
    """
    check_comparison(panels, size, layout, loss_panel)
    table = timetable_of(panels, clock) if table is None else table
    closing = closing_frames(fps) if closing is None else closing
    look = load_theme(theme)
    if not len(table):
        raise BadInput("there is no snapshot to draw in any of the runs")
    with ExitStack() as stack:
        # ffmpeg first: it starts up while we do.
        outputs = [
            (
                reel,
                stack.enter_context(open_output(reel.path, size, fps, reel.imprint, check=check)),
            )
            for reel in reels
        ]
        done = 0
        frames = _wanted(reels, len(table), closing)
        moving = [frame for frame in frames if frame < len(table)]
        if moving:
            scene = scene_of(panels, size, layout, clock, loss_panel, table, seeds_only, look)
            drawer = FrameDrawer(scene)
            for frame, instant in zip(moving, instants(panels, table, moving), strict=True):
                check()
                scene.show(instant)
                _write(outputs, drawer.draw(), frame)
                done += 1
                progress(done)
        ending = [frame for frame in frames if frame >= len(table)]
        if ending:
            still = FrameDrawer(ClosingScene(ranking(panels), size, note, look)).draw()
            for frame in ending:
                check()
                _write(outputs, still, frame)
                done += 1
                progress(done)


def scene_of(
    panels: Sequence[Panel],
    size: tuple[int, int],
    layout: Layout,
    clock: Clock,
    loss_panel: bool,
    table: Timetable,
    seeds_only: bool = False,
    theme: Theme | None = None,
) -> GridScene | OverlayScene:
    """The picture of a comparison, at no instant yet.

    Raises:
        BadInput: a record is damaged.
    """
    limits = _limits(panels, table)
    end = float(table.times[-1]) if len(table) else 0.0
    if layout_of(len(panels), layout) == "grid":
        return GridScene(panels, size, limits, clock, end, loss_panel, theme)
    return OverlayScene(panels, size, limits, clock, end, loss_panel, seeds_only, theme)


def instants(panels: Sequence[Panel], table: Timetable, frames: Sequence[int]) -> Iterator[Instant]:
    """What all panels show in each of `frames`, which don't decrease."""
    players = [
        _played(panel.run, shown[list(frames)])
        for panel, shown in zip(panels, table.shown, strict=True)
    ]
    for frame, snapshots in zip(frames, zip(*players, strict=True), strict=True):
        yield Instant(float(table.times[frame]), table.shown[:, frame].tolist(), snapshots)


def _played(run: Run | None, shown: NDArray[np.int64]) -> Iterator[Snapshot | None]:
    """A run's snapshot in each frame; each is read once."""
    kept: Iterator[Snapshot] = iter(())
    if run is not None:
        kept = run.snapshots(np.unique(shown[shown >= 0]).tolist())
    at, snapshot = -1, None
    for index in shown.tolist():
        if index != at:
            at, snapshot = index, next(kept)
        yield snapshot


def _limits(panels: Sequence[Panel], table: Timetable) -> Limits:
    pairs = [(p.run, row) for p, row in zip(panels, table.shown, strict=True) if p.run is not None]
    return shared_limits([run for run, _ in pairs], [row for _, row in pairs])


def _wanted(reels: Sequence[Reel], moving: int, closing: int) -> Sequence[int]:
    stills = {reel.still for reel in reels}
    if None in stills:
        return range(moving + closing)
    return sorted(frame for frame in stills if frame is not None)


def _write(outputs: Iterable[tuple[Reel, Output]], picture: NDArray[np.uint8], frame: int) -> None:
    for reel, output in outputs:
        if reel.still in (None, frame):
            output.write(picture)


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
