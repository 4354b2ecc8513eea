"""The named functions, and what a job's `data.function` may say."""

import numpy as np
import pytest

from fitreel.model.data.formula import Formula
from fitreel.model.data.function import function_of
from fitreel.model.data.targets import TARGETS, Target, lookup, preview
from fitreel.model.errors import BadInput
from fitreel.model.settings import DataSettings


def read_function(text: str) -> Formula:
    (formula,) = function_of(DataSettings(function=text)).formulas
    return formula


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_target_is_finite_and_no_constant_on_its_domain(target: Target) -> None:
    formula = read_function(target.name)
    assert formula.text == target.formula
    for points in (2, 100, 1001):
        x = np.linspace(*target.domain, points, dtype=np.float32)
        y = formula(x)
        formula.check_finite(x, y)
    assert 0.5 < np.ptp(y) < 3
    assert target.lesson.endswith(".")


def test_names_are_their_own_and_the_demo_is_among_them() -> None:
    names = [target.name for target in TARGETS]
    assert len(set(names)) == len(names) >= 12
    assert lookup("cubic").formula == "x**3"


def test_a_function_is_a_name_or_a_formula() -> None:
    x = np.linspace(-1, 1, 11, dtype=np.float32)
    np.testing.assert_array_equal(read_function(" runge ")(x), read_function("1/(1 + 25*x**2)")(x))
    assert read_function("abs(x)").text == "abs(x)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sawtoth", "did you mean 'sawtooth'?"),
        ("Runge", "did you mean 'runge'?"),
        ("qqqqqq", "'qqqqqq' is neither a named function nor a formula in x"),
        ("cosh", "'cosh' at column 1 needs parentheses: cosh(x)"),
        ("step(x)", "'step' at column 1 is not known"),
        (" ", "the formula is empty"),
        ("q" * 400, "is neither"),
    ],
)
def test_neither_is_told_with_the_nearest_name(text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_function(text)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 200


def test_an_unknown_target_is_told_with_the_nearest_or_all() -> None:
    with pytest.raises(BadInput, match="did you mean 'chirp'"):
        lookup("chrip")
    with pytest.raises(BadInput, match="there are cubic, sine"):
        lookup("qqqqqq")


def test_preview() -> None:
    assert preview(lookup("step"), rows=2, columns=6).splitlines() == ["⠀⠀⢸⠉⠉⠉", "⣀⣀⣸⠀⠀⠀"]
    assert preview(lookup("step"), rows=2, columns=6, ascii_only=True).splitlines() == [
        "  |'''",
        "..|   ",
    ]
    assert preview(lookup("sine"), rows=2, columns=8, ascii_only=True).splitlines() == [
        "||  ||  ",
        "''||''||",
    ]
    flat = Target("flat", "1", "")
    assert preview(flat, rows=1, columns=3, ascii_only=True) == "..."


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_preview_has_its_size_and_no_gap(target: Target, ascii_only: bool) -> None:
    lines = preview(target, ascii_only=ascii_only).splitlines()
    assert [len(line) for line in lines] == [24] * 4
    assert "".join(lines).isascii() == ascii_only
    blank = " " if ascii_only else "\u2800"
    assert all(set(column) != {blank} for column in zip(*lines, strict=True))
