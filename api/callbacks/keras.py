"""The callback for Keras 3, whatever its backend."""

from contextlib import ExitStack
from typing import Any

import keras

from fitreel.callbacks.training_callback import TrainingCallback


class Keras(TrainingCallback, keras.callbacks.Callback):
    """Record what a model predicts while `fit` trains it.

    A step is an epoch that is done, and the first snapshot is the untrained model's. Loss and
    metrics are what Keras gives at an epoch's end: means over its batches, while they were trained.
    `predict` takes the model and (M, D) float32 inputs; without it the model is called with
    `training=False`. A second `fit` with the same callback goes on in the same record.

        model.fit(x, y, epochs=100, callbacks=[fitreel.callbacks.Keras("runs/mine", x, y)])
    """

    _done = 0
    _before = 0
    """Epochs of earlier calls of `fit`, which counts from 0 in each."""

    def on_train_begin(self, logs: Any = None) -> None:
        """Open the record.

        Raises:
            FileExistsError: something stands at the path.
        """
        self.record.begin()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Count on from the epochs that are done; the first begins with the untrained model."""
        self._before = max(self._before, self._done - epoch)
        if self._before + epoch == 0:
            self.record.untrained(self._predictions)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Record a snapshot of an epoch that is due."""
        self._done = self._before + epoch + 1
        logs = logs or {}
        self.record.take(self._done, self._predictions, logs.get("loss"))
        self.record.flush(logs)

    def on_train_end(self, logs: Any = None) -> None:
        """Close the record."""
        self.record.end("complete", logs or {})

    def _predictions(self) -> Any:
        """What the model predicts; no state of its layers changes, neither that of their seeds.

        Raises:
            TypeError: the model has several outputs.
        """
        model, at = self.model, self.record.at
        with ExitStack() as stack:
            if keras.backend.backend() == "torch":
                from fitreel.callbacks.torch_networks import evaluating

                stack.enter_context(evaluating(model))
            if self.predict is not None:
                return self.predict(model, at)
            state = [
                [variable.value for variable in variables]
                for variables in (model.trainable_variables, model.non_trainable_variables)
            ]
            outputs, _ = model.stateless_call(*state, at, training=False)
            if isinstance(outputs, dict | list | tuple):
                raise TypeError(
                    f"the model has {len(outputs)} outputs: say which of them are the predictions, "
                    "as predict=lambda model, at: model(at, training=False)[…]"
                )
            return keras.ops.convert_to_numpy(outputs)
