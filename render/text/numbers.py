"""How losses are written: one function, and the styles that there are."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class NumberStyle:
    """Decimals, and from where on a number is written in powers of ten, to bound its width."""

    decimals: int
    power_decimals: int = 3
    """Of the factor before a power of ten."""
    smallest: float = 0.0
    """What is under it, but for 0, is written in powers of ten."""
    largest: float = 1e4
    """What is not under it, too."""


DEMO = NumberStyle(4, largest=math.inf)
"""The demo's `Loss=%.4f`, however large."""
SHORT = NumberStyle(4)
"""Beside or in axes, where there is little room."""
UNSCALED = NumberStyle(4, smallest=5e-4)
"""Beside a loss of scaled values: the data may have any unit."""
TABLE = NumberStyle(4, power_decimals=2, smallest=1e-3)
"""In a column that is read from top to bottom: small losses are told apart."""


def write_number(value: float, style: NumberStyle) -> str:
    """A number as in English and in Python: "0.0123", "1.234e+05", "nan", "inf"."""
    is_plain = style.smallest <= abs(value) < style.largest or value == 0 or math.isnan(value)
    return f"{value:.{style.decimals}f}" if is_plain else f"{value:.{style.power_decimals}e}"
