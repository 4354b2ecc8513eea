"""The tensors that a network is trained on, from the job's function or points."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fitreel.model.data.function import Function
from fitreel.model.data.grid_places import GRID, grid_places, pixel_places
from fitreel.model.data.points_file import Points
from fitreel.model.data.scaling import standardized
from fitreel.model.errors import BadInput
from fitreel.model.record.header import Column
from fitreel.model.settings import DataSettings
from fitreel.model.training.data.draws import draw, values_at


@dataclass(frozen=True)
class Data:
    """All on the CPU; the tensors float32, as the network sees them, classes int64."""

    x: Tensor
    """Shape (N, D): the training points, in the order that training sees."""
    y: Tensor
    """Shape (N, K), or (N,): the number of each point's class."""
    grid: Tensor | None
    """Shape (M, D): where to predict, if not at the training points."""
    truth: Tensor | None
    """Shape (M, K) or (M,): the noiseless function where the network predicts; None for points from
    a file."""
    held_out: tuple[Tensor, Tensor] | None
    """x and y of the points that are kept aside for validation."""
    own: dict[str, NDArray[Any]]
    """The same in their own units, as they are recorded, float64 of a file and where they are
    scaled: shape (N,) or (M,), of several columns (N, D) and the like."""
    inputs: tuple[Column, ...]
    """What they are called, and how they are scaled."""
    outputs: tuple[Column, ...]
    """Likewise; of classes the column that says which."""
    classes: tuple[str, ...] = ()
    """Their names."""
    grid_shape: tuple[int, ...] = ()
    """Rows and columns of the grid of two inputs at which predictions are."""


def draw_data(settings: DataSettings, function: Function | None, points: Points | None) -> Data:
    """The points of a job; what is random comes from torch's current random state.

    Args:
        settings: domain, number of points, noise, grid, scaling, validation.
        function: what is learned, or None for points from a file.
        points: those, in place of a function.

    Raises:
        BadInput: the function is not finite at every point, what is to be scaled is constant, or
            there is one class only.
    """
    dtype = torch.float64 if settings.standardize else torch.float32
    if points is None:
        assert function is not None
        x, y = draw(function, settings, dtype)
        (inputs, outputs), classes = function.names, tuple(map(str, range(function.classes)))
    else:
        x, y = _tensor(points.x), _tensor(points.y)
        inputs, outputs, classes = points.inputs, points.outputs, points.classes
    grid, grid_shape = _places(settings, x, points, dtype)
    own = {"x": x, "y": y}
    if settings.validation is not None:
        own = _split(x, y, settings.validation)
    _refuse_one_class(own["y"], classes)
    if grid is not None:
        own["grid"] = grid
    truth = None
    if function is not None and function.formulas:
        truth = _truth(function, own["x"] if grid is None else grid, x, settings)
        own["truth"] = truth
    across, along = tuple(map(Column, inputs)), tuple(map(Column, outputs))
    if settings.standardize:
        across = _standardized(across, own["x"])
        along = along if classes else _standardized(along, own["y"])

    def seen(key: str) -> Tensor | None:
        """As the network sees it: float32, or the numbers of classes."""
        values = own.get(key)
        if values is None or values.dtype == torch.int64:
            return values
        return _scaled(values, across if key.endswith(("x", "grid")) else along)

    x_seen, y_seen = seen("x"), seen("y")
    assert x_seen is not None and y_seen is not None
    aside = seen("validation_x"), seen("validation_y")
    return Data(
        x=x_seen,
        y=y_seen,
        grid=seen("grid"),
        truth=seen("truth"),
        held_out=None if aside[0] is None or aside[1] is None else (aside[0], aside[1]),
        own=_recorded(own, len(classes), is_file=points is not None),
        inputs=across,
        outputs=along,
        classes=classes,
        grid_shape=grid_shape,
    )


def _refuse_one_class(y: Tensor, classes: tuple[str, ...]) -> None:
    if classes and bool((y == y[0]).all()):
        raise BadInput(
            f"data: of {len(y):,} points to learn from each is of class {classes[int(y[0])]}; two"
            " classes are needed"
        )


def _tensor(values: NDArray[Any]) -> Tensor:
    """A copy, float64, shape (N, columns); numbers of classes stay int64, (N,)."""
    tensor = torch.from_numpy(values.copy())
    return tensor.unsqueeze(1) if tensor.ndim == 1 and tensor.is_floating_point() else tensor


def _places(
    settings: DataSettings, x: Tensor, points: Points | None, dtype: torch.dtype
) -> tuple[Tensor | None, tuple[int, ...]]:
    """Where predictions are looked at, (M, D), if not at x; the rows and columns of such a grid."""
    if points is not None and points.picture is not None:
        rows, columns = (side * settings.scale for side in points.picture)
        is_whole = settings.scale == 1 and settings.validation is None
        places = None if is_whole else torch.from_numpy(pixel_places(rows, columns))
        return places, (rows, columns)
    if x.shape[1] == 2:
        grid, shape = grid_places(x.double().numpy(), settings.grid or GRID)
        return torch.from_numpy(grid).to(x.dtype), shape
    if settings.grid is None or x.shape[1] > 2:
        return None, ()
    near = x.to(dtype)
    ends = settings.box(1)[0] if points is None else (float(near.min()), float(near.max()))
    return torch.linspace(*ends, settings.grid, dtype=dtype).unsqueeze(1), ()


def _truth(function: Function, places: Tensor, x: Tensor, settings: DataSettings) -> Tensor:
    """The noiseless function where the network predicts; see `values_at`.

    A place may lie outside of the domain: in the margin around points of two inputs, or because
    noise moved it. A function such as sqrt may have no value there, and one that numbers classes no
    class: it is what it is at the edge then, and the nearest class.
    """
    try:
        truth = values_at(function, places)
    except BadInput:
        low, high = x.amin(0), x.amax(0)
        if function.classes:  # noise has moved the points themselves
            low, high = torch.tensor(settings.box(x.shape[1]), dtype=x.dtype).T
        truth = values_at(function, places.clamp(low, high))
    return truth.clamp(0, function.classes - 1) if function.classes else truth


def _split(x: Tensor, y: Tensor, part: float) -> dict[str, Tensor]:
    """The points to learn from and those that are kept aside, both in the data's order."""
    order = torch.randperm(len(x))
    is_aside = torch.zeros(len(x), dtype=torch.bool)
    is_aside[order[: round(part * len(x))]] = True
    kept = ~is_aside
    return {
        "x": x[kept],
        "y": y[kept],
        "validation_x": x[is_aside],
        "validation_y": y[is_aside],
    }


def _standardized(columns: tuple[Column, ...], values: Tensor) -> tuple[Column, ...]:
    """The columns, with scale and offset of the points, shape (N, columns)."""
    pairs = zip(columns, values.double().numpy().T, strict=True)
    return tuple(standardized(column.name, np.ascontiguousarray(each)) for column, each in pairs)


def _scaled(values: Tensor, columns: tuple[Column, ...]) -> Tensor:
    """As the network sees values of shape (n, columns): float32."""
    if not any(column.is_scaled for column in columns):
        return values.float()
    parts = [column.scaled(each) for column, each in zip(columns, values.numpy().T, strict=True)]
    return torch.from_numpy(np.stack(parts, axis=1)).float()


def _recorded(
    tensors: dict[str, Tensor], classes: int, *, is_file: bool
) -> dict[str, NDArray[Any]]:
    """As a record has them: of a file float64; the truth of classes 1 at the one, else 0."""
    own: dict[str, NDArray[Any]] = {}
    for key, tensor in tensors.items():
        if key == "truth" and classes:
            tensor = torch.nn.functional.one_hot(tensor, classes).to(tensors["x"].dtype)
        values = (
            tensor.squeeze(1).numpy()
            if tensor.ndim == 2 and tensor.shape[1] == 1
            else (tensor.numpy())
        )
        is_number = values.dtype.kind == "f"
        own[key] = values.astype(np.float64) if is_file and is_number else values
    return own
