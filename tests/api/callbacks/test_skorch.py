"""The callback for skorch, in trainings by the library itself."""

from pathlib import Path

import numpy as np
import pytest
from support.callbacks import needs, trained

import fitreel

pytestmark = needs("skorch")


def test_a_training_does_not_notice(tmp_path: Path) -> None:
    """Bits, flags and random numbers are as without; the record says what was."""
    done = trained("skorch", "harmless", tmp_path)
    assert done["same"]
    run = fitreel.Run(tmp_path / "r")
    assert run.epoch.tolist() == [0, 3, 4, 5, 8] and run.ending == "complete"  # fit, partial_fit
    assert np.isnan(run.loss[0])
    assert run.loss[1:3].tolist() == [done["losses"][2], done["losses"][3]]
    assert np.allclose(run.prediction[2], done["last"], atol=0.03)  # of the noise
    assert np.isfinite(run.metrics["valid_loss"][1:]).all()
    numbers = fitreel.Run(tmp_path / "numbers")
    assert numbers.epoch.tolist() == [1, 2, 3, 4] and numbers.loss.tolist() == done["losses"]
    assert not {"dur", "epoch", "train_loss_best"} & run.metrics.keys()


@pytest.mark.long
def test_copies_begin_records_of_their_own(tmp_path: Path) -> None:
    done = trained("skorch", "copies", tmp_path)
    assert fitreel.Run(tmp_path / "copy").epoch.tolist() == [0, 4]
    assert fitreel.Run(tmp_path / "r").epoch.tolist() == [0, 2, 4]
    classes = fitreel.Run(tmp_path / "classes")
    assert np.allclose(classes.prediction[-1], done["probabilities"])
