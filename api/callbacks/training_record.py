"""What a callback records, whatever its framework: snapshots with the numbers that come later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fitreel.model.record.chunk import Ending
from fitreel.recording.arrays import as_number, without_history

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fitreel.recorder import Recorder

RESERVED = {"step", "loss", "prediction", "keep"}
"""Names of numbers that mean something else to a recorder."""

Predict = Callable[[], Any]
"""Gives what the network predicts now."""


@dataclass
class _Snapshot:
    step: int
    loss: Any
    prediction: Predict | None
    keep: bool = False


class TrainingRecord:
    """The record of one callback: of one training, or of several that it is given one by one.

    A copy, and what was pickled, is as before the first training.
    """

    def __init__(self, **arguments: Any) -> None:
        """Nothing is opened yet.

        Args:
            arguments: what `fitreel.Recorder` takes, by their names.
        """
        self.arguments = arguments
        self._recorder: Recorder | None = None
        self._waiting: _Snapshot | None = None
        self._skipped: _Snapshot | None = None
        self._is_open = False
        self._has_kept = False

    def __getstate__(self) -> dict[str, Any]:
        return vars(TrainingRecord(**self.arguments))

    @property
    def at(self) -> "NDArray[np.float32]":
        """(M, D) float32: where predictions are expected."""
        assert self._recorder is not None
        return self._recorder.at

    @property
    def _predicts(self) -> bool:
        """Whether there are points to predict at, or numbers only are recorded."""
        return any(self.arguments.get(name) is not None for name in ("x", "y", "at"))

    @property
    def waits(self) -> bool:
        """Whether a snapshot waits for its numbers."""
        return self._waiting is not None

    def begin(self) -> None:
        """A training begins; a second one goes on in the record of the first.

        Where this isn't called, as in processes that don't record, all else does nothing.

        Raises:
            FileExistsError: something stands there already.
            TypeError: the arrays can't be recorded, as ValueError.
        """
        from fitreel import Recorder

        again = {} if self._recorder is None else {"resume": True, "overwrite": False}
        self._recorder = Recorder(**{**self.arguments, **again})
        self._waiting = self._skipped = None
        self._is_open = True

    def untrained(self, predict: Predict) -> None:
        """Record what the network predicts before its first step, step 0.

        Args:
            predict: not called where numbers only are recorded.
        """
        if self._predicts:
            self.take(0, predict)
            self.flush({})

    def take(self, step: int, predict: Predict, loss: Any = None) -> None:
        """Take a snapshot if the step is due; `flush` hands it on, with what is measured by then.

        Args:
            step: how many steps or epochs are done.
            predict: called here, and only where the step is kept.
            loss: as the framework gives it; None where it gives none.
        """
        if not self._is_open:
            return
        assert self._recorder is not None
        if self._recorder.due(step):
            self._waiting = _Snapshot(step, without_history(loss), self._outcome(predict))
            self._skipped = None
        else:
            self._skipped = _Snapshot(step, without_history(loss), predict, keep=True)

    def flush(self, metrics: Mapping[str, Any], loss: Any = None) -> None:
        """Log the snapshot that waits, if any.

        Args:
            metrics: further numbers by their names; what is no number is left out.
            loss: where the snapshot has none.
        """
        snapshot, self._waiting = self._waiting, None
        if snapshot is None or not self._is_open:
            return
        assert self._recorder is not None
        self._recorder.log(
            snapshot.step,
            loss if snapshot.loss is None else snapshot.loss,
            snapshot.prediction,
            keep=snapshot.keep,
            **numbers_of(metrics),
        )
        self._has_kept = True

    def end(self, ending: Ending, metrics: Mapping[str, Any], loss: Any = None) -> None:
        """The training is over; its last step is kept, whether it was due or not."""
        self.flush(metrics, loss)
        if self._skipped is not None and ending == "complete":
            self._waiting, self._skipped = self._skipped, None
            self._waiting.prediction = self._outcome(self._waiting.prediction)
            self.flush(metrics, loss)
        if self._is_open:
            assert self._recorder is not None
            self._is_open = False
            self._recorder.close(ending)

    def _outcome(self, predict: Predict | None) -> Predict | None:
        """What gives the prediction of now, later; None where numbers only are recorded.

        Where something is kept already, a network that can't predict doesn't end its training:
        the recorder meets the error when it asks, and warns.
        """
        if predict is None or not self._predicts:
            return None
        try:
            prediction = predict()
        except Exception as error:
            if not self._has_kept:
                raise
            reason = error

            def fail() -> Any:
                raise reason

            return fail
        return lambda: prediction


def numbers_of(metrics: Mapping[str, Any]) -> dict[str, float]:
    """What of `metrics` is a number and can be recorded by its name."""
    numbers = {}
    for name, value in metrics.items():
        if name in RESERVED or isinstance(value, bool | str):
            continue
        try:
            numbers[name] = as_number(value, name)
        except (TypeError, ValueError):  # None, or many
            continue
    return numbers
