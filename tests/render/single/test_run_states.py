"""What a themed film shows from frame to frame: true of the record, without a jump."""

import math
from pathlib import Path

import numpy as np
import pytest

import fitreel
from fitreel.model.record.reader import Record
from fitreel.render.captions.caption import Caption
from fitreel.render.captions.caption_track import CaptionTrack, Stretch
from fitreel.render.film_settings import FilmSettings
from fitreel.render.single.states.run_state import RunState, film_states, still_states
from fitreel.render.timing.loss_path import losses_at
from fitreel.render.timing.timeline import Timeline, make_timeline

RECORDS = Path(__file__).parents[2] / "data" / "records"
PACES = ("path", "log", "loss", "even", ((0, 0), (20, 2), (60, 4)))


def line_of(run: Record, **film: object) -> Timeline:
    pacing = FilmSettings(theme="light", **film).pacing(sentences=lambda: (1.5, 2.5))  # type: ignore[arg-type]
    return make_timeline(run.epochs, run.losses, pacing)


def frames_of(run: Record, line: Timeline, captions: CaptionTrack | None = None) -> list[RunState]:
    plans = list(film_states(run, line, captions or CaptionTrack((), line.fps), weights=True))
    assert len(plans) <= len(line), "what stands still is drawn once"
    return [plan.state for plan in plans for _ in range(plan.frames)]


@pytest.mark.parametrize("name", ["demo", "adam", "sine", "batches", "relu", "one", "wild"])
@pytest.mark.parametrize("pace", PACES)
def test_every_frame_lies_on_the_path_of_its_record(name: str, pace: object) -> None:
    run = Record(RECORDS / name)
    line = line_of(run, pace=pace, interpolate=True)
    states = frames_of(run, line)
    assert len(states) == len(line)
    first, last = states[0], states[-1]
    own = list(run.snapshots())
    assert not first.is_interpolated and first.snapshot.epoch == run.epochs[0]
    assert first.snapshot.prediction.tobytes() == own[0].prediction.tobytes()
    assert last.snapshot.epoch == last.epoch == run.epochs[-1]
    assert last.snapshot.loss == run.losses[-1]
    for state, now in zip(states, line.times, strict=True):
        assert state.epoch == now and state.snapshot.epoch == math.ceil(round(now, 6))
        assert (state.snapshot.epoch == 0) == (now == 0), "0 is the untrained network alone"
        assert state.snapshot.loss == pytest.approx(
            float(losses_at(line.axis, run.epochs, run.losses, now)), rel=1e-6
        )
        assert state.snapshot.prediction.dtype == run.prediction_dtype


def test_the_curve_never_jumps(short_run: Record) -> None:
    line = line_of(short_run)
    curves = np.array([state.snapshot.prediction for state in frames_of(short_run, line)])
    own = np.array([snapshot.prediction for snapshot in short_run.snapshots()])
    farthest = np.abs(np.diff(own, axis=0)).max()
    steps = np.abs(np.diff(curves, axis=0)).max(axis=1)
    moving = line.times[1:] > line.times[:-1]
    assert steps.max() < farthest, "no frame moves it as far as one snapshot does"
    assert (np.abs(np.diff(steps[moving])) < farthest / 4).all()
    assert steps[moving].max() < 6 * np.median(steps[moving])
    assert curves.min() >= own.min() - 1e-6 and curves.max() <= own.max() + 1e-6


def test_a_noisy_curve_is_the_mean_over_the_window_of_its_median(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = np.linspace(-1, 1, 20)
    with fitreel.Recorder(tmp_path / "noisy", x, x**3) as record:
        for step in range(801):
            noise = rng.normal(0, 0.1, 20)
            record.log(step, float(np.exp(rng.normal(-2, 0.3))), x + noise)
    run = Record(tmp_path / "noisy")
    states = frames_of(run, line_of(run, pace="even", interpolate=True, duration=5.0))
    assert not states[0].is_interpolated, "the first frame is a snapshot"
    curves = np.array([state.snapshot.prediction for state in states[5:]])
    assert np.abs(curves - x).max() < 0.1, "of twenty snapshots the noise is far smaller"
    own = np.array([snapshot.prediction for snapshot in run.snapshots(range(780, 801))])
    assert np.abs(own - x).max() > 0.2
    assert np.allclose(curves[-1], own.mean(axis=0), atol=0.03), "the last whole window"
    assert np.abs(np.diff(curves, axis=0)).max() < 0.1


def test_only_snapshots_are_shown_where_a_job_says_so(short_run: Record) -> None:
    states = frames_of(short_run, line_of(short_run, interpolate=False))
    assert not any(state.is_interpolated for state in states)
    own = {snapshot.epoch: snapshot for snapshot in short_run.snapshots()}
    for state in states:
        assert state.snapshot.loss == own[state.snapshot.epoch].loss
        assert state.epoch == state.snapshot.epoch
    assert states[-1].snapshot.epoch == 60


def test_the_end_is_counted_from_the_last_snapshot_on(short_run: Record) -> None:
    line = line_of(short_run, hold_end=2.0)
    seconds = [state.seconds_at_end for state in frames_of(short_run, line)]
    assert seconds[:-41] == [None] * (len(line) - 41)
    assert seconds[-41:] == [min(frame / 20, 1.5) for frame in range(41)]


def test_captions_come_and_go_in_frames_that_stand_still(short_run: Record) -> None:
    line = line_of(short_run, hold_start=2.0)
    told = CaptionTrack(
        [Stretch(0, 20, Caption("one")), Stretch(20, len(line), Caption("two"))], line.fps
    )
    states = frames_of(short_run, line, told)
    assert [state.caption for state in states] == [told.at(frame) for frame in range(len(line))]
    assert {state.epoch for state in states[:40]} == {0}


def test_stills_are_snapshots_as_they_are(short_run: Record) -> None:
    captions = CaptionTrack((), line_of(short_run).fps, lambda index: Caption(f"no. {index}"))
    stills = dict(still_states(short_run, {7, 12}, captions, weights=True))
    for number, state in stills.items():
        (snapshot,) = short_run.snapshots([number], weights=True)
        assert state.snapshot.prediction.tobytes() == snapshot.prediction.tobytes()
        assert state.caption.text == f"no. {number}" and not state.is_interpolated
        assert state.epoch == snapshot.epoch and state.seconds_at_end is None


def test_weights_go_in_straight_lines(short_run: Record) -> None:
    line = line_of(short_run)
    own = [snapshot.weights for snapshot in short_run.snapshots(weights=True)]
    states = frames_of(short_run, line)
    for state, index in list(zip(states, line.indices, strict=True))[::17]:
        before, after = own[index], own[min(index + 1, len(own) - 1)]
        weights = state.snapshot.weights
        assert before is not None and after is not None and weights is not None
        assert np.all(weights >= np.minimum(before, after) - 1e-6)
        assert np.all(weights <= np.maximum(before, after) + 1e-6)
