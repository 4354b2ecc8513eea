"""The callback for Lightning's Trainer."""

from typing import Any

from fitreel.callbacks.torch_networks import check_whole, is_initialized, predict_with
from fitreel.callbacks.training_callback import TrainingCallback
from fitreel.model.system.extras import is_installed

if is_installed("lightning"):
    from lightning.pytorch import Callback
else:
    from pytorch_lightning import Callback


class Lightning(TrainingCallback, Callback):
    """Record what a LightningModule predicts while a Trainer trains it.

    A step is one of `trainer.global_step`, and the first snapshot is the untrained network's. The
    loss is what `training_step` returned for the last batch, before its step; metrics are
    `trainer.callback_metrics`. `predict` takes the module and inputs on its device; without it the
    module is called. Only rank 0 records.

        fitreel.callbacks.Lightning("runs/mine", x, y, every=10)
    """

    _step = 0

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Open the record.

        Raises:
            BadInput: the network is shared out among processes.
            FileExistsError: something stands at the path.
        """
        check_whole(trainer.strategy.model)
        if trainer.is_global_zero:
            self.record.begin()
        self._step = trainer.global_step
        if self._step == 0 and is_initialized(pl_module):
            self.record.untrained(lambda: self._prediction(pl_module))

    def on_train_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Take a snapshot of a step that is due; batches whose gradients are summed are none."""
        if trainer.global_step > self._step:
            self._step = trainer.global_step
            loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
            if loss is not None and pl_module.automatic_optimization:
                # It comes divided, as its gradients are summed.
                loss = loss * trainer.accumulate_grad_batches
            self.record.take(self._step, lambda: self._prediction(pl_module), loss)

    def on_train_batch_start(
        self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int
    ) -> None:
        """Log the snapshot before, with what was measured since."""
        if self.record.waits:
            self.record.flush(trainer.callback_metrics)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Close the record."""
        self.record.end("complete", trainer.callback_metrics)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Close the record: it is whole up to here."""
        self.record.end("interrupted", trainer.callback_metrics)

    def _prediction(self, pl_module: Any) -> Any:
        return predict_with(pl_module, self.record.at, self.predict)
