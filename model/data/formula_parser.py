"""From the text of a formula to its tree, without ever running the text as code.

Three steps, each with its own refusals: the text is cut into tokens and checked one by one, which
is where a slip such as `2x` or `sin x` gets its advice (`formula_tokens`); Python's `ast` finds the
structure; an own walk over it keeps only what is listed here.
"""

import ast
import functools
from bisect import bisect_right
from collections.abc import Callable, Mapping

from fitreel.model.data.formula import (
    Apply,
    Compare,
    Formula,
    Node,
    Number,
    Variable,
    as_number,
    is_condition,
)
from fitreel.model.data.formula_names import (
    CONSTANTS,
    FUNCTION_NAMES,
    SYNONYMS,
    input_place,
    signature_of,
)
from fitreel.model.data.formula_tokens import (
    MAX_DEPTH,
    check_equals_sign,
    check_order,
    tokens_of,
)
from fitreel.model.errors import BadInput

MAX_CHARACTERS = 500
MAX_NODES = 200


def parse(text: str) -> Formula:
    """The formula that `text` says.

    Raises BadInput, in one line that says what is wrong and at which column (from 1), for anything
    that is not a formula made of inputs, `NAMES`, numbers, operators, comparisons and conditions,
    or that is longer than the caps of this module.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadInput(
            f"the formula has {len(text)} characters; at most {MAX_CHARACTERS} are allowed"
        )
    tokens = tokens_of(text)
    if not tokens:
        raise BadInput("the formula is empty; write one in x, such as x**3")
    check_equals_sign(tokens)
    check_order(tokens)

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
    walk = _Walk(column)
    tree = as_number(walk.node(expression, depth=1))
    plain, numbered = walk.names & {"x", "y"}, walk.names - {"x", "y"}
    if plain and numbered:
        raise BadInput(
            f"the inputs are {min(plain)} and {min(numbered)}; write x and y, or x1, x2, …"
        )
    places = [place for name in walk.names if (place := input_place(name)) is not None]
    return Formula(text, tree, max(places, default=0) + 1, frozenset(walk.names))


_BINARY: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_ROWS = ((ast.Add, ast.Sub), (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod))
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


def _rank(operator: ast.operator) -> int:
    """Equal for operators that are read from left to right as they stand in a row."""
    return next((n for n, row in enumerate(_ROWS) if isinstance(operator, row)), len(_ROWS))


class _Walk:
    """From Python's tree to ours. What is not listed here is refused."""

    def __init__(self, column: Callable[[int], int]) -> None:
        self.column = column
        self.count = 0
        self.names: set[str] = set()
        """Of the inputs that are in it."""

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
            case ast.Name(id=name) if (place := input_place(name)) is not None:
                self.names.add(name)
                return Variable(place)
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
                # x1 + x2 + x3 is a row for who writes it, though Python's tree leans to the left.
                is_row = isinstance(left, ast.BinOp) and _rank(left.op) == _rank(op)
                first = self.number(left, depth) if is_row else number(left)
                return Apply(_BINARY[type(op)], (first, number(right)))
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
        return as_number(self.node(node, depth))

    def condition(self, node: ast.expr, depth: int) -> Node:
        condition = self.node(node, depth)
        if not is_condition(condition):
            raise BadInput(
                f"a comparison such as (x > 0), in ( ), is needed at column"
                f" {self.column(node.col_offset)}"
            )
        return condition

    def call(self, name: str, arguments: list[ast.expr], node: ast.Call, depth: int) -> Node:
        canonical, signature = SYNONYMS.get(name, name), signature_of(name)
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
