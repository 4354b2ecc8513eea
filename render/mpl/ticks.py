"""Ticks of axes that stay as they are, few enough to be read."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from matplotlib.ticker import MaxNLocator

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

SHORT = 5
"""Of numbers with more digits a power of ten would be wider than all of them."""
PLAIN = (1e-4, 1e5)
"""From here up to there a round number is written out, others as powers of ten."""
FAMILIES = ((1, 2, 5), (1, 3), (1,))
"""First digits of round numbers whose steps look alike on a logarithmic axis."""
NARROW = 0.75
"""On so many decades or fewer, evenly spaced numbers look even enough on a logarithmic axis."""

Ticks = tuple[list[float], list[str]]
"""Where, and what is written there."""


@in_force()
def linear_ticks(low: float, high: float, most: int) -> Ticks:
    """About `most` round numbers from `low` to `high`, never more than twice as many."""
    locator = MaxNLocator(nbins=max(most, 1), steps=[1, 2, 5, 10])
    places = [float(at) for at in locator.tick_values(low, high) if low <= at <= high]
    places = places[:: math.ceil(len(places) / (2 * max(most, 1))) or 1]
    return places, tick_texts(places)


def round_numbers(low: float, high: float, digits: Sequence[int]) -> list[float]:
    """All numbers of these first digits from `low` to `high`, both above 0; ascending."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    numbers = (float(f"{digit}e{k}") for k in range(first, last + 1) for digit in digits)
    return [at for at in numbers if low <= at <= high]


def every_nth_decade(low: float, high: float, step: int) -> Iterator[list[float]]:
    """The powers of ten from `low` to `high`, every `step`th, from each of the first `step` on."""
    decades = round_numbers(low, high, (1,))
    for first in range(min(step, len(decades))):
        yield decades[first::step]


def log_texts(places: Sequence[float]) -> list[str]:
    """Round numbers as they are said: written out, but powers of ten alike where one needs it."""
    if any(not PLAIN[0] <= at < PLAIN[1] for at in places) and all(map(is_decade, places)):
        return [_power(round(math.log10(at))) for at in places]
    return [spelled(f"{at:g}") for at in places]


def is_decade(value: float) -> bool:
    """Whether a number is a power of ten."""
    return f"{value:e}".startswith("1.000000e")


def _power(exponent: int) -> str:
    return {0: "1", 1: "10"}.get(exponent, "10" + str(exponent).translate(_RAISED))


def tick_texts(places: Sequence[float]) -> list[str]:
    """Numbers with as many digits as it takes to tell them apart; ascending."""
    apart = min((b - a for a, b in pairwise(places)), default=0.0)
    texts: list[str] = []
    for digits in range(1, 17):
        texts = [f"{at:.{digits}g}" for at in places]
        exact = all(
            math.isclose(float(text), at, rel_tol=1e-9, abs_tol=1e-300)
            and (not apart or abs(float(text) - at) < 1e-3 * apart)
            for text, at in zip(texts, places, strict=True)
        )
        if exact:
            break
    plain = [float(text) for text in texts]
    largest = 1e5 if digits <= SHORT else 10.0 ** (digits + 1)
    if all(value == 0 or 1e-3 <= abs(value) < largest for value in plain):
        each = [_decimals(value) for value in plain]
        if digits > SHORT:  # long numbers are compared digit by digit
            each = [max(each)] * len(each)
        texts = [f"{value:.{n}f}" for value, n in zip(plain, each, strict=True)]
    return [spelled(text) for text in texts]


def _decimals(value: float) -> int:
    """Of a number as short as it can be: 0.5 beside 0 and 1, as one says them."""
    return len(repr(value).partition(".")[2].rstrip("0")) if "e" not in repr(value) else 0


def spelled(number: str) -> str:
    """1.5e+06 as 1.5·10⁶, and 1e-05 as 10⁻⁵: narrower, and as it is said."""
    front, _, power = number.partition("e")
    if power:
        raised = "10" + str(int(power)).translate(_RAISED)
        sign = "-" if front.startswith("-") else ""
        front = sign + raised if front.lstrip("-") == "1" else f"{front}·{raised}"
    return front.replace("-", "\u2212")
