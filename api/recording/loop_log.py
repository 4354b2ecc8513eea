"""What a loop logs, step after step: which steps are kept, and of these what is recorded."""

import operator
import time
from contextlib import suppress
from typing import Any

import numpy as np

from fitreel.model.record.chunk import MOST_METRICS, Ending
from fitreel.model.record.snapshot import Snapshot
from fitreel.recording.arrays import as_number, without_history
from fitreel.recording.callables import call_with
from fitreel.recording.run_log import RunLog
from fitreel.recording.schedule import Every, Schedule

LARGEST_STEP = 2**63 - 1


class LoopLog:
    """The steps of one loop, recorded in `run_log`."""

    def __init__(self, run_log: RunLog, every: Every) -> None:
        self.run_log = run_log
        self.step: int | None = None
        """The last one, kept or not."""
        self._next = 0
        self._schedule = Schedule(every)
        self._waiting: tuple[int, float, Any, dict[str, Any]] | None = None
        """Step, seconds, loss and metrics of the last step where it wasn't kept."""
        self._started: float | None = None

    def start_after(self, step: int | None) -> None:
        """Where a step has no number, count on from this one."""
        self._next = 0 if step is None else step + 1

    def due(self, step: Any) -> bool:
        """Whether the step is kept.

        Raises:
            TypeError, ValueError: it isn't a whole number of 0 or more.
        """
        return self._schedule.due(self._next if step is None else _whole(step))

    def skip(self, step: Any) -> None:
        """Take a step that another rank records: what is due then stays the same on all."""
        with suppress(TypeError, ValueError):
            self.due(step)
            self._next = 1 + (self._next if step is None else _whole(step))

    def take(
        self, step: Any, loss: Any, prediction: Any, keep: bool, metrics: dict[str, Any]
    ) -> None:
        """Record the step if it is due, or is to be kept anyway.

        Raises:
            TypeError, ValueError: something isn't numbers, or doesn't fit.
            FileExistsError, Busy, BadInput, CannotWrite: as `RunLog.add`.
        """
        number = self._number(step)
        now = time.monotonic()
        if self._started is None:
            self._started = now
        seconds = now - self._started
        if self._schedule.due(number) or keep:
            if callable(prediction) and not hasattr(prediction, "__array__"):
                prediction = call_with(prediction, self.run_log.points.places)
                if prediction is None:
                    raise TypeError("prediction: the function gives None; return the predictions")
            self._add(number, seconds, loss, prediction, metrics)
        else:
            lean = {name: without_history(value) for name, value in metrics.items()}
            self._waiting = number, seconds, without_history(loss), lean
            self.step, self._next = number, number + 1

    def finish(self, ending: Ending) -> None:
        """Keep the last step's numbers, due or not, and say how the training ended."""
        if self._waiting is not None:
            step, seconds, loss, metrics = self._waiting
            self._add(step, seconds, loss, None, metrics)
        self.run_log.finish(ending, self._next if ending == "complete" else self.step)

    def _number(self, step: Any) -> int:
        if step is None:
            return self._next
        number = _whole(step)
        if self.step is not None and number <= self.step:
            raise ValueError(
                f"step {number} comes after step {self.step}; steps must grow: count them through "
                "(epoch * batches + batch), or leave step out"
            )
        return number

    def _add(
        self, step: int, seconds: float, loss: Any, prediction: Any, metrics: dict[str, Any]
    ) -> None:
        log = self.run_log
        if prediction is not None:
            prediction = log.points.read(prediction)
            points = log.points if log.began else log.points.as_predicted(prediction)
            prediction, log.points = points.prediction(prediction), points
        if len(metrics) > MOST_METRICS:
            raise ValueError(f"{len(metrics)} metrics; a snapshot has at most {MOST_METRICS}")
        nothing = np.full(log.points.prediction_shape, np.nan, np.float32)
        snapshot = Snapshot(
            epoch=step,
            loss=np.nan if loss is None else as_number(loss, "loss"),
            seconds=seconds,
            prediction=nothing if prediction is None else prediction,
            metrics={
                name: as_number(value, name) for name, value in metrics.items() if value is not None
            },
            has_prediction=prediction is not None,
        )
        before = self.step, self._next
        # Before it is there: Ctrl-C in between must not let it come twice.
        self.step, self._next = step, step + 1
        try:
            log.add(snapshot)
        except Exception:
            if not log.began:  # it may be tried again
                self.step, self._next = before
            raise
        self._waiting = None


def _whole(step: Any) -> int:
    if isinstance(step, bool) or (isinstance(step, float) and not step.is_integer()):
        raise TypeError(f"step = {step!r}; must be a whole number")
    try:
        number = int(step) if isinstance(step, float) else operator.index(step)
    except TypeError:
        raise TypeError(f"step = {step!r}; must be a whole number") from None
    if not 0 <= number <= LARGEST_STEP:
        raise ValueError(f"step = {number}; must be 0 or more, and fit in 64 bits")
    return number
