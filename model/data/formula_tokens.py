"""The first step of reading a formula: its text cut into tokens, and these checked one by one."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from fitreel.model.data.formula_names import FUNCTION_NAMES, NAMES, input_place, signature_of
from fitreel.model.errors import BadInput
from fitreel.model.limits import MOST_INPUTS

MAX_DEPTH = 40


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """`; did you mean 'sin'?` for a word near one of `names`, otherwise nothing."""
    nearest = difflib.get_close_matches(word.lower(), sorted(names), n=1)
    return f"; did you mean '{nearest[0]}'?" if nearest else ""


@dataclass(frozen=True)
class Token:
    """A number, name, operator or bracket."""

    text: str
    """In plain ASCII."""
    column: int
    """Where it stands in the user's text, from 1."""

    @property
    def is_name(self) -> bool:
        """Whether it is a function, a constant, a word or x."""
        return self.text[0].isalpha() or self.text[0] == "_"

    @property
    def is_number(self) -> bool:
        """Whether it is a number without a sign."""
        return self.text[0].isdigit() or (self.text[0] == "." and len(self.text) > 1)

    def __str__(self) -> str:
        return f"{shortened(self.text)} at column {self.column}"


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


def tokens_of(text: str) -> list[Token]:
    """The text cut into tokens.

    Raises:
        BadInput: a character that has no place in a formula.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        char, column = text[at], at + 1
        if char.isspace():
            at += 1
        elif char in _SAME_AS:
            tokens.append(Token(_SAME_AS[char], column))
            at += 1
        elif char in _SUPERSCRIPTS or char == "⁻":
            end = at + 1
            while end < len(text) and text[end] in _SUPERSCRIPTS:
                end += 1
            tokens.append(Token("**", column))
            if char == "⁻":
                tokens.append(Token("-", column))
            digits = "".join(_SUPERSCRIPTS.get(c, "") for c in text[at:end])
            if digits:
                tokens.append(Token(digits, column))
            at = end
        elif match := _TOKEN.match(text, at):
            tokens.append(Token(match.group(), column))
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
    name_of_char = f"'{char}'" if char.isprintable() else f"the character U+{ord(char):04X}"
    raise BadInput(f"{name_of_char} at column {column} can't be used in a formula{advice}")


def check_equals_sign(tokens: list[Token]) -> None:
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


def check_order(tokens: list[Token]) -> None:
    """Values and operators take turns, every name is known, every bracket has its partner."""
    brackets: list[tuple[Token, bool]] = []  # each '(' that is open, and whether it is a call's
    value_next = True
    prefixes = 0
    previous: Token | None = None
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        text = token.text
        is_word = text in ("and", "or", "not", "if", "else")
        if token.is_number or text == "(" or (token.is_name and not is_word):
            # A chain such as `2y` is told of the name first: `2*y` would not help.
            if token.is_name:
                _check_name(token, following)
            if not value_next:
                raise BadInput(
                    f"write * between {shortened(f'{previous and previous.text}')} and {token}"
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


def _check_name(token: Token, following: Token | None) -> None:
    name = token.text
    if name not in NAMES and input_place(name) is None:
        if name in _INSTEAD:
            advice = f"; write {_INSTEAD[name]}"
        elif re.fullmatch(r"x\d+", name):
            advice = f"; the inputs are x1 to x{MOST_INPUTS}"
        elif len(name) == 1:
            advice = "; the variable is 'x'"
        else:
            advice = did_you_mean(name, NAMES)
        raise BadInput(f"{token} is not known{advice}")
    if name in FUNCTION_NAMES and (following is None or following.text != "("):
        raise BadInput(f"{token} needs parentheses: {name}({signature_of(name)})")


def shortened(text: str) -> str:
    """The text between quotes, at most forty characters of it."""
    return f"'{text}'" if len(text) <= 40 else f"'{text[:37]}...'"
