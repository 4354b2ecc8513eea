"""Names beside markers, names too long for their place, and curves that share a line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fitreel.render.comparison.lines.lanes import Lanes
from fitreel.render.comparison.losses.gutter_names import name_tracks, spread
from fitreel.render.comparison.overlay.result_table import turn
from fitreel.render.comparison.page.long_names import fitted, without_shared

heights = st.lists(st.floats(0, 400), min_size=1, max_size=12)


@settings(deadline=None, max_examples=60)
@given(wishes=heights)
def test_names_keep_apart_and_inside(wishes: list[float]) -> None:
    at, tall = np.array(wishes), np.full(len(wishes), 30.0)
    places = spread(at, np.argsort(at, kind="stable").tolist(), tall, (-12, 412))
    assert np.all(np.diff(np.sort(places)) >= 30 - 1e-6)
    assert places.min() >= -12 + 15 - 1e-6 and places.max() <= 412 - 15 + 1e-6
    if len(at) == 1:
        assert places[0] == pytest.approx(np.clip(at[0], 3, 397))


def test_names_that_would_touch_stand_around_their_mean() -> None:
    places = spread(np.array([100.0, 100, 300]), [0, 1, 2], np.full(3, 20.0), (0, 400))
    assert places.tolist() == [90, 110, 300]


def test_names_change_places_late_and_smoothly() -> None:
    frames = np.arange(60)
    markers: NDArray[np.float64] = np.column_stack([100 + 0.0 * frames, 130.0 - frames])
    tracks = name_tracks(markers, np.full(2, 20.0), (0, 400), fps=20, pixel=1)
    is_above = tracks[:, 1] > tracks[:, 0]
    assert is_above[33] and not is_above[45]  # 4 px beyond, and over 0.35 s
    assert np.sum(np.diff(is_above)) == 1
    assert np.abs(np.diff(tracks, axis=0)).max() < 12
    trembling = np.column_stack([np.full(60, 100.0), 100 + 3.0 * (-1.0) ** frames])
    tracks = name_tracks(trembling, np.full(2, 20.0), (0, 400), fps=20, pixel=1)
    assert np.abs(np.diff(tracks, axis=0)).max() <= 3.1


def test_what_is_cut_keeps_what_differs() -> None:
    names = ["wide network, lr 0.01, Adam", "wide network, lr 0.05, Adam"]
    assert without_shared(names) == ["… 0.01, …", "… 0.05, …"]
    measure = lambda text, size: len(text) * size / 2  # noqa: E731
    short = fitted(["SGD", "Adam"], [100, 100], None, (20, 16, 16), measure)
    assert short.size == 20 and short.lines == [["SGD"], ["Adam"]]
    two = fitted(["SGD + momentum", "Adam"], [90, 90], None, (20, 16, 16), measure)
    assert two.lines == [["SGD +", "momentum"], ["Adam"]]
    cut = fitted(names, [60, 60], None, (20, 16, 12), measure)
    assert all("0.01" in "".join(cut.lines[0]) for _ in names) and "0.05" in cut.lines[1][0]


def test_curves_on_each_other_share_the_line_after_half_a_second() -> None:
    lanes = Lanes(0, 300, 3, fps=20, pixel=1)
    together = np.zeros((3, len(lanes.x)))
    apart = together + 10.0 * np.arange(3)[:, None]
    assert lanes.show(together, 0).tolist() == [1.0] * 10  # at the start at once
    gone = [lanes.show(apart, frame).max() for frame in range(1, 8)]
    assert gone[0] > 0.8 and gone[-1] == 0 and np.all(np.diff(gone) <= 0)
    back = [lanes.show(together, frame).max() for frame in range(8, 30)]
    assert max(back[:9]) == 0 and 0 < back[9] < 0.2 and back[-1] == 1
    near = together + 4.0 * np.arange(3)[:, None]  # neither near nor far: as before
    assert lanes.show(near, 30).max() == 1
    assert lanes.show(apart, 99).max() == 0  # a jump waits for nothing


def test_the_table_turns_over_a_second() -> None:
    times = np.arange(0, 3, 0.05)
    opacities, is_sorted = zip(*(turn(float(second), 20) for second in times), strict=True)
    assert turn(None, 20) == (1.0, False)
    assert set(opacities[:8]) == {1.0} and not any(is_sorted[:11])
    assert min(opacities) < 0.01 and all(is_sorted[13:]) and set(opacities[20:]) == {1.0}


def test_names_that_begin_together_stand_as_they_will() -> None:
    frames = np.arange(60.0)
    markers: NDArray[np.float64] = np.column_stack([200 - frames, 200 + frames, 200 - 2 * frames])
    tracks = name_tracks(markers, np.full(3, 20.0), (0, 400), fps=20, pixel=1)
    assert (np.argsort(tracks, axis=1) == [2, 0, 1]).all()
