"""Train with Keras, whichever backend KERAS_BACKEND names; what happened is printed as JSON.

python train_keras.py harmless
"""

import json
import sys
from typing import Any

import keras
import numpy as np
from support.user_training import X, Y, digest

import fitreel


class Noise(keras.layers.Layer):
    """Draws random numbers in whatever mode, from a seed that is part of the model's state."""

    def __init__(self) -> None:
        super().__init__()
        self.seeds = keras.random.SeedGenerator(5)

    def call(self, x: Any) -> Any:
        return x + 0.01 * keras.random.normal(keras.ops.shape(x), seed=self.seeds)


def fitted(*callbacks: Any) -> tuple[Any, list[float]]:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((1,)), keras.layers.Dense(8, "relu"), keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3), Noise(), keras.layers.Dense(1),
        ]
    )  # fmt: skip
    model.compile("sgd", "mse", metrics=["mae"])
    losses: list[float] = []
    for _ in range(2):
        history = model.fit(
            X[:, None], Y[:, None], epochs=4, batch_size=10, validation_split=0.2, verbose=0,
            callbacks=list(callbacks),
        )  # fmt: skip
        losses += history.history["loss"]
    return model, losses


def state_of(model: Any) -> list[Any]:
    flags = [part.training for part in model.modules()] if hasattr(model, "modules") else []
    variables = [keras.ops.convert_to_numpy(each) for each in model.variables]
    return [digest([*variables, keras.ops.convert_to_numpy(keras.random.normal((3,)))]), flags]


def harmless() -> Any:
    alone = state_of(fitted()[0])
    model, losses = fitted(fitreel.callbacks.Keras("r", X, Y, every=3))
    same = state_of(model) == alone
    last = keras.ops.convert_to_numpy(model(X[:, None], training=False))
    return {"same": same, "losses": losses, "last": np.ravel(last).tolist()}


if __name__ == "__main__":
    print(json.dumps({"harmless": harmless}[sys.argv[1]]()))
