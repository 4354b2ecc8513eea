"""From many runs to the frames of a comparison: all entries at each time, then the end."""

from collections.abc import Generator, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.render.comparison.frame_state import ComparisonState
from fitreel.render.comparison.grid_scene import GridScene
from fitreel.render.comparison.overlay_scene import OverlayScene
from fitreel.render.comparison.pacing import axis_of
from fitreel.render.comparison.ranking.card import RankingCard
from fitreel.render.comparison.ranking.rows import ranking
from fitreel.render.comparison.readability import check_comparison, layout_of
from fitreel.render.comparison.setting import setting_of
from fitreel.render.comparison_picture import ComparisonPicture, Entry
from fitreel.render.frame import DrawnFrame, FrameSelection
from fitreel.render.geometry import NOTHING
from fitreel.render.mpl.theme import load_theme
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.timing.comparison_timetable import Timetable
from fitreel.render.timing.pace_settings import Pacing


def comparison_frames(
    comparison: ComparisonPicture,
    table: Timetable,
    closing: int,
    selection: FrameSelection,
    pacing: Pacing,
) -> Generator[DrawnFrame, None, None]:
    """Begin to draw entries on one clock, and then how it ends; frames are numbered from 0.

    What can be refused at once is; each frame is drawn when it is asked for. Memory doesn't grow
    with the number of frames; of each run one chunk is held.

    Args:
        comparison: what is drawn, of at least one entry with a run.
        table: the frames up to the last snapshots.
        closing: how many frames follow: the last snapshots are held, or the ranking is shown.
        selection: which of them are drawn.
        pacing: how the film goes, which its epoch axis follows.

    Raises:
        BadInput: no entry has a snapshot, a size too small, or later that a record is damaged.
    """
    check_comparison(comparison)
    load_theme(comparison.picture.theme)  # refused before anything is opened
    if not len(table):
        raise BadInput("there is no snapshot to draw in any of the runs")
    return _drawn(comparison, table, closing, selection, pacing)


def _drawn(
    comparison: ComparisonPicture,
    table: Timetable,
    closing: int,
    selection: FrameSelection,
    pacing: Pacing,
) -> Generator[DrawnFrame, None, None]:
    count = len(table) + closing
    numbers: Sequence[int] = range(count)
    if not selection.film:
        numbers = sorted(selection.stills)
    times = 1 if selection.film else 0
    first_of_card = len(table) if comparison.ranking else count
    moving = [number for number in numbers if number < first_of_card]
    if moving:
        scene = scene_of(comparison, table, pacing)
        drawer = FrameDrawer(scene)
        shown = states(comparison.entries, table, moving, float(pacing.exact_fps))
        for number, state in zip(moving, shown, strict=True):
            scene.show(state)
            yield DrawnFrame(drawer.draw(), number, times, drawer.changed)
    if len(moving) < len(numbers):
        rows = ranking(comparison.entries)
        card = FrameDrawer(RankingCard(rows, comparison.picture, comparison.note))
        frame, changed = card.draw(), card.changed
        for number in numbers[len(moving) :]:
            yield DrawnFrame(frame, number, times, changed)
            changed = NOTHING


def scene_of(
    comparison: ComparisonPicture, table: Timetable, pacing: Pacing
) -> GridScene | OverlayScene:
    """The picture of a comparison, at no time yet.

    Raises:
        BadInput: a record is damaged.
    """
    axis = axis_of(comparison, pacing)
    setting = setting_of(comparison, axis, table.times, float(pacing.exact_fps))
    layout = layout_of(len(setting.contenders), comparison.layout)
    return (GridScene if layout == "grid" else OverlayScene)(setting)


def states(
    entries: Sequence[Entry], table: Timetable, frames: Sequence[int], fps: float
) -> Iterator[ComparisonState]:
    """What all entries show in each of `frames`, which don't decrease; the last snapshots stay."""
    last = len(table) - 1
    places = np.minimum(np.asarray(frames, np.int64), last)
    players = [
        _played(entry.run, row[places]) for entry, row in zip(entries, table.indices, strict=True)
    ]
    end = int(np.searchsorted(table.times, table.times[-1]))
    for frame, place, snapshots in zip(
        frames, places.tolist(), zip(*players, strict=True), strict=True
    ):
        yield ComparisonState(
            float(table.times[place]), table.indices[:, place].tolist(), snapshots, frame,
            seconds_at_end=(frame - end) / fps if frame >= end else None,
        )  # fmt: skip


def _played(run: Record | None, indices: NDArray[np.int64]) -> Iterator[Snapshot | None]:
    """A run's snapshot in each frame; each is read once."""
    snapshots: Iterator[Snapshot] = iter(())
    if run is not None:
        snapshots = shown_snapshots(run, np.unique(indices[indices >= 0]).tolist())
    at, snapshot = -1, None
    for index in indices.tolist():
        if index != at:
            at, snapshot = index, next(snapshots)
        yield snapshot
