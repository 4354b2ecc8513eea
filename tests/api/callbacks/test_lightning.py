"""The callback for Lightning, in trainings by the library itself."""

from pathlib import Path

import numpy as np
import pytest
from support.callbacks import needs, trained
from support.user_training import X

import fitreel

pytestmark = [needs("lightning"), pytest.mark.long]


def test_a_training_does_not_notice(tmp_path: Path) -> None:
    """Bits, flags and random numbers are as without; the record says what was."""
    done = trained("lightning", "harmless", tmp_path)
    assert done["same"]
    run = fitreel.Run(tmp_path / "r")
    assert run.epoch.tolist() == [0, 5, 10, 12] and run.ending == "complete"
    assert np.isnan(run.loss[0])
    assert run.loss[1:].tolist() == [done["losses"][step - 1] for step in (5, 10, 12)]
    assert np.allclose(run.prediction[-1], done["last"], atol=0.03)  # of the noise
    assert {"root", "val_loss"} <= run.metrics.keys()
    assert np.isfinite(run.metrics["val_loss"][1:]).all() and run.prediction.shape == (4, len(X))
    summed = fitreel.Run(tmp_path / "summed")
    assert summed.epoch.tolist() == [0, 1, 2]
    assert summed.loss[1:].tolist() == done["summed"][1::2]
    numbers = fitreel.Run(tmp_path / "numbers")
    assert numbers.epoch.tolist() == [1, 5, 9, 12] and numbers.prediction.size == 0


def test_a_second_fit_goes_on_and_anothers_record_stays(tmp_path: Path) -> None:
    done = trained("lightning", "twice", tmp_path)
    assert done["steps"] == 0 and "overwrite" in done["refused"]
    assert fitreel.Run(tmp_path / "r").epoch.tolist() == [0, 4, 8]


def test_what_fails(tmp_path: Path) -> None:
    done = trained("lightning", "fails", tmp_path)
    assert done["raised"] == ["by itself", "at once"]
    run = fitreel.Run(tmp_path / "r")
    assert run.ending == "interrupted" and run.epoch.tolist() == [0, 2, 4, 6]
    assert not (tmp_path / "wrong").exists()
    assert done["steps"] == 12 and len(done["said"]) == 1  # to its end, with one warning
    assert fitreel.Run(tmp_path / "later").epoch.tolist() == [0, 1, 2]


def test_one_of_two_processes_records(tmp_path: Path) -> None:
    trained("lightning", "ranks", tmp_path)
    assert fitreel.Run(tmp_path / "r").epoch.tolist() == [0, 2, 4]
