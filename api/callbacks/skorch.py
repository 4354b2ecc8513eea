"""The callback for skorch's NeuralNet and its kin."""

from os import PathLike
from typing import Any

from skorch.callbacks import Callback

from fitreel.callbacks.torch_networks import (
    check_whole,
    evaluating,
    is_initialized,
    unwrapped,
)
from fitreel.callbacks.training_record import TrainingRecord
from fitreel.recording.ranks import rank

BOOKKEEPING = ("epoch", "dur", "_count", "_best")
"""How the names end of what skorch's history holds beside numbers to look at."""


class Skorch(Callback):
    """Record what a net predicts while `fit` trains it.

    A step is an epoch that is done, and the first snapshot is the untrained net's. The loss is
    skorch's `train_loss`: the mean over the epoch's batches, while they were trained; metrics are
    the other numbers of `net.history`. `partial_fit` goes on in the same record, `fit` begins it
    anew.

        NeuralNetRegressor(Net, callbacks=[fitreel.callbacks.Skorch("runs/mine", x, y)])
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
            every: how many epochs apart snapshots are, or what else a recorder takes.
            predict: takes the net and (M, D) float32 inputs, and returns the predictions; None:
                `net.predict_proba`, which is a regressor's `predict`.
            options: further ones of `fitreel.Recorder`, such as `overwrite=True`.
        """
        # All of these are parameters, which a copy of the net is made with; what ends in _ is none.
        self.path, self.x, self.y, self.every, self.predict = path, x, y, every, predict
        self.__dict__.update(options)
        self.record_ = TrainingRecord()

    def on_train_begin(self, net: Any, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        """Open the record.

        Raises:
            BadInput: the network is shared out among processes.
            FileExistsError: something stands at the path.
        """
        check_whole(net.module_)
        parameters = self.get_params(deep=False)
        del parameters["predict"]
        self.record_.arguments = parameters
        if not rank(ask_jax=False):
            self.record_.begin()
        if not net.history and is_initialized(net.module_):
            self.record_.untrained(lambda: self._predictions(net))

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        """Record a snapshot of an epoch that is due."""
        row = net.history[-1]
        self.record_.take(len(net.history), lambda: self._predictions(net), row.get("train_loss"))
        self.record_.flush(_metrics(row))

    def on_train_end(self, net: Any, X: Any = None, y: Any = None, **kwargs: Any) -> None:
        """Close the record."""
        row = net.history[-1] if net.history else {}
        self.record_.end("complete", _metrics(row))

    def _predictions(self, net: Any) -> Any:
        parts = [getattr(net, f"{name}_") for name in (*net._modules, *net._criteria)]
        with evaluating(*map(unwrapped, parts)):
            return (self.predict or type(net).predict_proba)(net, self.record_.at)


def _metrics(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in row.items()
        if name != "train_loss" and not name.endswith(BOOKKEEPING)
    }
