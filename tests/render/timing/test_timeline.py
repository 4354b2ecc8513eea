"""Which snapshot is in which frame: for any run, pace, length and frame rate."""

import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitreel.model.errors import BadInput
from fitreel.render.timing.comparison_timetable import resampled, timetable
from fitreel.render.timing.pace import LONGEST_STAY
from fitreel.render.timing.pace_settings import MOTION_SECONDS, Pacing, check_pace
from fitreel.render.timing.timeline import Timeline, make_timeline

RATES = [Fraction(rate) for rate in (10, 20, 24, 25, 30, 50, 60)]
PACES: list[Any] = ["even", "log", "loss", "path"]


def falling(count: int) -> Any:
    """A loss that falls to 0.01, most of it early."""
    return 0.01 + np.exp(-np.arange(count) / max(count / 8, 1))


def line_of(count: int, **options: Any) -> Timeline:
    options = {"fps": Fraction(20)} | options
    return make_timeline(np.arange(count) * 5, falling(count), Pacing(**options))


def counts(line: Timeline, count: int) -> Any:
    return np.bincount(line.indices, minlength=count)


def test_even_is_one_frame_a_snapshot() -> None:
    line = line_of(800)
    assert line.indices.tolist() == list(range(800)) and not line.blend.any()
    assert len(line) == 800 and line.seconds == 40 and line.second_of(10) == Fraction(1, 2)


def test_holds_stand_still() -> None:
    line = line_of(10, hold_start=0.5, hold_end=1.0)
    assert line.indices.tolist() == [0] * 10 + list(range(10)) + [9] * 20
    assert (line.hold_start, line.hold_end) == (10, 20)
    assert line.first_frame_of(0) == 0 and line.first_frame_of(3) == 13


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("pace", PACES)
def test_a_duration_holds_to_the_frame(fps: Fraction, pace: Any) -> None:
    for seconds in (0.1, 1, 7.3, 30):
        line = line_of(800, fps=fps, pace=pace, duration=seconds, hold_end=0.04)
        assert len(line) == math.floor(Fraction(str(seconds)) * fps + Fraction(1, 2))
        assert line.indices[-1] == 799 and (line.indices[0] == 0 or len(line) == 1)


def test_half_a_frame_is_rounded_up_whatever_floats_are() -> None:
    # As binary floats 0.1 x 25 is a hair above 2.5, and 1.1 x 25 = 27.5.
    assert len(line_of(9, fps=Fraction(25), duration=0.1)) == 3
    assert len(line_of(9, fps=Fraction(25), duration=1.1)) == 28
    assert len(line_of(9, fps=Fraction(20), duration=0.3)) == 6


def test_even_skips_and_repeats_evenly() -> None:
    for count, seconds in [(800, 5), (800, 60), (7, 3), (1000, 0.1), (3, 0.1)]:
        line = line_of(count, duration=seconds)
        steps = np.diff(line.indices)
        assert steps.max() - steps.min() <= 1
        stays = counts(line, count)[np.unique(line.indices)]
        assert stays.max() - stays.min() <= 1


def test_one_snapshot_and_one_frame() -> None:
    for pace in PACES:
        assert line_of(1, pace=pace).indices.tolist() == [0]
        assert line_of(1, pace=pace, duration=0.2, interpolate=True).indices.tolist() == [0] * 4
        assert line_of(50, pace=pace, duration=0.05).indices.tolist() == [49]
        assert line_of(50, pace=pace, duration=0.1).indices.tolist() == [0, 49]
    filled = line_of(50, duration=1, hold_start=0.5, hold_end=0.5)
    assert filled.indices.tolist() == [0] * 10 + [49] * 10
    assert line_of(50, duration=1, hold_end=1).indices.tolist() == [0] + [49] * 19


def test_log_is_slow_early_and_fast_late() -> None:
    line = line_of(800, pace="log", duration=40)
    at = [int(line.indices[int(len(line) * part)]) for part in (0.25, 0.5, 0.75)]
    assert at[0] < 40 and at[1] < 130 and at[2] < 400
    assert counts(line, 800).max() <= LONGEST_STAY * 20 + 1
    speeds = [b - a for a, b in pairwise([0, *at, 799])]
    assert speeds == sorted(speeds)


def test_log_is_the_logarithm_where_no_snapshot_stays_too_long() -> None:
    epochs = np.unique(np.geomspace(1, 4001, 300).astype(int)) - 1
    line = make_timeline(epochs, np.ones(len(epochs)), Pacing(Fraction(20), "log", duration=10))
    for second in range(2, 10):
        wanted = math.expm1(math.log1p(4000) * second * 20 / 199)
        shown = epochs[line.indices[second * 20]]
        assert shown <= wanted * 1.02 and shown >= wanted * 0.93 - 2


def test_loss_changes_equally_in_every_second() -> None:
    losses = falling(2000)
    line = make_timeline(np.arange(2000), losses, Pacing(Fraction(50), "loss", duration=10))
    seconds = losses[line.indices[::50]]
    changes = -np.diff([*seconds, losses[-1]])
    assert np.allclose(changes, changes.mean(), rtol=0.05)


def test_up_counts_as_down() -> None:
    line = make_timeline(np.arange(5), [4, 3, 2, 3, 4], Pacing(Fraction(20), "loss", duration=2))
    assert counts(line, 5).tolist() == [10, 10, 10, 9, 1]


def test_a_leap_of_the_loss_is_no_standstill() -> None:
    losses = np.concatenate([[100.0], np.linspace(1, 0, 799)])
    line = make_timeline(np.arange(800), losses, Pacing(Fraction(20), "loss"))
    assert 19 <= counts(line, 800)[0] <= 21, "a second, not nearly the whole film"
    diverging = np.concatenate([np.linspace(1, 0.1, 700), np.geomspace(0.1, 1e30, 100)])
    line = make_timeline(np.arange(800), diverging, Pacing(Fraction(20), "loss"))
    assert 250 < line.indices[400] < 750


@pytest.mark.parametrize(
    "losses", [np.ones(40), np.full(40, np.nan), [np.inf] * 39 + [1.0], np.zeros(40)]
)
def test_without_any_change_loss_is_even(losses: Any) -> None:
    even = make_timeline(np.arange(40), losses, Pacing(Fraction(20), "even", duration=5))
    line = make_timeline(np.arange(40), losses, Pacing(Fraction(20), "loss", duration=5))
    assert line.indices.tolist() == even.indices.tolist()


def test_losses_that_are_not_finite_change_nothing() -> None:
    losses = [3.0, np.nan, 2.0, np.inf, 1.0, np.nan]
    line = make_timeline(np.arange(6), losses, Pacing(Fraction(20), "loss", duration=2))
    stays = counts(line, 6)
    assert stays[0] == 0 or stays[1] > 0
    assert 18 <= stays[:2].sum() <= 21


def test_several_runs_count_alike() -> None:
    losses = [[1000.0, 0, 0, 0, 0], [5.0, 5, 5, 5, 1]]
    line = make_timeline(np.arange(5), losses, Pacing(Fraction(20), "loss", duration=1))
    # The first run's change comes first, the second's last.
    assert counts(line, 5).tolist() == [10, 0, 0, 9, 1]


def test_points_say_when_an_epoch_is_there() -> None:
    points: Any = ((0, 0), (100, 10), (3995, 20))
    line = line_of(800, pace=points)
    assert len(line) == 400
    for second, epoch in [(0, 0), (5, 50), (10, 100), (15, 2045)]:
        assert line.indices[second * 20] * 5 == epoch
    assert line.indices[-1] == 799
    held = line_of(800, pace=points, hold_start=1, hold_end=2)
    assert len(held) == 460 and held.indices[20 + 100] * 5 == 50


def test_points_may_begin_late_and_end_beyond_the_run() -> None:
    line = line_of(100, pace=((50, 2), (10_000, 4)), hold_start=1)
    assert set(line.indices[:60].tolist()) == {10}, "its first epoch stands until its second"
    assert line.indices[-1] == 99 and len(line) == 100
    early = line_of(100, pace=((0, 0), (100, 2)))
    assert early.indices[-1] == 99 and early.indices[-2] < 21, "the end is always seen"


def test_between_frames() -> None:
    line = line_of(5, duration=1, interpolate=True)
    position = line.indices + line.blend
    assert np.allclose(position, np.linspace(0, 4, 20))
    assert line.blend.any() and line.blend[0] == line.blend[-1] == 0
    assert not line_of(800, interpolate=True).blend.any(), "one frame a snapshot needs none"
    assert not line_of(5, duration=1).blend.any()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"pace": ((0, 0), (10, 5), (10, 6))}, ["film.pace", "out of order", "point 3", "epoch"]),
        ({"pace": ((0, 3), (10, 2))}, ["film.pace", "out of order", "point 2", "second"]),
        ({"pace": ((0, 0),)}, ["film.pace", "at least two"]),
        ({"pace": ((0, 0), (math.inf, 1))}, ["film.pace", "point 2"]),
        ({"pace": ((0, 0), (-1.0, 1))}, ["film.pace", "point 2"]),
        ({"pace": "slow"}, ["film.pace", "even, log, loss, path"]),
        ({"pace": ((0, 0), (9, 9)), "duration": 9}, ["film.duration", "film.pace"]),
        ({"duration": 2, "hold_start": 1, "hold_end": 1.1},
         ["film.duration", "film.hold_start", "film.hold_end"]),
        ({"duration": 0.01}, ["film.duration", "frame"]),
        ({"duration": 1e9}, ["film.duration", "too many"]),
        ({"hold_end": 1e9}, ["film.hold_end", "too many"]),
    ],
)  # fmt: skip
def test_what_no_film_can_do(options: Any, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        line_of(10, **options)
    for word in words:
        assert word in str(caught.value)


def test_a_pace_is_checked_before_there_is_a_run() -> None:
    for pace in [*PACES, ((0, 0), (1, 2.5)), [[0, 1], [2, 3]]]:
        check_pace(pace)
    with pytest.raises(ValueError, match="out of order"):
        check_pace([[0, 1], [2, 1]])


def test_frames_of_a_comparison_are_chosen_alike() -> None:
    epochs = [np.arange(0, 500, 5), np.arange(0, 250, 5)]
    table = timetable(epochs, [values / 100 for values in epochs], "epoch")
    line = make_timeline(table.times, falling(len(table)), Pacing(Fraction(25), "log", duration=3))
    chosen = resampled(table, line)
    assert len(chosen) == 75 and chosen.indices.shape == (2, 75)
    assert chosen.indices[:, -1].tolist() == [99, 49]
    assert (np.diff(chosen.times) >= 0).all() and (np.diff(chosen.indices) >= 0).all()


points = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 60_000)), min_size=2, max_size=6
).map(lambda pairs: sorted({e for e, _ in pairs}) and list(zip(
    sorted({e for e, _ in pairs}), sorted({s / 1000 for _, s in pairs}), strict=False
))).filter(lambda pairs: len(pairs) >= 2)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(
    times=st.lists(st.integers(0, 10**7), unique=True, min_size=1, max_size=60).map(sorted),
    odd=st.lists(st.floats(width=32), min_size=60, max_size=60),
    fps=st.sampled_from([*RATES, Fraction(30000, 1001), Fraction(1, 10), Fraction(240)]),
    pace=st.sampled_from(PACES) | points,
    duration=st.none() | st.floats(0.001, 100),
    holds=st.tuples(st.floats(0, 5), st.floats(0, 5)),
    interpolate=st.booleans(),
    seconds=st.booleans(),
)
def test_any_film(
    times: list[int],
    odd: list[float],
    fps: Fraction,
    pace: Any,
    duration: float | None,
    holds: tuple[float, float],
    interpolate: bool,
    seconds: bool,
) -> None:
    own = np.array(times) / (977 if seconds else 1)
    if not isinstance(pace, str):
        pace, duration = tuple(pace), None
    try:
        line = make_timeline(
            own, odd[: len(times)], Pacing(fps, pace, duration, *holds, interpolate=interpolate)
        )
    except BadInput:
        assert duration is not None
        assert duration * fps < 0.6 or sum(holds) + 1.1 / fps > duration
        return
    last = len(times) - 1
    assert line.indices.dtype == np.int64 and line.blend.dtype == np.float64
    assert line.indices.shape == line.blend.shape == (len(line),) and len(line) >= 1
    assert line.indices.min() >= 0 and line.indices.max() <= last
    assert (line.blend >= 0).all() and (line.blend < 1).all()
    assert not line.blend[line.indices == last].any()
    assert interpolate or not line.blend.any()
    assert (np.diff(line.indices + line.blend) >= 0).all(), "nothing comes back"
    assert line.indices[-1] == last
    if isinstance(pace, str) and len(line) > 1:
        assert line.indices[0] == 0
    if duration is not None:
        assert abs(len(line) - duration * fps) <= 0.5 + 1e-6
    elif isinstance(pace, str):
        moving = max(1, math.floor(MOTION_SECONDS * fps + Fraction(1, 2)))
        moving = moving if pace == "path" and last else len(times)
        assert len(line) == moving + line.hold_start + line.hold_end
    assert line.times.shape == (len(line),) and (np.diff(line.times) >= 0).all()
    at_snapshot = line.blend == 0
    assert line.times[-1] == own[-1]
    assert (line.times[at_snapshot] == own[line.indices[at_snapshot]]).all()
    assert (own[line.indices] <= line.times).all()
    still = line.indices + line.blend
    assert len(set(still[: line.hold_start].tolist())) <= 2  # of one frame the end is shown
    assert line.hold_end == 0 or line.indices[len(line) - line.hold_end :].tolist() in (
        [last] * line.hold_end,
        [0] + [last] * (line.hold_end - 1),
    )
