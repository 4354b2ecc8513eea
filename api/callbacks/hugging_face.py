"""The callback for the Trainer of Hugging Face's transformers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from transformers import TrainerCallback

from fitreel.callbacks.torch_networks import check_whole, is_initialized, predict_with
from fitreel.callbacks.training_callback import TrainingCallback

CLOCKS = ("_runtime", "_per_second", "total_flos", "train_loss", "epoch")
"""How the names end of what the Trainer logs about itself, and of a mean of the whole training."""


class HuggingFace(TrainingCallback, TrainerCallback):
    """Record what a model predicts while a Trainer trains it.

    A step is one of `state.global_step`, and the first snapshot is the untrained model's. Loss and
    metrics are what the Trainer has logged last: the loss is a mean over the steps since the log
    before, and there is a new one every `logging_steps` (500 unless `TrainingArguments` says
    otherwise). `predict` takes the model and inputs on its device; without it the model is called,
    and gives predictions or has them as its `logits`. Only the first process records.

        fitreel.callbacks.HuggingFace("runs/mine", x, y, every=10)
    """

    _logs: Mapping[str, Any] = MappingProxyType({})

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Open the record.

        Raises:
            BadInput: the model is shared out among processes.
            FileExistsError: something stands at the path.
        """
        check_whole(kwargs["model"])
        if state.is_world_process_zero:
            self.record.begin()
        self._logs = {}
        if state.global_step == 0 and is_initialized(kwargs["model"]):
            self.record.untrained(lambda: self._prediction(kwargs["model"]))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Take a snapshot of a step that is due; what is logged of it comes after this."""
        self.record.take(state.global_step, lambda: self._prediction(kwargs["model"]))

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Remember what the Trainer has measured."""
        measured = {name: it for name, it in (logs or {}).items() if not name.endswith(CLOCKS)}
        self._logs = {**self._logs, **measured}

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Log the snapshot before."""
        self.record.flush(self._logs, self._logs.get("loss"))

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Close the record."""
        self.record.end("complete", self._logs, self._logs.get("loss"))

    def _prediction(self, model: Any) -> Any:
        return predict_with(model, self.record.at, self.predict)
