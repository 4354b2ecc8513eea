"""A formula in x, from text to numbers, without ever running the text as code.

Three steps, each with its own refusals: the text is cut into tokens and checked one by one, which
is where a slip such as `2x` or `sin x` gets its advice; Python's `ast` finds the structure; an own
walk over it keeps only what is listed here. Numbers are Python floats, so `x ** 3` is `x.pow(3.0)`.
"""

import ast
import difflib
import functools
import math
import operator
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput

MAX_CHARACTERS = 500
MAX_NODES = 200
MAX_DEPTH = 40

CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}

# How each function is called; the number of names is the number of values it takes.
SIGNATURES = {
    **dict.fromkeys(["sin", "cos", "tan", "arcsin", "arccos", "arctan"], "x"),
    **dict.fromkeys(["sinh", "cosh", "tanh", "sinc"], "x"),
    **dict.fromkeys(["exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt"], "x"),
    **dict.fromkeys(["abs", "sign", "floor", "ceil", "round"], "x"),
    "heaviside": "x, at_zero",
    "minimum": "a, b",
    "maximum": "a, b",
    "mod": "a, b",
    "clip": "x, low, high",
    "where": "condition, a, b",
}
SYNONYMS = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "min": "minimum",
    "max": "maximum",
}
FUNCTION_NAMES = {*SIGNATURES, *SYNONYMS}
NAMES = {"x", *CONSTANTS, *FUNCTION_NAMES}

# What arrays of numpy and tensors of torch do alike by themselves.
OPERATORS: Mapping[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "negative": operator.neg,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "and": lambda *truths: functools.reduce(operator.and_, truths),
    "or": lambda *truths: functools.reduce(operator.or_, truths),
    "not": operator.invert,
}

# The named functions, and `full_like`, for numpy; formula_torch.py holds torch's.
NUMPY: Mapping[str, Callable[..., Any]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "cbrt": np.cbrt,
    "sinc": np.sinc,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.round,
    "heaviside": np.heaviside,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "clip": np.clip,
    "where": np.where,
    "full_like": np.full_like,
}


# --- The tree ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """A constant, as a Python float; may be infinite."""

    value: float


@dataclass(frozen=True)
class Variable:
    """The x of the formula."""


@dataclass(frozen=True)
class Apply:
    """A function or operator, by its name in `OPERATORS` or in a table such as `NUMPY`."""

    name: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True)
class Compare:
    """`a < b`, or a chain such as `0 < x <= 1`; an operand in the middle is computed once."""

    names: tuple[str, ...]
    operands: "tuple[Node, ...]"


Node = Number | Variable | Apply | Compare


def _is_condition(node: Node) -> bool:
    """Whether `node` is true or false; everything else is a number."""
    return isinstance(node, Compare) or (
        isinstance(node, Apply) and node.name in ("and", "or", "not")
    )


def _as_number(node: Node) -> Node:
    return Apply("where", (node, Number(1.0), Number(0.0))) if _is_condition(node) else node


# --- The formula ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Formula:
    """A formula in x that has passed every check. Made by `parse`."""

    text: str
    """As it was written."""
    tree: Node

    def __call__(self, x: NDArray[Any]) -> NDArray[np.float32]:
        """The formula on `x` (any shape), in x's own precision; float32 of x's shape, a new array.

        What has no value is NaN or infinite, silently: see `check_finite`.
        """
        x = np.asarray(x)
        if x.dtype.kind != "f":
            x = x.astype(np.float64)
        # One dimension at least: numpy makes Python-like scalars of arrays without any.
        value = self.evaluate(x.reshape(-1), NUMPY)
        with np.errstate(all="ignore"):
            return np.array(value, dtype=np.float32).reshape(x.shape)

    def evaluate(self, x: Any, functions: Mapping[str, Callable[..., Any]]) -> Any:
        """The formula on an array of any library, in x's dtype and shape.

        `functions` gives that library's own under the names in `NUMPY`. The formula `x` gives x
        itself, not a copy.
        """
        with np.errstate(all="ignore"):
            value = _value(self.tree, x, functions)
            return functions["full_like"](x, value) if isinstance(value, float) else value

    def check_finite(self, x: NDArray[Any], y: NDArray[Any]) -> None:
        """Raise BadInput where `y`, the formula on `x`, is not finite: the first such x, and y."""
        bad = np.flatnonzero(~np.isfinite(y))
        if bad.size:
            first_x, first_y = x.reshape(-1)[bad[0]], y.reshape(-1)[bad[0]]
            others = f", the first of {bad.size} such points" if bad.size > 1 else ""
            raise BadInput(
                f"{_shortened(self.text)} is {first_y:g} at x = {first_x:g}{others};"
                " change the formula or the domain"
            )


def _value(node: Node, x: Any, functions: Mapping[str, Callable[..., Any]]) -> Any:
    """A float or a bool where x has no part in it, otherwise an array of numbers or truths."""
    match node:
        case Number(value):
            return value
        case Variable():
            return x
        case Apply(name, arguments):
            values = [_value(argument, x, functions) for argument in arguments]
            return _applied(name, values, x, functions)
        case Compare(names, operands):
            values = [_value(operand, x, functions) for operand in operands]
            truths = [
                _applied(name, [left, right], x, functions)
                for name, left, right in zip(names, values, values[1:], strict=False)
            ]
            return _applied("and", truths, x, functions)


def _applied(
    name: str, values: list[Any], x: Any, functions: Mapping[str, Callable[..., Any]]
) -> Any:
    if all(isinstance(value, float | bool) for value in values):
        # numpy's scalars give infinity and NaN where Python's floats raise or turn complex.
        scalars = [np.asarray(value)[()] for value in values]
        return (OPERATORS.get(name) or NUMPY[name])(*scalars).item()
    if name in OPERATORS:
        return OPERATORS[name](*values)
    if name == "where" and isinstance(values[0], bool):
        return values[1] if values[0] else values[2]
    # Named functions of torch want tensors, and numpy's `where` of two floats forgets x's dtype.
    arrays = [functions["full_like"](x, v) if isinstance(v, float) else v for v in values]
    return functions[name](*arrays)


# --- Parsing ----------------------------------------------------------------------------------


def parse(text: str) -> Formula:
    """The formula that `text` says.

    Raises BadInput, in one line that says what is wrong and at which column (from 1), for anything
    that is not a formula in x made of `NAMES`, numbers, operators, comparisons and conditions, or
    that is longer than the caps of this module.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadInput(
            f"the formula has {len(text)} characters; at most {MAX_CHARACTERS} are allowed"
        )
    tokens = _tokens(text)
    if not tokens:
        raise BadInput("the formula is empty; write one in x, such as x**3")
    _check_equals_sign(tokens)
    _check_order(tokens)

    # Joined again with blanks, so that `1if` and the like never reach Python's own tokenizer, and
    # with a point in every number, so that Python makes floats and never long integers.
    words = [f"{t.text}." if t.text.isdigit() else t.text for t in tokens]
    starts = [sum(len(word) + 1 for word in words[:i]) for i in range(len(words))]
    columns = [token.column for token in tokens]

    def column(offset: int) -> int:
        return columns[max(bisect_right(starts, offset) - 1, 0)]

    try:
        expression = ast.parse(" ".join(words), mode="eval").body
    except SyntaxError as error:
        raise BadInput(
            f"the formula can't be read near column {column((error.offset or 1) - 1)};"
            " 'not' and 'if' stand in ( ), and an 'if' has an 'else'"
        ) from None
    except (ValueError, RecursionError, MemoryError):
        raise BadInput("the formula is too deeply nested") from None
    return Formula(text, _as_number(_Walk(column).node(expression, depth=1)))


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """`; did you mean 'sin'?` for a word near one of `names`, otherwise nothing."""
    nearest = difflib.get_close_matches(word.lower(), sorted(names), n=1)
    return f"; did you mean '{nearest[0]}'?" if nearest else ""


@dataclass(frozen=True)
class _Token:
    text: str
    """In plain ASCII."""
    column: int
    """Where it stands in the user's text, from 1."""

    @property
    def is_name(self) -> bool:
        return self.text[0].isalpha() or self.text[0] == "_"

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit() or (self.text[0] == "." and len(self.text) > 1)

    def __str__(self) -> str:
        return f"{_shortened(self.text)} at column {self.column}"


_TOKEN = re.compile(
    r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|\*\*|//|[<>=!]=|[-+*/%<>&|~(),=]",
    re.ASCII,
)

# What is pasted from slides and papers, and means one thing only.
_SAME_AS = {
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∙": "*",
    "∗": "*",
    "÷": "/",
    "∕": "/",
    "−": "-",
    "–": "-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "π": "pi",
    "τ": "tau",
}
_SUPERSCRIPTS = {char: str(digit) for digit, char in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}

_ADVICE = {
    "^": "use ** for powers",
    ".": "write sin(x), not np.sin(x) or x.sin()",
    "[": "use ( and )",
    "]": "use ( and )",
    "{": "use ( and )",
    "}": "use ( and )",
    "√": "write sqrt(x)",
    "|": "write abs(x) for an absolute value",
    "!": "write != for unequal, ~ or 'not' for not",
    "'": "a formula holds no text",
    '"': "a formula holds no text",
    "∞": "a formula's values are finite",
}

_INSTEAD = {
    "ln": "log(x)",
    "lg": "log10(x)",
    "sgn": "sign(x)",
    "tg": "tan(x)",
    "pow": "a ** b",
    "power": "a ** b",
    "True": "1",
    "False": "0",
}


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        char, column = text[at], at + 1
        if char.isspace():
            at += 1
        elif char in _SAME_AS:
            tokens.append(_Token(_SAME_AS[char], column))
            at += 1
        elif char in _SUPERSCRIPTS or char == "⁻":
            end = at + 1
            while end < len(text) and text[end] in _SUPERSCRIPTS:
                end += 1
            tokens.append(_Token("**", column))
            if char == "⁻":
                tokens.append(_Token("-", column))
            digits = "".join(_SUPERSCRIPTS.get(c, "") for c in text[at:end])
            if digits:
                tokens.append(_Token(digits, column))
            at = end
        elif match := _TOKEN.match(text, at):
            tokens.append(_Token(match.group(), column))
            at = match.end()
        else:
            _refuse_character(char, column)
    return tokens


def _refuse_character(char: str, column: int) -> NoReturn:
    plain = unicodedata.normalize("NFKC", char)
    if char in _ADVICE:
        advice = f"; {_ADVICE[char]}"
    elif not char.isascii() and plain.isascii() and plain.isprintable() and plain.strip():
        advice = f"; write a plain '{plain.strip()}'"
    else:
        advice = ""
    shown = f"'{char}'" if char.isprintable() else f"the character U+{ord(char):04X}"
    raise BadInput(f"{shown} at column {column} can't be used in a formula{advice}")


def _check_equals_sign(tokens: list[_Token]) -> None:
    """`y = x**2` and `f(x) = x**2`, told before anybody wonders at the name y."""
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "=" and depth == 0:
            raise BadInput(
                f"only the right side of '=' at column {token.column} is needed, such as x**2"
                " (to compare, write ==)"
            )
        if token.text == "=":
            raise BadInput(f"{token} can't be used inside ( ); to compare, write ==")


def _check_order(tokens: list[_Token]) -> None:
    """Values and operators take turns, every name is known, every bracket has its partner."""
    brackets: list[tuple[_Token, bool]] = []  # each '(' that is open, and whether it is a call's
    value_next = True
    prefixes = 0
    previous: _Token | None = None
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        text = token.text
        is_word = text in ("and", "or", "not", "if", "else")
        if token.is_number or text == "(" or (token.is_name and not is_word):
            # A chain such as `2y` is told of the name first: `2*y` would not help.
            if token.is_name:
                _check_name(token, following)
            if not value_next:
                raise BadInput(
                    f"write * between {_shortened(f'{previous and previous.text}')} and {token}"
                )
            if text == "(":
                is_call = previous is not None and previous.text in FUNCTION_NAMES
                brackets.append((token, is_call))
                if len(brackets) > MAX_DEPTH:
                    raise BadInput(f"more than {MAX_DEPTH} brackets are open at {token}")
            value_next = text == "(" or text in FUNCTION_NAMES
        elif text == "~" or text == "not" or (text in ("+", "-") and value_next):
            if not value_next:
                raise BadInput(f"{token} can't follow a value")
        else:
            if value_next:
                advice = f"; {_ADVICE[text]}" if text in _ADVICE else ""
                raise BadInput(f"a value is missing before {token}{advice}")
            if text == ")":
                if not brackets:
                    raise BadInput(f"{token} has no '(' before it")
                brackets.pop()
            elif text == "," and not (brackets and brackets[-1][1]):
                raise BadInput(f"{token} can't be used here; write 0.5, not 0,5")
            value_next = text != ")"
        prefixes = prefixes + 1 if text in ("+", "-", "~", "not") else 0
        if prefixes > MAX_DEPTH:
            raise BadInput(f"more than {MAX_DEPTH} signs in a row at {token}")
        previous = token
    if brackets:
        raise BadInput(f"{brackets[-1][0]} is never closed")
    if value_next:
        raise BadInput(f"a value is missing after {previous}")


def _check_name(token: _Token, following: _Token | None) -> None:
    name = token.text
    if name not in NAMES:
        if name in _INSTEAD:
            advice = f"; write {_INSTEAD[name]}"
        elif len(name) == 1:
            advice = "; the variable is 'x'"
        else:
            advice = did_you_mean(name, NAMES)
        raise BadInput(f"{token} is not known{advice}")
    if name in FUNCTION_NAMES and (following is None or following.text != "("):
        raise BadInput(f"{token} needs parentheses: {name}({_signature(name)})")


def _signature(name: str) -> str:
    return SIGNATURES[SYNONYMS.get(name, name)]


def _shortened(text: str) -> str:
    return f"'{text}'" if len(text) <= 40 else f"'{text[:37]}...'"


_BINARY: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_LOGICAL: Mapping[type[ast.AST], str] = {
    ast.And: "and",
    ast.Or: "or",
    ast.Not: "not",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.Invert: "not",
}
_COMPARED: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


class _Walk:
    """From Python's tree to ours. What is not listed here is refused."""

    def __init__(self, column: Callable[[int], int]) -> None:
        self.column = column
        self.count = 0

    def node(self, node: ast.expr, depth: int) -> Node:
        self.count += 1
        if self.count > MAX_NODES:
            raise BadInput(f"the formula has more than {MAX_NODES} parts; write a shorter one")
        if depth > MAX_DEPTH:
            raise BadInput(
                f"the formula is nested deeper than {MAX_DEPTH} at column"
                f" {self.column(node.col_offset)}; write a simpler one"
            )
        number = functools.partial(self.number, depth=depth + 1)
        condition = functools.partial(self.condition, depth=depth + 1)
        match node:
            case ast.Constant(value=float(value)):
                return Number(value)
            case ast.Name(id="x"):
                return Variable()
            case ast.Name(id=name) if name in CONSTANTS:
                return Number(CONSTANTS[name])
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return number(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Apply("negative", (number(operand),))
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
                return Apply("not", (condition(operand),))
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr() as op, left=left, right=right):
                return Apply(_LOGICAL[type(op)], (condition(left), condition(right)))
            case ast.BoolOp(op=op, values=values):
                return Apply(_LOGICAL[type(op)], tuple(condition(value) for value in values))
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _BINARY:
                return Apply(_BINARY[type(op)], (number(left), number(right)))
            case ast.Compare(left=left, ops=ops, comparators=rest) if all(
                type(op) in _COMPARED for op in ops
            ):
                operands = tuple(number(operand) for operand in [left, *rest])
                return Compare(tuple(_COMPARED[type(op)] for op in ops), operands)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return Apply("where", (condition(test), number(body), number(orelse)))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if (
                name in FUNCTION_NAMES
            ):
                return self.call(name, arguments, node, depth)
        raise BadInput(f"what stands at column {self.column(node.col_offset)} is not a formula")

    def number(self, node: ast.expr, depth: int) -> Node:
        """A condition counts as 1 where it holds and 0 where it doesn't."""
        return _as_number(self.node(node, depth))

    def condition(self, node: ast.expr, depth: int) -> Node:
        condition = self.node(node, depth)
        if not _is_condition(condition):
            raise BadInput(
                f"a comparison such as (x > 0), in ( ), is needed at column"
                f" {self.column(node.col_offset)}"
            )
        return condition

    def call(self, name: str, arguments: list[ast.expr], node: ast.Call, depth: int) -> Node:
        canonical, signature = SYNONYMS.get(name, name), _signature(name)
        if len(arguments) != signature.count(",") + 1:
            raise BadInput(
                f"'{name}' at column {self.column(node.col_offset)} takes"
                f" {signature.count(',') + 1} values, not {len(arguments)}: {name}({signature})"
            )
        if canonical == "where":
            first = self.condition(arguments[0], depth + 1)
            return Apply("where", (first, *(self.number(a, depth + 1) for a in arguments[1:])))
        numbers = tuple(self.number(argument, depth + 1) for argument in arguments)
        return Apply("%" if canonical == "mod" else canonical, numbers)
