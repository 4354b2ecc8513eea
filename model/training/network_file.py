"""The trained network of a record as torch's own file: a state_dict, and nothing that runs."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.model.training.checkpoint import network_of, tensors_of


def write_network(run: Record, path: Path) -> None:
    """Write what `torch.load(path, weights_only=True)` reads for `load_state_dict`.

    Raises:
        BadInput: nobody recorded the network, or its training diverged.
    """
    buffer = io.BytesIO()  # of a file's own name torch would make a part of the content
    torch.save(state_dict_of(run), buffer)
    path.write_bytes(buffer.getvalue())


def state_dict_of(run: Record) -> dict[str, Tensor]:
    """Parameters and buffers by name: of a whole record at its end, else as far as is recorded.

    Raises:
        BadInput: nobody recorded the network, or its training diverged.
    """
    if run.header.recorder == "program":
        raise BadInput(f"{run.path}: a program recorded it, without its network")
    if run.ending == "diverged":
        raise BadInput(f"{run.path}: diverged: there is no trained network")
    if run.state_file is None:
        return _of_last_snapshot(run)
    arrays, text = run.state()
    tensors = tensors_of(arrays)
    if "parameters" in tensors:  # of the batched engine, all in one row
        return _by_layout(run, arrays["parameters"])
    try:
        return dict(network_of(json.loads(text), tensors))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadInput(f"{run.path}: damaged: its state holds no network: {error}") from error


def _of_last_snapshot(run: Record) -> dict[str, Tensor]:
    """Where an older fitreel kept no state: weights alone, which are all of most networks."""
    *_, last = run.snapshots([len(run) - 1], weights=True)
    if last.weights is None or "batch_norm" in run.header.job.get("network", {}):
        raise BadInput(f"{run.path}: its network isn't recorded; train it again with --force")
    return _by_layout(run, last.weights)


def _by_layout(run: Record, row: NDArray[Any]) -> dict[str, Tensor]:
    ends = np.cumsum([int(np.prod(shape, dtype=int)) for _, shape in run.header.layout])
    parts = np.split(row.copy(), ends[:-1])
    layout = zip(run.header.layout, parts, strict=True)
    return {name: torch.from_numpy(part.reshape(shape)).clone() for (name, shape), part in layout}
