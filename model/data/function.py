"""What a job's `data.function` says: formulas, one an output, classes by a formula, or a cloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.data_shape import DataShape
from fitreel.model.data.formula import Formula
from fitreel.model.data.formula_names import NAMES, input_names, input_place
from fitreel.model.data.formula_parser import parse
from fitreel.model.data.formula_tokens import did_you_mean
from fitreel.model.data.plane_targets import CLOUDS, CURVES, SURFACES, Cloud
from fitreel.model.data.precision import as_float32
from fitreel.model.data.targets import TARGETS
from fitreel.model.errors import BadInput
from fitreel.model.settings import DataSettings

_FORMULAS = {target.name: (target.formula,) for target in TARGETS} | {
    target.name: target.formulas for target in (*SURFACES, *CURVES)
}
_CLASSES = {target.name: target.classes for target in SURFACES if target.classes}
_CLOUDS = {cloud.name: cloud for cloud in CLOUDS}


@dataclass(frozen=True)
class Function:
    """The function that a network learns, parsed and checked."""

    formulas: tuple[Formula, ...]
    """One an output, or the one that numbers the classes; none of a cloud."""
    inputs: int
    classes: int = 0
    """How many; 0 where it gives numbers."""
    cloud: Cloud | None = None

    @property
    def text(self) -> str | list[str]:
        """What stands for it: formulas as they were written, a target's own where it was named."""
        if self.cloud is not None:
            return self.cloud.name
        texts = [formula.text for formula in self.formulas]
        return texts[0] if len(texts) == 1 else texts

    @property
    def shape(self) -> DataShape:
        """How many inputs and outputs it has."""
        return DataShape(self.inputs, 1 if self.classes else len(self.formulas), self.classes)

    @property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What its inputs and its outputs are called; of classes the output is the class."""
        written = {name for formula in self.formulas for name in formula.names}
        is_numbered = self.inputs > 2 or bool(written - {"x", "y"})
        inputs = tuple(f"x{n}" for n in range(1, self.inputs + 1)) if is_numbered else None
        outputs = len(self.formulas)
        if self.classes:
            names: tuple[str, ...] = ("class",)
        elif outputs == 1:
            names = ("y",) if self.inputs == 1 or is_numbered else ("z",)
        else:
            names = tuple(f"y{n}" for n in range(1, outputs + 1))
        return inputs or input_names(self.inputs), names


def function_of(settings: DataSettings) -> Function:
    """The function that a job's data are drawn from.

    Raises:
        BadInput: in one line, what is no formula, or doesn't fit the domain or the classes.
    """
    said = settings.function
    assert said is not None
    texts = [said] if isinstance(said, str) else list(said)
    words = [text.strip() for text in texts]
    clouds = [word for word in words if word in _CLOUDS]
    if clouds:
        return _of_cloud(_CLOUDS[clouds[0]], settings, len(texts))
    formulas = tuple(formula for text in texts for formula in _formulas(text, alone=len(texts) < 2))
    classes = settings.classes or (_CLASSES.get(words[0], 0) if len(words) == 1 else 0)
    if classes and len(formulas) > 1:
        raise BadInput(f"{len(formulas)} formulas and classes: one formula numbers the classes")
    DataShape(1, len(formulas)).check()
    return Function(formulas, _inputs(formulas, settings), classes)


def _formulas(text: str, *, alone: bool) -> Sequence[Formula]:
    """Those of a name, or the one that the text is."""
    word = text.strip()
    if word in _FORMULAS:
        named = _FORMULAS[word]
        if len(named) > 1 and not alone:
            raise BadInput(f"{word!r} is a curve of {len(named)} outputs; it stands alone")
        return [parse(formula) for formula in named]
    is_word = word.isascii() and word.isidentifier() and word not in NAMES
    if is_word and input_place(word) is None:
        hint = did_you_mean(word, {*_FORMULAS, *_CLOUDS, *NAMES})
        raise BadInput(f"{word[:40]!r} is neither a named function nor a formula in x{hint}")
    return [parse(text)]


def _of_cloud(cloud: Cloud, settings: DataSettings, count: int) -> Function:
    if count > 1:
        raise BadInput(f"{cloud.name!r} is a cloud of points; it stands alone")
    if settings.given("domain"):
        raise BadInput(f"{cloud.name!r} has places of its own; leave out data.domain")
    classes = settings.classes or cloud.classes
    if cloud.most_classes is not None and classes > cloud.most_classes:
        raise BadInput(f"data.classes = {classes}: {cloud.name} are {cloud.most_classes} classes")
    return Function((), 2, classes, cloud)


def _inputs(formulas: Sequence[Formula], settings: DataSettings) -> int:
    """How many inputs there are: as many as formulas need, or as the domain has pairs."""
    needed = max(formula.inputs for formula in formulas)
    pairs = settings.domain_pairs
    if pairs is not None and len(pairs) < needed:
        inputs = "1 input" if needed == 1 else f"{needed} inputs"
        raise BadInput(f"{inputs}, and data.domain has {len(pairs)} pairs; one for each, or one")
    if pairs is not None:
        return len(pairs)
    names = {name for formula in formulas for name in formula.names}
    if "y" in names and "x" not in names:
        raise BadInput(
            "a formula in y alone; the first input is x (or say data.domain for both, as"
            " [[-1, 1], [-1, 1]])"
        )
    return needed


SAMPLES = 10_000
"""So many points at most a function of several inputs is tried at."""


def sample(
    function: Function, settings: DataSettings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of about those that are drawn; of one input with a function, their very places.

    Returns:
        x, shape (M, D), and y, shape (M, K), both of the noiseless function; of classes their
        numbers, shape (M, 1). Nothing of a cloud: shapes (0, 2) and (0, 1).

    Raises:
        BadInput: it isn't finite there, or numbers other classes than there are.
    """
    if function.cloud is not None:
        return np.empty((0, 2)), np.empty((0, 1))
    box = settings.box(function.inputs)
    if function.inputs == 1:
        x = np.linspace(*box[0], settings.points)[:, None]
    else:
        low, high = np.array(box).T
        draws = np.random.default_rng(0).random((min(settings.points, SAMPLES), function.inputs))
        x = low + (high - low) * draws
    seen = x if settings.standardize else as_float32(x)
    columns = []
    for formula in function.formulas:
        y = formula(seen[:, 0]) if function.inputs == 1 else formula.of_places(seen)
        formula.check_finite(seen, y)
        columns.append(y.astype(np.float64))
    if function.classes:
        check_classes(function, columns[0])
    return x, np.stack(columns, axis=1)


def check_classes(function: Function, y: NDArray[Any]) -> None:
    """Refuse values, shape (N,), that don't number the classes.

    Raises:
        BadInput: one is no whole number from 0 to the number of classes less 1, or all are one.
    """
    wrong = y[(y != np.floor(y)) | (y < 0) | (y >= function.classes)]
    if len(wrong):
        raise BadInput(
            f"data.classes = {function.classes}: the formula gives {wrong[0]:g}; whole numbers from"
            f" 0 to {function.classes - 1} are needed"
        )
    if len(y) and y.min() == y.max():
        raise BadInput(f"class {int(y[0])} at every point; two classes are needed")


def with_one_domain(function: Function, settings: DataSettings) -> DataSettings:
    """The settings with one pair in place of equal ones, where there are as many inputs for it."""
    pairs = settings.domain_pairs
    needed = max((formula.inputs for formula in function.formulas), default=0)
    if pairs is None or len({*pairs}) > 1 or len(pairs) != needed:
        return settings
    return settings.model_copy(update={"domain": pairs[0]})


def facts_of(function: Function, settings: DataSettings) -> dict[str, Any]:
    """What stands for the function in a fingerprint: all ways of saying one are the same job."""
    facts: dict[str, Any] = {"function": function.text}
    if function.classes:
        facts["classes"] = function.classes
    pairs = settings.domain_pairs
    if pairs is not None:
        facts["domain"] = [list(pair) for pair in ([pairs[0]] if len({*pairs}) == 1 else pairs)]
        facts["inputs"] = function.inputs
    return facts


def columns_of(
    names: tuple[tuple[str, ...], tuple[str, ...]], x: NDArray[Any], y: NDArray[Any] | None
) -> list[tuple[str, NDArray[np.float64]]]:
    """Names and values of the columns of x, shape (M, D), and of y, (M, K), if it is numbers."""
    columns = list(zip(names[0], x.T, strict=True))
    return columns if y is None else columns + list(zip(names[1], y.T, strict=True))
