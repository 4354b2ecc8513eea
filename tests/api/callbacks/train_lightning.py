"""Train with Lightning; what happened is printed as JSON.

python train_lightning.py harmless|twice|fails|ranks
"""

import json
import logging
import sys
import warnings
from typing import Any

import lightning
import torch
from support.user_training import Network, X, Y, state_of
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import fitreel

logging.getLogger("lightning.pytorch").setLevel("ERROR")
warnings.simplefilter("ignore")
DATA = TensorDataset(torch.tensor(X)[:, None], torch.tensor(Y)[:, None])


class Module(lightning.LightningModule):
    def __init__(self, fails_at: int = -1) -> None:
        super().__init__()
        self.network = Network()
        self.losses: list[float] = []
        self.fails_at = fails_at

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.network(x)
        return result

    def training_step(self, batch: Any, index: int) -> Tensor:
        if self.global_step == self.fails_at:
            raise ArithmeticError("by itself")
        loss = nn.functional.mse_loss(self(batch[0]), batch[1])
        self.losses.append(loss.item())
        self.log("root", loss.sqrt())
        return loss

    def validation_step(self, batch: Any, index: int) -> None:
        self.log("val_loss", nn.functional.mse_loss(self(batch[0]), batch[1]))

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), 0.1)


def trainer(*callbacks: Any, **settings: Any) -> lightning.Trainer:
    defaults = {"max_epochs": 3, "accelerator": "cpu", "devices": 1}
    return lightning.Trainer(
        callbacks=list(callbacks), logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False, **(defaults | settings),
    )  # fmt: skip


def fit(*callbacks: Any, module: Module | None = None, **settings: Any) -> Module:
    torch.manual_seed(0)
    module = module or Module()
    loader = DataLoader(DATA, 10, shuffle=True)
    trainer(*callbacks, **settings).fit(module, loader, DataLoader(DATA, 40))
    return module


def harmless() -> Any:
    alone = state_of(fit())
    module = fit(fitreel.callbacks.Lightning("r", X, Y, every=5))
    same = state_of(module) == alone
    module.eval()
    at = torch.tensor(X)[:, None]
    callback = fitreel.callbacks.Lightning("summed", X, Y)
    summed = fit(callback, accumulate_grad_batches=2, max_epochs=1)
    fit(fitreel.callbacks.Lightning("numbers", every=4))
    return {
        "same": same,
        "losses": module.losses,
        "last": module(at).flatten().tolist(),
        "summed": summed.losses,
    }


def twice() -> Any:
    callback = fitreel.callbacks.Lightning("r", X, Y, every=4)
    fit(callback, max_epochs=1)
    fit(callback, max_epochs=2)
    module = Module()
    try:
        fit(fitreel.callbacks.Lightning("r", X, Y), module=module)
    except FileExistsError as error:
        return {"refused": str(error), "steps": len(module.losses)}
    return {}


def fails() -> Any:
    raised = []
    try:
        fit(fitreel.callbacks.Lightning("r", X, Y, every=2), module=Module(fails_at=7))
    except ArithmeticError:
        raised.append("by itself")
    module = Module()
    try:
        fit(fitreel.callbacks.Lightning("wrong", X, Y, predict=lambda *_: [1.0]), module=module)
    except (TypeError, ValueError):
        raised.append("at once")
    later = iter(range(4))

    def predict(network: Any, at: Tensor) -> Tensor:
        if next(later) == 3:
            raise RuntimeError("out of memory")
        return torch.zeros(len(at))

    module = Module()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit(fitreel.callbacks.Lightning("later", X, Y, predict=predict), module=module)
    said = [str(each.message) for each in caught if "out of memory" in str(each.message)]
    return {"raised": raised, "steps": len(module.losses), "said": said}


def ranks() -> Any:
    """Two processes; a forward pass in one of them alone through DDP would hang."""
    fit(
        fitreel.callbacks.Lightning("r", X, Y, every=2),
        strategy="ddp_spawn", devices=2, max_epochs=2,
    )  # fmt: skip
    return {}


if __name__ == "__main__":
    what = {each.__name__: each for each in (harmless, twice, fails, ranks)}
    print(json.dumps(what[sys.argv[1]]()))
