"""A record as arrays, for other people's programs."""

import copy
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fitreel.model.record.chunk import Ending
from fitreel.model.record.reader import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Run:
    """A run folder, read: F snapshots of what a network predicted at M places, from N points.

        run = fitreel.Run("runs/demo-4f6e0c1b")
        plt.semilogy(run.epoch, run.loss)
        plt.plot(run.prediction_x, run.prediction[-1])

    Every file in the folder is checked against its digest when it is opened; predictions are read
    when they are asked for. Of a record that grows it is what was there at that moment. Nothing is
    written there, and torch isn't needed. It can be given to `make_film`, and wherever else a path
    is taken.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open the record in the folder `path`.

        Raises:
            BadInput: there is none, it is damaged, or a newer fitreel wrote it.
        """
        self._path = Path(path)
        # Where it lies stays true when the current folder changes.
        self._record = Record(self._path.absolute())

    @property
    def path(self) -> Path:
        """The run folder, as it was given."""
        return self._path

    @property
    def job(self) -> dict[str, Any]:
        """What was trained, as a job file's tables; what was left at its default isn't there."""
        return copy.deepcopy(self._record.header.job)

    @property
    def name(self) -> str:
        """What it is called."""
        return self._record.header.name

    @property
    def info(self) -> dict[str, Any]:
        """What the program that recorded it says of itself; empty of a job's."""
        return copy.deepcopy(self._record.header.info)

    @property
    def ending(self) -> Ending | None:
        """How training ended: complete, delta, diverged or interrupted; None while it hasn't."""
        return self._record.ending

    @property
    def closing(self) -> int | None:
        """The number of the snapshot that is what training came to, always the last one.

        None where there is none: in a record that is open, that reached δ before the last step, or
        that a program of yours or an older fitreel made.
        """
        return self._record.closing

    @property
    def x(self) -> "NDArray[Any]":
        """The points' inputs: shape (N,), or (N, D) of D inputs; empty where there are none.

        float64, as they stand in a file or came from a program; of a formula float32.
        """
        return self._record.x

    @property
    def y(self) -> "NDArray[Any]":
        """The points' outputs, as `x`; or, int64, shape (N,), the number of each point's class."""
        return self._record.y

    @property
    def inputs(self) -> tuple[str, ...]:
        """What the inputs are called; empty in a record of numbers only."""
        return tuple(column.name for column in self._record.header.inputs)

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the outputs are called; of classes, the one that says which."""
        return tuple(column.name for column in self._record.header.outputs)

    @property
    def classes(self) -> tuple[str, ...]:
        """What the classes are called that `y` numbers; empty where y is numbers."""
        return self._record.header.classes

    @property
    def grid_shape(self) -> tuple[int, ...]:
        """Rows and columns of the grid that `prediction_x` is, row after row; else empty.

        Rows go upwards, those of a picture downwards.
        """
        return self._record.header.grid_shape

    @property
    def validation(self) -> "tuple[NDArray[Any], NDArray[Any]] | None":
        """The points that were kept aside, as `x` and `y`; None where none were."""
        return self._record.validation

    @property
    def epoch(self) -> "NDArray[np.int64]":
        """The epoch of each snapshot: int64, shape (F,), increasing."""
        return self._record.epochs

    @property
    def loss(self) -> "NDArray[np.floating[Any]]":
        """The training loss before that epoch's step, of the closing one after it: float32, (F,).

        Of a record that a program of yours made float64, nan where it said none.
        """
        return self._record.losses

    @property
    def metrics(self) -> "dict[str, NDArray[np.float64]]":
        """Further numbers of each snapshot by name: float64, shape (F,), nan where it has none."""
        return self._record.metrics

    @property
    def seconds(self) -> "NDArray[np.float64]":
        """Seconds of training up to each snapshot: float64, shape (F,)."""
        return self._record.seconds

    @property
    def prediction_x(self) -> "NDArray[Any]":
        """Where the predictions are: shape (M,) or (M, D); `x`, or the job's finer grid."""
        return self._record.prediction_x

    @cached_property
    def prediction(self) -> "NDArray[np.floating[Any]]":
        """What the network predicted at each snapshot: float32, shape (F, M).

        In the units of `y`, and float64 where a job scales these (`data.standardize`). Of K outputs
        or classes, where these aren't one, (F, M, K); nan where it wasn't recorded.

        Raises:
            BadInput: a file has changed since the record was opened.
        """
        import numpy as np

        columns = self._record.header.predicted_columns
        shape = (len(self), len(self.prediction_x), columns)
        predictions = np.empty(shape if columns > 1 else shape[:2], self._record.prediction_dtype)
        for row, snapshot in zip(predictions, self._record.snapshots(), strict=True):
            row[:] = snapshot.prediction
        return predictions

    def __len__(self) -> int:
        """Number of snapshots, F."""
        return len(self._record)

    def __fspath__(self) -> str:
        """The run folder's path."""
        return str(self._path)

    def _repr_html_(self) -> str | None:
        """The page to scrub it, where a notebook shows its value; None where there is none."""
        from fitreel.notebook_page import shown_page

        return shown_page(self._record.path)

    def __repr__(self) -> str:
        shape = f"{len(self)} x {len(self.prediction_x)}"
        return f"<Run {str(self.path)!r}: {shape} predictions, {self.ending or 'not finished'}>"
