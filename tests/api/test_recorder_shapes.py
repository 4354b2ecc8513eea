"""Loops of classes, grids and pictures: what is recorded of them, and the picture that follows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio.v3
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from support.program import Fitreel

import fitreel as package
from fitreel.model.data.grid_places import grid_places
from fitreel.model.record.reader import Record
from fitreel.render.view import view_of

RNG = np.random.default_rng(5)
X = RNG.uniform(-1, 1, (12, 2))
X[0], X[1] = (-1, -1), (1, 1)
DIGITS = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.3)
WORDS = np.array(["pear", "apple", "fig"])[DIGITS]
SIDE = 4
GRID, SHAPE = grid_places(X, SIDE)


def likely(at: NDArray[Any], classes: int = 3) -> NDArray[np.float64]:
    """How likely each class is, of something at places (M, 2)."""
    powers = np.exp(np.arange(classes) * at[:, :1] + at[:, 1:])
    return np.asarray(powers / powers.sum(1, keepdims=True), np.float64)


def recorded(folder: Path, y: Any, predict: Any, x: Any = X, **settings: Any) -> Record:
    """A loop of one step."""
    settings = {"at": SIDE, "overwrite": True} | settings
    with package.Recorder(folder / "r", x, y, **settings) as rec:
        rec.log(0, 0.5, predict(rec.at) if callable(predict) else predict)
    return Record(folder / "r")


def prediction(run: Record) -> NDArray[Any]:
    return next(run.snapshots()).prediction


@pytest.mark.parametrize(
    ("y", "settings", "names", "numbers"),
    [
        (WORDS, {}, ("apple", "fig", "pear"), [[2, 0, 1][n] for n in DIGITS]),
        (WORDS.tolist(), {"classes": True}, ("apple", "fig", "pear"), None),
        (DIGITS, {}, ("0", "1", "2"), DIGITS),
        (10 * DIGITS - 5, {"classes": True}, ("-5", "5", "15"), DIGITS),
        (DIGITS[:, None].astype(np.float32), {"classes": True}, ("0", "1", "2"), DIGITS),
        (torch.tensor(DIGITS), {"classes": ["a", "b", "c"]}, ("a", "b", "c"), DIGITS),
        (WORDS, {"classes": ["pear", "apple", "fig"]}, ("pear", "apple", "fig"), DIGITS),
        (np.eye(3)[DIGITS], {"classes": True}, ("0", "1", "2"), DIGITS),
    ],
    ids=["words", "list", "numbers", "gaps", "column", "named", "own order", "columns"],
)
def test_classes(
    y: Any, settings: Any, names: tuple[str, ...], numbers: Any, tmp_path: Path
) -> None:
    run = recorded(tmp_path, y, likely, **settings)
    assert run.header.classes == names and view_of(run, None) == "regions"
    assert run.y.dtype == np.int64 and (numbers is None or run.y.tolist() == list(numbers))
    np.testing.assert_array_equal(prediction(run), np.float32(likely(np.float32(GRID))))


def test_numbers_stay_numbers_where_one_is_predicted(tmp_path: Path) -> None:
    """As before there were classes; and where words of it are wrong."""
    run = recorded(tmp_path, DIGITS, lambda at: at[:, 0])
    assert run.header.classes == () and view_of(run, None) == "field"
    run = recorded(tmp_path, np.eye(3)[DIGITS], likely)
    assert run.header.classes == () and len(run.header.outputs) == 3


LOGITS = RNG.normal(size=(len(GRID), 3)).astype(np.float32)
TWO = (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize(
    ("y", "settings", "predicted", "right"),
    [
        (DIGITS, {"logits": True}, LOGITS, torch.tensor(LOGITS).softmax(1).numpy()),
        (
            TWO,
            {"logits": True},
            LOGITS[:, :1],
            torch.tensor(LOGITS[:, 0].repeat(2).reshape(-1, 2) * [0, 1]).softmax(1).numpy(),
        ),
        (TWO, {"classes": True}, likely(GRID, 2)[:, 1], likely(GRID, 2)),
        (TWO, {}, torch.tensor(likely(GRID, 2), dtype=torch.bfloat16), likely(GRID, 2)),
        (WORDS, {}, np.array(["fig", "apple"] * 10)[: len(GRID)], None),
        (DIGITS, {"classes": True}, np.arange(len(GRID)) % 3, None),
        (DIGITS, {}, likely(GRID).reshape(*SHAPE, 3), likely(GRID)),
    ],
    ids=["logits", "one logit", "one column", "bfloat16", "words", "numbers", "grid"],
)
def test_what_predictions_of_classes_are(
    y: Any, settings: Any, predicted: Any, right: Any, tmp_path: Path
) -> None:
    run = recorded(tmp_path, y, predicted, **settings)
    table = prediction(run)
    assert table.shape == (len(GRID), len(run.header.classes))
    np.testing.assert_allclose(table.sum(1), 1, atol=0.01)
    if right is not None:
        np.testing.assert_allclose(table, right, atol=0.005)
    elif isinstance(predicted[0], str):
        names = np.array(run.header.classes)[table.argmax(1)]
        assert names.tolist() == predicted.tolist()
    else:
        assert table.argmax(1).tolist() == predicted.tolist()


XX, YY = np.meshgrid(np.linspace(-2, 2, 5), np.linspace(0, 3, 4))


@pytest.mark.parametrize(
    ("at", "shape"),
    [
        (np.c_[XX.ravel(), YY.ravel()], (4, 5)),
        (np.c_[XX.ravel("F"), YY.ravel("F")], (4, 5)),
        (np.c_[XX.ravel(), YY.ravel()][::-1], (4, 5)),
        (np.dstack([XX, YY]), (4, 5)),
        ((XX, YY), (4, 5)),
        (torch.cartesian_prod(torch.linspace(0, 1, 3), torch.linspace(0, 1, 4)), (4, 3)),
        (np.c_[XX.ravel(), YY.ravel() ** 2], ()),
        (np.c_[XX.ravel(), YY.ravel()][:-1], ()),
    ],
    ids=["rows", "columns", "turned", "mesh", "pair", "product", "uneven", "a place missing"],
)
def test_grids_of_any_order(at: Any, shape: tuple[int, ...], tmp_path: Path) -> None:
    """What is recorded is what was predicted there, whatever the order."""
    rec = package.Recorder(tmp_path / "r", X, X[:, 0], at=at, truth=lambda at: at[:, 0] + at[:, 1])
    flat = np.asarray(at)
    if flat.ndim == 3:
        flat = flat.reshape(-1, 2) if flat.shape[2] == 2 else flat.reshape(2, -1).T
    np.testing.assert_array_equal(rec.at, np.float32(flat))
    rec.log(0, None, lambda at: at[:, 0] + 10 * at[:, 1])
    rec.close()
    run = Record(tmp_path / "r")
    assert run.header.grid_shape == shape
    places = run.prediction_x
    np.testing.assert_allclose(prediction(run), places[:, 0] + 10 * places[:, 1], rtol=1e-6)
    np.testing.assert_allclose(run.truth, places.sum(1), rtol=1e-6)
    if shape:
        table = places.reshape(*shape, 2)
        assert (np.diff(table[0, :, 0]) > 0).all() and (np.diff(table[..., 0], axis=0) == 0).all()


PIXELS = RNG.integers(0, 256, (3, 5, 3), dtype=np.uint8)


def test_pictures(tmp_path: Path) -> None:
    run = recorded(tmp_path, PIXELS, lambda at: np.full((3, 5, 3), 0.5), x=None, at=None)
    assert run.header.grid_shape == (3, 5) and view_of(run, None) == "picture"
    np.testing.assert_array_equal(run.y, PIXELS.reshape(-1, 3) / 255)
    # The same, by the places of its pixels.
    run = recorded(tmp_path, PIXELS.reshape(-1, 3) / 255, PIXELS / 255, x=run.x, at=None)
    assert run.header.grid_shape == (3, 5) and view_of(run, None) == "picture"
    run = recorded(tmp_path, PIXELS[..., 0], PIXELS[..., 0], x=None, at=None)
    assert run.header.grid_shape == (3, 5) and view_of(run, None) == "field"


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_what_is_predicted_of_a_picture_is_read_as_the_picture(tmp_path: Path, kind: Any) -> None:
    most = np.iinfo(kind).max if np.issubdtype(kind, np.integer) else 1
    picture = (RNG.random((3, 5, 3)) * most).astype(kind)
    run = recorded(tmp_path, picture, picture, x=None, at=None)
    np.testing.assert_array_equal(run.y, picture.reshape(-1, 3) / most)
    np.testing.assert_allclose(prediction(run), run.y, atol=1e-6)


@pytest.mark.parametrize(
    ("y", "predicted", "message"),
    [
        (PIXELS.astype(np.int64), 0, "y is a picture of int64; give uint8, or colours from 0 to 1"),
        (PIXELS.astype(np.float64), 0, "go from 0 to 2"),
        (PIXELS / 255 - 0.5, 0, "go from -0.4"),
        (PIXELS, PIXELS.astype(np.int64), "prediction is a picture of int64"),
    ],
)
def test_colours_that_are_none_are_refused(
    tmp_path: Path, y: Any, predicted: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        recorded(tmp_path, y, predicted, x=None, at=None)


@pytest.mark.parametrize("name", ["a\x1b[31m", "\udce9", "", " "])
def test_classes_that_cannot_be_read_are_refused(tmp_path: Path, name: str) -> None:
    words = np.array([name, "b"])[(X[:, 0] > 0).astype(int)]
    for y, classes in ((words, None), ((X[:, 0] > 0).astype(int), [name, "b"])):
        with pytest.raises(ValueError, match="can't be read; give it another name"):
            package.Recorder(tmp_path / "r", X, y, classes=classes)


def test_of_two_inputs_there_is_a_grid_and_points_will_do(tmp_path: Path) -> None:
    rec = package.Recorder(tmp_path / "r", X, X[:, 0])
    places, shape = grid_places(X)
    np.testing.assert_array_equal(rec.at, np.float32(places))
    assert recorded(tmp_path, X[:, 0], np.zeros(shape), at=None).header.grid_shape == shape
    assert recorded(tmp_path, DIGITS, likely(X), at=None).header.classes == ("0", "1", "2")
    assert Record(tmp_path / "r").header.grid_shape == ()


@pytest.mark.parametrize(
    ("arguments", "predicted", "message"),
    [
        ({"y": ["a"] * 12}, None, "'a' at every point; two classes"),
        ({"y": [3] * 12, "classes": True}, None, "2 to 50 different ones"),
        ({"y": np.arange(60), "x": np.zeros((60, 2)), "classes": True}, None, "60 different"),
        ({"y": WORDS, "classes": ["fig", "apple"]}, None, "'pear', which is none of"),
        ({"y": DIGITS + 0.5, "classes": True}, None, "aren't whole"),
        ({"y": X, "classes": True}, None, r"shape \(12, 2\), and isn't 1 in one column"),
        ({"y": WORDS[:-1]}, None, "x has 12 points, y 11"),
        ({"y": DIGITS}, LOGITS, r"row 0 is .* no probabilities.*logits=True"),
        ({"y": DIGITS, "classes": True}, likely(GRID, 2), r"shape \(\d+, 2\); expected \(\d+, 3\)"),
        ({"y": DIGITS, "classes": True}, LOGITS[:, 0], r"each of the 3 classes"),
        ({"y": DIGITS}, likely(GRID, 4), r"expected \(\d+,\).*classes=True"),
        ({"y": WORDS}, np.array(["plum"] * len(GRID)), "'plum', which is none of"),
        ({"y": np.zeros((4, 4, 4)), "x": None}, None, "alpha"),
        ({"y": np.zeros((2, 600, 3)), "x": None}, None, "600 x 2; at most 512 x 512"),
        ({"y": DIGITS, "at": 1000}, None, "2 to 512"),
        ({"y": DIGITS, "x": RNG.random((12, 3)), "at": 9}, None, "x has 3"),
    ],
)
def test_what_does_not_fit_says_what_and_what_would(
    arguments: Any, predicted: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        recorded(tmp_path, predict=predicted, **arguments)
    assert not (tmp_path / "r").exists()


def test_a_loop_of_classes_goes_on_and_another_one_does_not(tmp_path: Path) -> None:
    def loop(y: Any, **settings: Any) -> None:
        with package.Recorder(tmp_path / "r", X, y, at=SIDE, **settings) as rec:
            rec.log(None, 1.0, likely)

    loop(DIGITS)
    loop(DIGITS, resume=True)
    loop(DIGITS, classes=True, resume=True)
    assert Record(tmp_path / "r").epochs.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match=r"the classes 0, 1, 2, not with the classes apple"):
        loop(WORDS, resume=True)
    with pytest.raises(ValueError, match=r"with the classes 0, 1, 2, not with numbers"):
        loop(X[:, 0], resume=True)


FILMS: list[tuple[Any, Any, Callable[[Any], Any]]] = [
    (X, WORDS, likely),
    (X, X[:, 0], lambda at: at[:, 1]),
    (RNG.random((12, 4)), DIGITS, lambda at: likely(at[:, :2])),
    (X[:, 0], X, lambda at: np.hstack([at, at])),
]


def test_pictures_of_them(fitreel: Fitreel, tmp_path: Path) -> None:
    """Regions, a field, a confusion matrix, curves; without a loss they have no plot of one."""
    for number, (x, y, predict) in enumerate(FILMS):
        with package.Recorder(tmp_path / f"{number}", x, y) as rec:
            rec.log(prediction=predict)
        done = fitreel("render", f"{number}", "-o", f"{number}.png")
        assert done.returncode == 0, done
        if number < 2:  # right of a field
            beside = imageio.v3.imread(tmp_path / f"{number}.png")[240:, 450:]
            assert (beside == beside[0, 0]).all()
