"""Which snapshot is on screen when: for any runs, one clock."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fitreel.render.timing.comparison_timetable import Clock, Timetable, timetable


def epochs_of(count: int, every: int) -> NDArray[np.int64]:
    return np.arange(0, count * every, every, dtype=np.int64)


def by_epoch(*epochs: Any) -> Timetable:
    own = [np.array(values, np.int64) for values in epochs]
    return timetable(own, [values / 100 for values in own], "epoch")


def test_epochs_that_agree_are_all_shown() -> None:
    table = by_epoch(epochs_of(5, 10), epochs_of(3, 10), epochs_of(3, 20))
    assert table.times.tolist() == [0, 10, 20, 30, 40]
    assert table.indices.tolist() == [[0, 1, 2, 3, 4], [0, 1, 2, 2, 2], [0, 0, 1, 1, 2]]


def test_the_epoch_that_reached_delta_may_be_any() -> None:
    table = by_epoch(epochs_of(4, 10), [0, 10, 13])
    assert table.times.tolist() == [0, 10, 20, 30]
    assert table.indices[1].tolist() == [0, 1, 2, 2]
    late = by_epoch(epochs_of(4, 10), [0, 10, 20, 30, 33])
    assert late.times.tolist() == [0, 10, 20, 30, 33] and late.indices[:, -1].tolist() == [3, 4]
    end = by_epoch(epochs_of(4, 10), [0, 20, 31])
    assert end.times.tolist() == [0, 10, 20, 30, 31]


def test_epochs_that_do_not_agree_are_evenly_spaced() -> None:
    table = by_epoch(epochs_of(5, 10), epochs_of(4, 33))
    assert len(table) == 5
    assert table.times.tolist() == [0, 25, 50, 74, 99]
    assert table.indices.tolist() == [[0, 2, 4, 4, 4], [0, 0, 1, 2, 3]]


def test_seconds_are_evenly_spaced_and_a_fast_run_is_done_early() -> None:
    epochs = epochs_of(5, 10)
    table = timetable([epochs, epochs], [np.linspace(0, 1, 5), np.linspace(0, 4, 5)], "time")
    assert table.times.tolist() == [0, 1, 2, 3, 4]
    assert table.indices.tolist() == [[0, 4, 4, 4, 4], [0, 1, 2, 3, 4]]


def test_nothing_to_show() -> None:
    assert len(by_epoch()) == 0 and len(by_epoch([], [])) == 0
    table = by_epoch([], [0, 5])
    assert table.indices.tolist() == [[-1, -1], [0, 1]]
    assert by_epoch([7]).times.tolist() == [7]


run = st.lists(st.integers(0, 10**7), unique=True, max_size=30).map(sorted)


@settings(deadline=None, max_examples=80)
@given(
    runs=st.lists(run, min_size=1, max_size=6),
    clock=st.sampled_from(["epoch", "time"]),
    odd=st.lists(st.floats(), min_size=30, max_size=30),
    strange=st.booleans(),
)
def test_any_runs(runs: list[list[int]], clock: Clock, odd: list[float], strange: bool) -> None:
    epochs = [np.array(values, np.int64) for values in runs]
    seconds = [np.array(odd[: len(e)]) if strange else e / 1e3 for e in epochs]
    table = timetable(epochs, seconds, clock)
    longest = max(map(len, epochs))
    assert longest <= len(table) <= longest + 1
    assert table.indices.shape == (len(runs), len(table))
    assert (np.diff(table.times) >= 0).all() and np.isfinite(table.times).all()
    if clock == "epoch":
        assert (np.diff(table.times) > 0).all()
    for own, at, shown in zip(epochs, seconds, table.indices, strict=True):
        assert (np.diff(shown) >= 0).all()
        if not len(own):
            assert (shown == -1).all()
            continue
        assert shown[-1] == len(own) - 1, "all runs end"
        if clock == "time" and strange:
            continue
        mine = own if clock == "epoch" else at
        for time, index in zip(table.times, shown, strict=True):
            assert mine[index] <= time or index == 0
            assert index == len(own) - 1 or mine[index + 1] > time
