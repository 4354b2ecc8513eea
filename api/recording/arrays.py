"""Numbers of any framework as numpy's; none is imported, those that are there are recognised.

What can't be read is refused with what came and what would be right.
"""

import sys
from contextlib import suppress
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from fitreel.model.limits import LARGEST_NUMBER

_REAL = "biuf"
_READ_BY_NUMPY = {"float16", "float32", "float64"}


def as_array(value: Any, what: str) -> NDArray[Any]:
    """Real numbers as an array, which may share its memory with `value`.

    Args:
        value: an array or tensor of any framework, on any device, or numbers in lists.
        what: the word for it, for messages.

    Raises:
        TypeError: it is of another kind.
        ValueError: it is ragged.
    """
    _refuse_symbols(value, what)
    if _is_kind(value, "torch", "Tensor"):
        array = _of_torch(value, what)
    elif isinstance(value, list | tuple) and not _has_plain_leaf(value):
        array = _joined([as_array(each, what) for each in value], what)
    elif isinstance(value, np.ma.MaskedArray):
        array = np.ma.filled(value.astype(np.float64), np.nan)
    else:
        array = _of_others(value, what)
    if array.dtype.kind == "c":
        raise TypeError(f"{what} is complex; give real numbers: its real part, or its size")
    return array if array.dtype.kind in _REAL else _of_odd_type(array, value, what)


def finite_table(value: Any, what: str) -> NDArray[np.float64]:
    """Finite numbers as a copy of shape (n, columns), of n at least one; (n,) is one column.

    Raises:
        TypeError: it isn't numbers.
        ValueError: it has another shape, or some aren't finite.
    """
    array = np.array(as_array(value, what), np.float64)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or not array.size:
        raise ValueError(f"{what} has shape {np.shape(array)}; it must be (n,) or (n, columns)")
    if not np.isfinite(array).all():
        count = int((~np.isfinite(array)).sum())
        raise ValueError(f"{what} has {count} values that aren't finite; leave these points out")
    if (largest := np.abs(array).max()) > LARGEST_NUMBER:
        raise ValueError(f"{what} has a value of size {largest:g}, too large to be drawn; scale it")
    return array


def as_number(value: Any, what: str) -> float:
    """One real number, of any framework.

    Raises:
        TypeError: it is of another kind.
        ValueError: it isn't one.
    """
    if type(value) is float:
        return value
    array = as_array(value, what)
    if array.size != 1:
        raise ValueError(
            f"{what} has shape {array.shape}; it must be one number, such as its mean()"
        )
    return float(array.reshape(())[()])


def without_history(value: Any) -> Any:
    """The same number without what led to it: a loss that is kept would keep its whole graph."""
    return value.detach() if _is_kind(value, "torch", "Tensor") else value


def is_model(value: Any) -> bool:
    """Whether it is a network or an estimator, of any framework, and not what it predicts."""
    pairs = (("forward", "parameters"), ("call", "trainable_weights"), ("init", "apply"))
    return any(all(hasattr(value, name) for name in pair) for pair in pairs) or (
        hasattr(value, "fit") and hasattr(value, "predict")
    )


def describe(value: Any) -> str:
    """What it is, in a few words for a message."""
    shape = getattr(value, "shape", None)
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    return kind if shape is None else f"{kind} of shape {tuple(shape)}"


def _is_kind(value: Any, library: str, name: str) -> bool:
    """Whether it is of a class `name` of that library, or of one derived from it."""
    return library in sys.modules and any(
        each.__name__ == name and each.__module__.partition(".")[0] == library
        for each in type(value).__mro__
    )


def _refuse_symbols(value: Any, what: str) -> None:
    """What stands for numbers that aren't there yet, and what isn't a rectangle of them."""
    if value is None:
        raise TypeError(f"{what} is None; give its numbers")
    if is_model(value):
        raise TypeError(
            f"{what} is a model ({type(value).__name__}), not its predictions; give what it "
            "predicts at rec.at, or a function that does"
        )
    if _is_kind(value, "jax", "Tracer"):
        raise TypeError(
            f"{what} is a JAX tracer, as inside jit or grad; return it from the compiled function "
            "and log it outside, or log by jax.debug.callback"
        )
    if _is_kind(value, "keras", "KerasTensor") or _is_kind(value, "tensorflow", "SymbolicTensor"):
        raise TypeError(
            f"{what} is symbolic ({type(value).__name__}); log what was computed: outside of "
            "tf.function, or the result of model(x) of real inputs"
        )
    if _is_kind(value, "tensorflow", "RaggedTensor"):
        raise ValueError(f"{what} is ragged; give rows of one length: .to_tensor()")
    if _is_kind(value, "tensorflow", "SparseTensor"):
        raise TypeError(f"{what} is sparse; give tf.sparse.to_dense of it")
    if hasattr(value, "toarray") and hasattr(value, "nnz"):
        raise TypeError(f"{what} is sparse; give its .toarray()")


def _of_torch(tensor: Any, what: str) -> NDArray[Any]:
    if str(tensor.layout) != "torch.strided":
        raise TypeError(f"{what} is a tensor of layout {tensor.layout}; give its .to_dense()")
    if tensor.is_complex():
        raise TypeError(f"{what} is complex; give real numbers: its real part, or its .abs()")
    if tensor.is_meta:
        raise TypeError(f"{what} is on the device meta, where tensors have no numbers")
    try:
        tensor = tensor.dequantize() if tensor.is_quantized else tensor
        tensor = tensor.detach().to("cpu").resolve_conj().resolve_neg()
        if (
            tensor.is_floating_point()
            and str(tensor.dtype).rpartition(".")[2] not in _READ_BY_NUMPY
        ):
            tensor = tensor.float()
        array: NDArray[Any] = tensor.numpy()
    except (RuntimeError, TypeError) as error:
        _refuse(what, tensor, error)
    return array


def _has_plain_leaf(value: Any) -> bool:
    """Whether lists hold what numpy reads by itself, as far as their first item tells."""
    while isinstance(value, list | tuple) and value:
        value = value[0]
    return isinstance(value, int | float | complex | str | np.generic | list | tuple)


def _joined(parts: list[NDArray[Any]], what: str) -> NDArray[Any]:
    shapes = {part.shape for part in parts}
    if len(shapes) > 1:
        raise ValueError(f"{what} is ragged: its parts have shapes {sorted(shapes)}")
    return np.stack(parts)


def _of_others(value: Any, what: str) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except Exception as error:  # whatever a library says of an array that is elsewhere
        if isinstance(error, ValueError) and "inhomogeneous" in str(error):
            raise ValueError(
                f"{what} is ragged: its rows have different lengths; give rows of one length"
            ) from None
        for read in (
            lambda: np.asarray(value.numpy()),  # a bfloat16 of TensorFlow's
            lambda: np.from_dlpack(value, device="cpu", copy=True),
        ):
            with suppress(Exception):
                return read()
        _refuse(what, value, error)


def _of_odd_type(array: NDArray[Any], value: Any, what: str) -> NDArray[Any]:
    """Numbers of types that aren't numpy's own: bfloat16, fractions."""
    if array.dtype.kind in "OV" and array.dtype.names is None:
        try:
            if array.size:
                return array.astype(np.float64)
        except (TypeError, ValueError, OverflowError):
            pass
    raise TypeError(f"{what} is {describe(value)}; it must be numbers, as an array or in lists")


def _refuse(what: str, value: Any, error: Exception) -> NoReturn:
    why = (str(error).splitlines() or [type(error).__name__])[0]
    raise TypeError(f"{what} ({describe(value)}) can't be read as an array: {why}") from error
