"""What a callback is given, the same for every framework."""

from os import PathLike
from typing import Any

from fitreel.callbacks.training_record import TrainingRecord


class TrainingCallback:
    """The part of a callback that knows no framework; its framework's own class comes after it.

    skorch's has none of this: a net is copied by the parameters that its `__init__` names.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        x: Any = None,
        y: Any = None,
        *,
        every: Any = 1,
        predict: Any = None,
        **options: Any,
    ) -> None:
        """Nothing is opened before the training starts.

        Args:
            path: the record's folder.
            x: (N,) or (N, D), as `fitreel.Recorder` takes it; without x and y numbers only are
                recorded.
            y: (N,) or (N, K).
            every: how many steps apart snapshots are, or what else a recorder takes.
            predict: takes the model and (M, D) float32 inputs, and returns the predictions; None:
                the model is called. See the class.
            options: further ones of `fitreel.Recorder`, such as `overwrite=True`.
        """
        super().__init__()
        self.record = TrainingRecord(path=path, x=x, y=y, every=every, **options)
        self.predict = predict
