"""The callback for Hugging Face's Trainer, in trainings by the library itself."""

from pathlib import Path

import numpy as np
import pytest
from support.callbacks import needs, trained

import fitreel

pytestmark = [needs("transformers", "accelerate"), pytest.mark.long]


def test_a_training_does_not_notice(tmp_path: Path) -> None:
    """Bits, flags and random numbers are as without; the record says what the Trainer logged."""
    done = trained("hugging_face", "harmless", tmp_path)
    assert done["same"]
    run = fitreel.Run(tmp_path / "r")
    assert run.epoch.tolist() == [0, 5, 10, 12] and run.ending == "complete"
    assert np.isnan(run.loss[0])
    assert run.loss[1:].tolist() == [done["losses"][step] for step in ("5", "10", "10")]
    assert np.allclose(run.prediction[-1], done["last"], atol=0.03)  # of the noise
    assert run.metrics.keys() == {"eval_loss", "grad_norm", "learning_rate"}
