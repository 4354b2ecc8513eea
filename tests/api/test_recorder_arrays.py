"""Numbers of any framework in a record: those that are here, and doubles of those that aren't."""

import sys
import types
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fitreel
from fitreel.recording.arrays import as_array, as_number

torch = pytest.importorskip("torch")
VALUES = np.array([0.5, -1.25, 3.0])


class Device:
    """As an array on another device: numpy may not read it, but it can be copied from there."""

    shape = (3,)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("implicit conversion is not allowed")

    def __dlpack__(self, **_: Any) -> Any:
        return VALUES.__dlpack__()

    def __dlpack_device__(self) -> Any:
        return VALUES.__dlpack_device__()


def tensors() -> dict[str, Any]:
    tensor = torch.tensor(VALUES)
    return {
        "float64": tensor,
        "bfloat16": tensor.bfloat16(),
        "half": tensor.half(),
        "grad": tensor.clone().requires_grad_(),
        "result": tensor.clone().requires_grad_() * 1,
        "strided": torch.stack([tensor, tensor])[:, :].T[:, 0],
        "negative view": torch.complex(tensor, -tensor).conj().imag,
        "parameter": torch.nn.Parameter(tensor),
        "list": list(tensor.clone().requires_grad_()),
    }


@pytest.mark.parametrize("name", tensors())
def test_tensors(name: str) -> None:
    np.testing.assert_array_equal(as_array(tensors()[name], "it"), VALUES)


@pytest.mark.parametrize(
    "value",
    [
        [0.5, -1.25, 3],
        (np.float32(0.5), Fraction(-5, 4), 3.0),
        memoryview(VALUES),
        np.ma.masked_array(VALUES),
        Device(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_else_holds_numbers(value: Any) -> None:
    np.testing.assert_array_equal(as_array(value, "it"), VALUES)


def test_what_is_masked_is_missing() -> None:
    np.testing.assert_array_equal(
        as_array(np.ma.masked_array([1, 2], [False, True]), "it"), [1, np.nan]
    )


def double(library: str, name: str, monkeypatch: pytest.MonkeyPatch, **attributes: Any) -> Any:
    """An object of a class called so, of a library that is imported."""
    monkeypatch.setitem(sys.modules, library, types.ModuleType(library))
    return type(name, (), {"__module__": f"{library}.inner", **attributes})()


@pytest.mark.parametrize(
    ("library", "name", "error", "line"),
    [
        ("jax", "Tracer", TypeError, "inside jit or grad.*jax.debug.callback"),
        ("keras", "KerasTensor", TypeError, "symbolic"),
        ("tensorflow", "SymbolicTensor", TypeError, "outside of tf.function"),
        ("tensorflow", "RaggedTensor", ValueError, "to_tensor"),
        ("tensorflow", "SparseTensor", TypeError, "to_dense"),
    ],
)
def test_what_stands_for_numbers(
    library: str, name: str, error: type[Exception], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = double(library, name, monkeypatch)
    with pytest.raises(error, match=line):
        as_array(value, "loss")


def wrong() -> dict[str, tuple[Any, str]]:
    tensor = torch.tensor(VALUES)
    return {
        "sparse": (tensor.to_sparse(), "to_dense"),
        "complex": (torch.complex(tensor, tensor), "real part"),
        "meta": (tensor.to("meta"), "no numbers"),
        "model": (torch.nn.Linear(1, 1), r"is a model \(Linear\).*rec.at"),
        "ragged": ([tensor, tensor[:2]], "ragged"),
        "text": ("0.5", "must be numbers"),
        "dates": (np.array(["2020-01-01"], "datetime64[D]"), "must be numbers"),
        "table": ({"a": 1}, "must be numbers"),
        "nothing": (None, "is None"),
        "generator": ((n for n in range(3)), "must be numbers"),
    }


@pytest.mark.parametrize("name", wrong())
def test_what_holds_none(name: str) -> None:
    value, line = wrong()[name]
    with pytest.raises((TypeError, ValueError), match=line):
        as_array(value, "prediction")


def test_one_number() -> None:
    for value in (2, 2.0, np.float32(2), np.array([[2]]), torch.tensor([2.0], requires_grad=True)):
        assert as_number(value, "loss") == 2
    with pytest.raises((ValueError, TypeError)):
        as_number(10**400, "loss")
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        as_number(VALUES, "loss")


def test_a_loop_of_torch(tmp_path: Path) -> None:
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 10)[:, None]
    network = torch.nn.Sequential(torch.nn.Linear(1, 4), torch.nn.Dropout(), torch.nn.Linear(4, 1))
    with fitreel.Recorder(tmp_path / "r", x, x**2, every=2) as rec:
        predictions = []
        for step in range(5):
            prediction = network(x)
            loss = ((prediction - x**2) ** 2).mean()
            rec.log(step, loss, prediction, grad=loss.detach().bfloat16())
            predictions.append(prediction.detach().numpy()[:, 0].copy())
    run = fitreel.Run(tmp_path / "r")
    np.testing.assert_array_equal(run.prediction, predictions[::2])
    assert network.training


def test_a_loop_of_jax(tmp_path: Path) -> None:
    jax = pytest.importorskip("jax")
    numpy = jax.numpy
    x = numpy.linspace(-1, 1, 5)
    rec = fitreel.Recorder(tmp_path / "r", x, x**3)

    @jax.jit
    def step(weight: Any) -> Any:
        with pytest.raises(TypeError, match="JAX tracer"):
            rec.log(0, 1.0, weight * x)
        return weight * x

    rec.log(0, numpy.mean(x), step(2.0).astype(numpy.bfloat16))

    @jax.jit
    def logged(weight: Any) -> Any:
        jax.debug.callback(lambda value: rec.log(None, value), weight)
        return weight

    logged(3.0).block_until_ready()
    jax.effects_barrier()
    rec.close()
    run = fitreel.Run(tmp_path / "r")
    assert run.loss.tolist() == [0, 3] and run.prediction[0].tolist() == [-2, -1, 0, 1, 2]


def test_keras(tmp_path: Path) -> None:
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    rec = fitreel.Recorder(tmp_path / "r", VALUES, VALUES)
    for value, line in ((model, "is a model"), (model.outputs[0], "symbolic")):
        with pytest.raises(TypeError, match=line):
            rec.log(0, 1.0, value)
    rec.log(0, keras.ops.mean(model(rec.at)), model(rec.at))
    rec.log(1, keras.Variable(1.0), model.predict(rec.at, verbose=0))
    rec.close()
    assert rec.failed is None and len(fitreel.Run(tmp_path / "r")) == 2


def test_tensorflow() -> None:
    tensorflow = pytest.importorskip("tensorflow")
    for kind in (tensorflow.float64, tensorflow.float16, tensorflow.bfloat16):
        np.testing.assert_array_equal(
            as_array(tensorflow.cast(tensorflow.constant(VALUES), kind), "it"), VALUES
        )
        assert as_number(tensorflow.constant(0.5, kind), "loss") == 0.5
    np.testing.assert_array_equal(as_array(tensorflow.Variable(VALUES), "it"), VALUES)

    @tensorflow.function  # type: ignore[untyped-decorator,unused-ignore]
    def traced(value: Any) -> Any:
        with pytest.raises(TypeError, match="symbolic"):
            as_array(value, "it")
        return value

    traced(tensorflow.constant(VALUES))
