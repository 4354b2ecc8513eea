"""The pace "path": the marker of the loss moves evenly along its path, whatever the loss is."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitreel.render.timing.epoch_axis import EpochAxis, epoch_axis
from fitreel.render.timing.loss_path import filled, losses_at
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.path_pace import path_places
from fitreel.render.timing.running_median import is_noisy, running_median
from fitreel.render.timing.timeline import make_timeline

EPOCHS = np.arange(0, 4001, 5)
FALLING = 0.01 + 0.3 / (1 + (EPOCHS / 400) ** 6)
"""Nothing happens for long, then most of it at once: at epoch 400."""
PATH = Pacing(pace="path", interpolate=True)


def test_the_marker_moves_evenly_along_its_path() -> None:
    line = make_timeline(EPOCHS, FALLING, PATH)
    assert len(line) == 190 and line.times[0] == 0 and line.times[-1] == 4000
    losses = np.log(losses_at(line.axis, EPOCHS, FALLING, line.times))
    height = (losses - losses.min()) / np.ptp(losses) / 2
    steps = np.hypot(np.diff(line.axis.places(line.times)), np.diff(height))
    middle = steps[8:-8]
    assert middle.max() / middle.min() < 1.6
    assert steps[0] < middle.min() / 3 and steps[-1] < middle.min() / 3, "eased in and out"
    fall = np.count_nonzero((losses < np.log(0.25)) & (losses > np.log(0.02)))
    even = make_timeline(EPOCHS, FALLING, Pacing(pace="log", duration=9.5, interpolate=True))
    before = np.log(losses_at(even.axis, EPOCHS, FALLING, even.times))
    assert fall > 1.5 * np.count_nonzero((before < np.log(0.25)) & (before > np.log(0.02)))


def test_a_constant_moves_by_epochs_alone() -> None:
    line = make_timeline(EPOCHS, np.full(len(EPOCHS), 0.3), PATH)
    steps = np.diff(line.axis.places(line.times))[6:-6]
    assert steps.max() / steps.min() < 1.001


def test_noise_takes_no_time() -> None:
    noise = np.exp(np.random.default_rng(0).normal(0, 0.3, len(EPOCHS)))
    quiet, noisy = (make_timeline(EPOCHS, each, PATH).times for each in (FALLING, FALLING * noise))
    axis = EpochAxis(4000, 5)
    assert np.abs(axis.places(quiet) - axis.places(noisy)).max() < 0.1
    assert is_noisy(FALLING * noise) and not is_noisy(FALLING)
    assert not is_noisy(np.exp(-np.arange(20.0))), "what falls fast is not noisy"


def test_what_leaves_the_picture_takes_no_more_time() -> None:
    diverging = np.concatenate([FALLING[:700], np.geomspace(0.01, 1e30, 101)])
    line = make_timeline(EPOCHS, diverging, PATH)
    capped = make_timeline(EPOCHS, np.minimum(diverging, 310.0), PATH)
    assert np.allclose(line.times, capped.times)


def test_several_runs_share_the_time() -> None:
    early = 0.01 + 0.3 / (1 + (EPOCHS / 40) ** 6)
    axis = epoch_axis([EPOCHS], PATH)
    both = path_places(axis, [(EPOCHS, FALLING), (EPOCHS, early)], 190, 20)
    alone = path_places(axis, [(EPOCHS, early)], 190, 20)
    stay = [np.count_nonzero(np.abs(each - axis.places(400)) < 0.05) for each in (both, alone)]
    assert stay[0] > 1.3 * stay[1], "the second run's fall takes time, too"


def test_runs_of_other_epochs_share_one_film() -> None:
    short = EPOCHS[:100]
    times = np.union1d(EPOCHS, short + 1)
    runs = [(EPOCHS, FALLING), (short + 1, FALLING[:100])]
    line = make_timeline(times, [], PATH, runs)
    assert line.times[0] == 0 and line.times[-1] == 4000 and len(line) == 190


@settings(deadline=None, max_examples=60)
@given(
    losses=st.lists(
        st.floats(width=32) | st.sampled_from([0.0, 1.0, 2.0, np.nan]), min_size=1, max_size=30
    ),
    frames=st.integers(1, 200),
    scale=st.sampled_from([None, 5.0]),
)
def test_any_loss_has_a_path(losses: list[float], frames: int, scale: Any) -> None:
    epochs = np.arange(len(losses)) * 5
    axis = EpochAxis(max(float(epochs[-1]), 1.0), scale)
    places = path_places(axis, [(epochs, losses)], frames, 20)
    assert places.shape == (frames,) and (np.diff(places) >= 0).all()
    assert places[-1] == 1 and (frames == 1 or places[0] == 0)
    medians = running_median(axis, epochs, losses)
    assert medians.shape == (len(losses),)
    assert np.isfinite(medians).all() or not np.isfinite(np.float64(losses)).any()


def test_the_median_is_cut_at_the_start_and_stands_at_the_end() -> None:
    axis = EpochAxis(400.0)
    epochs = np.arange(401)
    losses = np.exp(np.random.default_rng(1).normal(0, 1, 401))
    medians = running_median(axis, epochs, losses)
    assert medians[0] == pytest.approx(np.exp(np.median(np.log(losses[:6]))))
    assert medians[200] == pytest.approx(np.median(losses[195:206]))
    assert np.allclose(medians[395:], np.median(losses[390:401]))


def test_a_loss_goes_straight_on_a_log_plot() -> None:
    axis = EpochAxis(4000, 5)
    epochs, losses = np.array([0, 5, 4000]), np.array([1.0, 0.1, 0.001])
    assert losses_at(axis, epochs, losses, epochs).tolist() == losses.tolist()
    middle = axis.epochs((axis.places(5) + 1) / 2)
    assert losses_at(axis, epochs, losses, middle) == pytest.approx(0.01)
    assert losses_at(axis, epochs, [1.0, 0.0, -2.0], middle) == pytest.approx(-1)
    assert losses_at(axis, [7], [0.5], [0, 7, 4000]).tolist() == [0.5] * 3
    assert filled([np.nan, 2, np.inf, 1]).tolist() == [2, 2, 2, 1]
