"""From many runs to the frames of a comparison: all entries at each time, then the ranking."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

import numpy as np

from fitreel.model.errors import BadInput
from fitreel.render.captions.caption import Caption
from fitreel.render.comparison.grid.grid_scene import GridScene
from fitreel.render.comparison.overlay.overlay_scene import OverlayScene
from fitreel.render.comparison.page.setting import Setting, setting_of
from fitreel.render.comparison.ranking.card import RankingCard
from fitreel.render.comparison.ranking.rows import ranking
from fitreel.render.comparison.readability import check_comparison, layout_of
from fitreel.render.comparison.standings.frame_state import ComparisonState
from fitreel.render.comparison.states import states
from fitreel.render.comparison_picture import ComparisonPicture
from fitreel.render.frame import DrawnFrame, FrameSelection
from fitreel.render.geometry import NOTHING
from fitreel.render.mpl.theme import load_theme
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.timing.comparison_timetable import Timetable, with_times


def comparison_frames(
    comparison: ComparisonPicture,
    table: Timetable,
    closing: int,
    selection: FrameSelection,
) -> Generator[DrawnFrame, None, None]:
    """Begin to draw entries on one clock, and then the ranking; frames are numbered from 0.

    After all frames of the film come the numbers of stills between two of them, one for each of the
    table's `snapshot_times`.

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
    count = len(table) + closing
    between = sorted(number - count for number in selection.stills if number >= count)
    numbers = [number for number in numbers if number < count]
    moving = [number for number in numbers if number < len(table)]
    if moving or between:
        setting = setting_of(comparison, table)
        scene = scene_in(setting)
        drawer = FrameDrawer(scene)
        shown = [] if not moving else _states(setting, table, moving, setting.captions.at)
        for number, state in zip(moving, shown, strict=True):
            scene.show(state)
            yield DrawnFrame(drawer.draw(), number, times, drawer.changed)
        stills = _states_between(setting, table, between) if between else []
        for number, state in zip(between, stills, strict=True):
            scene.show(replace(state, frame=count + number))
            yield DrawnFrame(drawer.draw(), count + number, 0, drawer.changed)
    if len(moving) < len(numbers):
        rows = ranking(comparison.entries)
        card = FrameDrawer(RankingCard(rows, comparison.picture, comparison.note))
        frame, changed = card.draw(), card.changed
        for number in numbers[len(moving) :]:
            yield DrawnFrame(frame, number, times, changed)
            changed = NOTHING


def _states_between(
    setting: Setting, table: Timetable, snapshots: Sequence[int]
) -> Iterator[ComparisonState]:
    """What is shown at these of the `snapshot_times`, with the captions of the frames before."""
    times = table.snapshot_times[snapshots]
    whole = with_times(table, times)
    frames: list[int] = np.searchsorted(whole.times, times).tolist()

    def caption(frame: int) -> Caption:
        before = np.searchsorted(table.times, whole.times[frame], side="right") - 1
        return setting.captions.at(max(0, int(before)))

    return _states(setting, whole, frames, caption)


def _states(
    setting: Setting, table: Timetable, frames: Sequence[int], caption: Callable[[int], Caption]
) -> Iterator[ComparisonState]:
    comparison = setting.comparison
    weights = comparison.view == "slices"
    return states(comparison.entries, table, frames, caption, weights=weights)


def scene_of(comparison: ComparisonPicture, table: Timetable) -> GridScene | OverlayScene:
    """The picture of a comparison, at no time yet.

    Raises:
        BadInput: a record is damaged.
    """
    return scene_in(setting_of(comparison, table))


def scene_in(setting: Setting) -> GridScene | OverlayScene:
    """The picture of a comparison on its page.

    Raises:
        BadInput: a record is damaged.
    """
    layout = layout_of(len(setting.contenders), setting.comparison.layout)
    return (GridScene if layout == "grid" else OverlayScene)(setting)
