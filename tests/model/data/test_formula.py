"""Formulas: what they compute, what they refuse, and that they never run as code."""

import functools
import math
import random
import time

import numpy as np
import pytest
import torch

from fitreel.model.data.formula import NUMPY
from fitreel.model.data.formula_names import SIGNATURES
from fitreel.model.data.formula_parser import MAX_CHARACTERS, parse
from fitreel.model.data.formula_tokens import MAX_DEPTH
from fitreel.model.errors import BadInput
from fitreel.model.training.data.formula_tensors import TORCH

X = np.linspace(-1, 1, 100, dtype=np.float32)

HOSTILE = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "x.__class__",
    "x.real",
    "np.sin(x)",
    "x[0]",
    "[x for x in x]",
    "{x}",
    "{'a': x}",
    "(x, x)",
    "sin((x, x))",
    "x, x",
    "lambda: x",
    "lambda x: x",
    "(lambda: x)()",
    "(y := x)",
    "x if x",
    "x if x > 0",
    "await x",
    "yield x",
    "f'{x}'",
    "'x'",
    '"""x"""',
    "b'x'",
    "1j",
    "1 + 2j * x",
    "True",
    "None",
    "...",
    "sin(*x)",
    "sin(**x)",
    "sin(x=x)",
    "sin",
    "sin(sin)",
    "sin(x)(x)",
    "pi(x)",
    "eval(x)",
    "exec(x)",
    "open(x)",
    "print(x)",
    "getattr(x)",
    "x; x",
    "x\nimport os",
    "import os",
    "del x",
    "x = 1",
    "x @ x",
    "x << 1000000000",
    "x in x",
    "x is x",
    "x not in x",
    "1_000 * x",
    "0x10",
    "x\0",
    "\0",
    "x \\\n",
    "x # comment",
    "\ud800",
    "x\u200b",
    "x\u202e",
    "",
    "   ",
    "(" * 200 + "x" + ")" * 200,
    "(" * 499,
    "-" * 499 + "x",
    "not " * 100 + "x",
    "2**" * 160 + "x",
    "sin(" * 90 + "x" + ")" * 90,
    "+".join(["x"] * 240),
    "x" * 501,
    "9" * 100_000,
    "x+" * 1_000_000,
    "((((x" * 20,
    "x ? 1 : 0",
    "ｓｉｎ(x)",
    "ｘ",
    "xˣ",
    "√x",
    "x!",
    "`x`",
    "$x",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_at_once_in_one_printable_line(text: str) -> None:
    start = time.process_time()
    with pytest.raises(BadInput) as caught:
        parse(text)
    assert time.process_time() - start < 0.2
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2x", "write * between '2' and 'x' at column 2"),
        ("2 x", "write * between '2' and 'x' at column 3"),
        ("(x)(x)", "write * between ')' and '(' at column 4"),
        ("x^2", "'^' at column 2 can't be used in a formula; use ** for powers"),
        ("sine(x)", "'sine' at column 1 is not known; did you mean 'sin'?"),
        ("1 + ln(x)", "'ln' at column 5 is not known; write log(x)"),
        ("t**2", "'t' at column 1 is not known; the variable is 'x'"),
        ("sin x", "'sin' at column 1 needs parentheses: sin(x)"),
        ("y = x**2", "only the right side of '=' at column 3 is needed"),
        ("f(x)=x**2", "only the right side of '=' at column 5 is needed"),
        ("|x|", "write abs(x) for an absolute value"),
        ("0,5*x", "write 0.5, not 0,5"),
        ("x > 0 & x < 1", "a comparison such as (x > 0), in ( ), is needed at column 5"),
        ("max(x, 0, 1)", "takes 2 values, not 3: max(a, b)"),
        ("x*(x + 1", "'(' at column 3 is never closed"),
        ("x + 1)", "')' at column 6 has no '(' before it"),
        ("x +", "a value is missing after '+' at column 3"),
        ("x * / 2", "a value is missing before '/' at column 5"),
        ("x³ + ｘ", "'ｘ' at column 6 can't be used in a formula; write a plain 'x'"),
        ("1 + not x", "near column 5"),
        ("x" * 501, f"501 characters; at most {MAX_CHARACTERS}"),
        ("**".join(["x"] * 60), f"nested deeper than {MAX_DEPTH}"),
        # Balanced, so that this one meets the cap on parts and not the one on depth.
        ("+".join(["(" + "+".join(["-x*x"] * 10) + ")"] * 9), "more than 200 parts"),
    ],
)
def test_a_slip_is_told_with_its_column_and_what_to_write(text: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x**3", X**3),
        ("-x**2", -(X**2)),
        ("2**-x", 2.0**-X),
        ("-x² + 2·x⁻¹", -(X**2) + 2 * X**-1.0),
        ("2×π − τ÷4", np.full_like(X, 1.5 * math.pi)),
        ("x¹² ≤ 0.5", (X**12 <= 0.5).astype(np.float32)),
        ("1", np.ones_like(X)),
        ("x > 0", (X > 0).astype(np.float32)),
        ("2*(x > 0) - 1", 2 * (X > 0) - 1.0),
        ("-0.5 < x <= 0.5", ((X > -0.5) & (X <= 0.5)).astype(np.float32)),
        ("(x < -0.5) | (x > 0.5)", (np.abs(X) > 0.5).astype(np.float32)),
        ("not x > 0 or ~(x < 0.5)", ((X <= 0) | (X >= 0.5)).astype(np.float32)),
        ("x < -0.5 and x < 0 and x != -1", ((X < -0.5) & (X != -1)).astype(np.float32)),
        ("1 if x < 0 else 2", np.where(X < 0, 1.0, 2.0)),
        ("where(1 < 2, x, 3)", X),
        ("1if x<0else 2", np.where(X < 0, 1.0, 2.0)),
        ("min(x, 0) + max(x, 0)", X),
        ("heaviside(x, 0.5)", np.heaviside(X, np.float32(0.5))),
        ("mod(x, 0.3) - x % 0.3", np.zeros_like(X)),
        ("x // 0.3", X // 0.3),
        ("  x\n + 1\t", X + 1),
        ("007e0", np.full_like(X, 7)),
    ],
)
def test_values(text: str, expected: np.ndarray) -> None:
    y = parse(text)(X)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, expected.astype(np.float32), rtol=1e-6, atol=1e-6)
    tensor = parse(text).evaluate(torch.from_numpy(X), TORCH)
    assert tensor.dtype == torch.float32
    np.testing.assert_allclose(tensor.numpy(), y, rtol=1e-5, atol=1e-6)


def test_the_cube_is_torchs_own_bit_for_bit() -> None:
    x = torch.linspace(-1, 1, 100).unsqueeze(1)
    for text in ("x**3", "x ** 3.0", "x ** (1 + 2)", "x³"):
        assert torch.equal(parse(text).evaluate(x, TORCH), x.pow(3))


@pytest.mark.parametrize("name", sorted(SIGNATURES))
def test_every_function_is_numpys_and_torchs(name: str) -> None:
    arguments = {"where": "x > 0.5, x, 2*x", "clip": "x, 0.3, 0.6", "heaviside": "x - 0.5, 0.5"}
    default = "x, 0.4" if "," in SIGNATURES[name] else "x"
    formula = parse(f"{name}({arguments.get(name, default)})")
    x = np.linspace(0.05, 0.95, 19, dtype=np.float32)
    formula.check_finite(x, formula(x))
    tensor = formula.evaluate(torch.from_numpy(x), TORCH)
    np.testing.assert_allclose(tensor.numpy(), formula(x), rtol=2e-6, atol=2e-7)
    assert set(TORCH) == set(NUMPY)


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9",
        "1e999",
        "9" * 400,
        "1/0",
        "0 % 0",
        "(-8)**(1/3)",
        "exp(x*1e300)",
        "log(x)",
        "-1e300",
        "max(x, 1e300)",
    ],
)
def test_what_has_no_finite_value_is_quiet_quick_and_then_told(text: str) -> None:
    start = time.process_time()
    formula = parse(text)
    y = formula(X)
    formula.evaluate(torch.from_numpy(X), TORCH)
    assert time.process_time() - start < 0.2
    with pytest.raises(BadInput, match=r"is (nan|-?inf) at x = "):
        formula.check_finite(X, y)


def test_the_first_bad_point_is_named() -> None:
    formula = parse("1/(x - 0.25)")
    x = np.array([0.0, 0.25, 0.5, 0.25], dtype=np.float32)
    with pytest.raises(BadInput) as caught:
        formula.check_finite(x, formula(x))
    assert str(caught.value) == (
        "'1/(x - 0.25)' is inf at x = 0.25, the first of 2 such points;"
        " change the formula or the domain"
    )
    formula.check_finite(x[:1], formula(x[:1]))


@pytest.mark.parametrize("shape", [(), (0,), (1,), (4, 1), (2, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("text", ["2", "x", "x + 1", "x > 0", "where(x > 0, 1, 2)"])
def test_the_shape_stays_and_the_result_is_a_new_float32_array(
    shape: tuple[int, ...], dtype: type, text: str
) -> None:
    x = np.ones(shape, dtype)
    y = parse(text)(x)
    assert (y.shape, y.dtype) == (shape, np.float32)
    assert not np.shares_memory(x, y)


def test_a_chain_in_a_chain_is_computed_once() -> None:
    text = "x"
    for _ in range(18):
        text = f"(0<{text}<1)"
    start = time.process_time()
    parse(text)(X)
    assert time.process_time() - start < 0.2


# --- Generated formulas -----------------------------------------------------------------------

UNARY = [name for name, signature in SIGNATURES.items() if signature == "x"]
COMPARED = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
BINARY = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "//": np.floor_divide,
    "%": np.mod,
    "**": np.power,
}


def generated(rng: random.Random, depth: int) -> tuple[str, np.ndarray]:
    """A formula's text, and beside it the value that numpy alone gives it, in float64."""
    x = X.astype(np.float64)
    kind = rng.choice(["leaf", "binary", "binary", "unary", "minus", "two", "where", "if"])
    if depth == 0 or kind == "leaf":
        number = rng.choice(["0", "1", "2.5", ".5", "3.", "1e1", "2"])
        return rng.choice(
            [("x", x), ("x", x), ("pi", x * 0 + math.pi), (number, x * 0 + float(number))]
        )
    a, value_a = generated(rng, depth - 1)
    b, value_b = generated(rng, depth - 1)
    gap = rng.choice(["", " "])
    if kind == "binary":
        sign = rng.choice(list(BINARY))
        return f"({a}){gap}{sign}{gap}({b})", BINARY[sign](value_a, value_b)
    if kind == "unary":
        name = rng.choice(UNARY)
        return f"{name}({a})", getattr(np, name)(value_a)
    if kind == "minus":
        return f"-({a})", np.negative(value_a)
    if kind == "two":
        name = rng.choice(["minimum", "maximum"])
        return f"{name}({a},{gap}{b})", getattr(np, name)(value_a, value_b)
    sign = rng.choice(list(COMPARED))
    chosen = np.where(COMPARED[sign](value_a, value_b), value_a, value_b)
    if kind == "where":
        return f"where(({a}) {sign} ({b}), {a}, {b})", chosen
    return f"({a} if ({a}) {sign} ({b}) else {b})", chosen


def mutilated(rng: random.Random, text: str) -> str:
    pieces = [*"()*+-/%.,<>=!&|~^ x2e'\"[]{}:@\\\n\0π²é", "sin", "not ", " if ", " else "]
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice([*pieces, ""]) + text[at + rng.randint(0, 2) :]
    return text


@pytest.mark.parametrize("count", [1000, pytest.param(4000, marks=pytest.mark.long)])
def test_generated_texts_parse_to_numpys_values_or_are_refused(count: int) -> None:
    rng = random.Random(20240607)
    valid = 0
    slowest = 0.0
    for _ in range(count):
        with np.errstate(all="ignore"):
            text, expected = generated(rng, depth=rng.randint(1, 3))
        start = time.process_time()
        if len(text) <= MAX_CHARACTERS:
            try:
                formula = parse(text)
            except BadInput as error:
                assert "parts" in str(error), text
            else:
                valid += 1
                y = formula(X.astype(np.float64))
                with np.errstate(all="ignore"):
                    np.testing.assert_array_equal(y, expected.astype(np.float32), err_msg=text)
        try:
            formula = parse(mutilated(rng, text))
        except BadInput as error:
            assert str(error).isprintable()
        else:
            assert formula(X).shape == X.shape
            assert formula.evaluate(torch.from_numpy(X), TORCH).shape == X.shape
        slowest = max(slowest, time.process_time() - start)
    assert valid > 2 * count / 3
    assert slowest < 1


@pytest.mark.parametrize("operator", ["+", "-", "*", "/"])
def test_a_row_of_terms_is_not_nested(operator: str) -> None:
    formula = parse(f" {operator} ".join(f"x{n}" for n in range(1, 65)))
    assert formula.inputs == 64
    places = np.random.default_rng(0).uniform(0.9, 1.1, (5, 64))
    rows = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
    expected = [functools.reduce(rows[operator], place) for place in places]
    np.testing.assert_allclose(formula.of_places(places), expected, rtol=1e-5)
