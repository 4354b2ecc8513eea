"""The callback for Keras, in trainings by the library itself."""

from pathlib import Path

import numpy as np
import pytest
from support.callbacks import needs, trained

import fitreel

pytestmark = [needs("keras"), pytest.mark.long]


@pytest.mark.parametrize(
    "backend", [pytest.param(name, marks=needs(name)) for name in ("torch", "jax", "tensorflow")]
)
def test_a_training_does_not_notice(tmp_path: Path, backend: str) -> None:
    """Bits and random numbers are as without; the record says what was, over two calls of fit."""
    done = trained("keras", "harmless", tmp_path, KERAS_BACKEND=backend)
    assert done["same"]
    run = fitreel.Run(tmp_path / "r")
    assert run.epoch.tolist() == [0, 3, 4, 5, 8] and run.ending == "complete"
    assert np.isnan(run.loss[0])
    assert run.loss[1:].tolist() == [done["losses"][step - 1] for step in (3, 4, 5, 8)]
    assert np.allclose(run.prediction[-1], done["last"], atol=0.2)  # of the noise
    assert run.metrics.keys() == {"mae", "val_loss", "val_mae"}
