"""A torch network predicts in the middle of its training, and nothing of it shows."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.distributed as dist
from support.user_training import Network, Restless, X, state_of
from torch import nn

from fitreel import BadInput, Run
from fitreel.callbacks.torch_networks import check_whole, is_initialized, predict_with
from fitreel.callbacks.training_record import TrainingRecord

AT = X[:, None]


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    return Network()


def test_bits_flags_and_random_numbers_are_as_before(network: Network) -> None:
    torch.manual_seed(1)
    before = state_of(network)
    torch.manual_seed(1)
    prediction = predict_with(network, AT, None)
    assert state_of(network) == before
    assert prediction.shape == (len(X), 1) and not prediction.requires_grad
    calm = [part for part in network.layers if not isinstance(part, Restless)]
    expected = nn.Sequential(*calm).eval()(torch.tensor(AT))
    assert torch.allclose(prediction, expected, atol=0.02)


def test_also_where_it_fails(network: Network) -> None:
    torch.manual_seed(1)
    before = state_of(network)
    torch.manual_seed(1)
    with pytest.raises(ZeroDivisionError):
        predict_with(network, AT, lambda network, at: network(at) / (1 // 0))
    assert state_of(network) == before


def test_what_is_recorded_is_nobody_elses(network: Network) -> None:
    kept = torch.zeros(len(X), 1)

    def predict(network: nn.Module, at: torch.Tensor) -> torch.Tensor:
        assert not torch.is_grad_enabled()
        at += 1
        return kept

    at = AT.copy()
    prediction = predict_with(network, at, predict)
    kept += 1
    assert not prediction.any() and np.array_equal(at, AT)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_inputs_are_of_the_weights_type(network: Network, dtype: torch.dtype) -> None:
    assert predict_with(network.to(dtype), AT, None).dtype == dtype


@pytest.mark.parametrize(
    "result",
    [
        lambda z: (z, z + 1), lambda z: [z], lambda z: {"logits": z, "hidden": z + 1},
        lambda z: {"loss": z.mean(), "y": z},
    ],
)  # fmt: skip
def test_predictions_among_what_a_network_gives(result: Callable[[Any], Any]) -> None:
    assert torch.equal(predict_with(Giving(result), AT, None), torch.tensor(AT))


@pytest.mark.parametrize("result", [lambda z: {"a": z, "b": z}, lambda z: None, lambda z: ()])
def test_what_is_not_clear_is_asked_for(result: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="predict=lambda network, at"):
        predict_with(Giving(result), AT, None)


class Giving(nn.Module):
    def __init__(self, result: Callable[[Any], Any]) -> None:
        super().__init__()
        self.result = result

    def forward(self, x: torch.Tensor) -> Any:
        return self.result(x)


@pytest.fixture
def group(tmp_path: Path) -> Iterator[None]:
    """A process group of this process alone."""
    dist.init_process_group("gloo", f"file://{tmp_path}/group", rank=0, world_size=1)
    yield
    dist.destroy_process_group()


@pytest.mark.usefixtures("group")
def test_wrapped_and_compiled_networks_predict_as_they_are(network: Network) -> None:
    """Compiled for it they would be slow, and within DDP they would wait for each other."""
    wrapped = nn.parallel.DistributedDataParallel(network)
    compiled = torch.compile(wrapped, backend=refuse)
    check_whole(compiled)
    inside = nn.Sequential(torch.compile(network, backend=refuse))
    for outer in (compiled, inside):
        torch.manual_seed(1)
        assert torch.equal(predict_with(outer, AT, None), predict_with(network, AT, None))


def refuse(*_: Any) -> Any:
    raise AssertionError("compiled")


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize("kind", ["fsdp", "fsdp2", "zero-3"])
@pytest.mark.filterwarnings("ignore")  # of torch, on a machine without a GPU
def test_a_network_in_parts_is_refused(network: Network, kind: str) -> None:
    parts: nn.Module = network
    if kind == "fsdp":
        from torch.distributed.fsdp import FullyShardedDataParallel

        parts = FullyShardedDataParallel(network, device_id=torch.device("cpu"))
    elif kind == "fsdp2":
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        fully_shard(network, mesh=init_device_mesh("cpu", (1,)))
    else:  # what DeepSpeed gives each weight that is shared out
        network.layers[0].weight.ds_id = 0  # type: ignore[assignment]
    with pytest.raises(BadInput, match="ZeRO-3"):
        check_whole(parts)


def test_lazy_modules_have_their_weights_after_their_first_inputs() -> None:
    """Made by a look, they would be made of other random numbers."""
    network = nn.Sequential(nn.LazyLinear(3), nn.LazyBatchNorm1d())
    assert not is_initialized(network)
    network(torch.tensor(AT))
    assert is_initialized(network)


def test_of_a_picture_the_untrained_network_is_recorded(tmp_path: Path) -> None:
    """It has no x: its places are its pixels."""
    picture = np.random.default_rng(0).random((3, 4, 3))
    record = TrainingRecord(path=tmp_path / "r", x=None, y=picture)
    record.begin()
    record.untrained(lambda: picture)
    record.take(1, lambda: picture, loss=0.5)
    record.end("complete", {})
    run = Run(tmp_path / "r")
    assert run.epoch.tolist() == [0, 1] and run.grid_shape == (3, 4)
    np.testing.assert_allclose(run.prediction, [picture.reshape(-1, 3)] * 2, atol=1e-6)
