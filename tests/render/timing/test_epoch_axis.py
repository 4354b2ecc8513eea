"""The axis of epochs: places, their inverse, and the numbers on it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitreel.render.timing.epoch_axis import EpochAxis, epoch_axis
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import make_timeline

EPOCHS = np.arange(0, 4001, 5)


@given(
    last=st.floats(1, 1e12),
    scale=st.none() | st.floats(1e-3, 1.0),
    first=st.sampled_from([0.0, 1.0, 1e6]),
)
def test_places_and_epochs_are_inverses(last: float, scale: float | None, first: float) -> None:
    axis = EpochAxis(first + last, None if scale is None else scale * last, first)
    places = np.linspace(0, 1, 101)
    epochs = axis.epochs(places)
    assert epochs[0] == axis.first and epochs[-1] == axis.last and (np.diff(epochs) >= 0).all()
    assert np.allclose(axis.places(epochs), places, atol=1e-6)
    assert axis.places(axis.first - 5) == 0 and axis.places(axis.last) == 1
    ticks = axis.ticks()
    assert ticks == sorted(set(ticks))
    slack = 1e-9 * (abs(axis.first) + last)
    assert all(axis.first - slack <= tick <= axis.last + slack for tick in ticks)
    assert 2 <= len(ticks) <= 25


def test_the_axis_is_linear_at_an_even_pace_and_else_begins_with_the_first_snapshots() -> None:
    assert epoch_axis([EPOCHS], Pacing()) == EpochAxis(4000)
    for pace in ("path", "loss", ((0, 0), (4000, 9))):
        assert epoch_axis([EPOCHS], Pacing(pace=pace)) == EpochAxis(4000, 5)  # type: ignore[arg-type]
    both = [EPOCHS, np.arange(0, 9001, 50)]
    assert epoch_axis(both, Pacing(pace="path")) == EpochAxis(9000, 5)


@pytest.mark.parametrize(
    ("axis", "ticks"),
    [
        (EpochAxis(4000, 5), [0, 10, 100, 1000]),
        (EpochAxis(40, 5), [0, 2, 5, 10, 20]),
        (EpochAxis(1e6, 1), [0, 10, 100, 1000, 10_000, 100_000, 1_000_000]),
        (EpochAxis(4000), [0, 1000, 2000, 3000, 4000]),
        (EpochAxis(799), [0, 200, 400, 600]),
        (EpochAxis(1), [0, 0.2, 0.4, 0.6, 0.8, 1]),
    ],
)
def test_its_numbers_are_round(axis: EpochAxis, ticks: list[float]) -> None:
    assert np.allclose(axis.ticks(), ticks)


def test_a_run_that_begins_late_begins_at_the_left() -> None:
    late = np.arange(10_000, 10_401)
    axis = epoch_axis([late], Pacing(pace="path"))
    assert axis.places(10_000) == 0 and axis.places(10_020) > 0.4
    assert epoch_axis([np.arange(1, 100)], Pacing(pace="path")).first == 0


@pytest.mark.parametrize("duration", [None, 5.0, 60.0])
def test_the_pace_log_moves_the_marker_evenly(duration: float | None) -> None:
    pacing = Pacing(pace="log", duration=duration, interpolate=True)
    line = make_timeline(EPOCHS, np.ones(len(EPOCHS)), pacing)
    steps = np.diff(line.axis.places(line.times))
    assert steps.max() / steps.min() < 1.001


@pytest.mark.parametrize("epochs", [[], [0], [7], [3, 3]])
def test_what_has_no_length_has_an_axis_all_the_same(epochs: list[int]) -> None:
    axis = epoch_axis([np.array(epochs)], Pacing(pace="path"))
    assert axis.last > axis.first and len(axis.ticks()) >= 2
    assert np.isfinite(axis.places(np.array(epochs))).all()
