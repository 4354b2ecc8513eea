"""Predictions evenly spaced on the film's axis: snapshots where these are, and between them."""

import numpy as np

from fitreel.model.record.reader import Record
from fitreel.render.even_predictions import even_predictions
from fitreel.render.shown_snapshots import shown_snapshots
from fitreel.render.timing.epoch_axis import EpochAxis


def test_they_start_and_end_with_the_run(short_run: Record) -> None:
    axis = EpochAxis(float(short_run.epochs[-1]), 5.0)
    places = np.arange(0, len(short_run.x), 7)
    rows = even_predictions(short_run, axis, 5, places)
    first, last = shown_snapshots(short_run, [0, len(short_run) - 1])
    assert rows.shape == (5, len(places))
    assert np.array_equal(rows[0], first.prediction[places])
    assert np.array_equal(rows[-1], last.prediction[places])


def test_a_snapshot_beside_one_that_is_no_number_stays_itself(diverged: Record) -> None:
    axis = EpochAxis(float(diverged.epochs[-1]), 1.0)
    places = np.arange(len(diverged.x))
    row = even_predictions(diverged, axis, 2, places)[0]
    (first,) = shown_snapshots(diverged, [0])
    assert np.array_equal(row, first.prediction)


def test_a_run_shorter_than_the_axis_stays_at_its_end(short_run: Record) -> None:
    axis = EpochAxis(100 * float(short_run.epochs[-1]))
    rows = even_predictions(short_run, axis, 4, np.arange(3))
    (last,) = shown_snapshots(short_run, [len(short_run) - 1])
    assert all(np.array_equal(row, last.prediction[:3]) for row in rows[1:])
