"""Ticks of axes that stay as they are, few enough to be read."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

import math
from collections.abc import Sequence
from itertools import pairwise

from matplotlib.ticker import MaxNLocator

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

SHORT = 5
"""Of numbers with more digits a power of ten would be wider than all of them."""

Ticks = tuple[list[float], list[str]]
"""Where, and what is written there."""


@in_force()
def linear_ticks(low: float, high: float, most: int) -> Ticks:
    """About `most` round numbers from `low` to `high`, never more than twice as many."""
    locator = MaxNLocator(nbins=max(most, 1), steps=[1, 2, 5, 10])
    places = [float(at) for at in locator.tick_values(low, high) if low <= at <= high]
    places = places[:: math.ceil(len(places) / (2 * max(most, 1))) or 1]
    return places, _written(places)


@in_force()
def log_ticks(low: float, high: float, most: int) -> Ticks:
    """At most `most` powers of ten from `low` to `high`, both above 0; others where few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))

    def between(digits: Sequence[int], step: int) -> list[float]:
        exponents = [k for k in range(first, last + 1) if k % step == 0]
        candidates = (float(f"{digit}e{k}") for k in exponents for digit in digits)
        return [at for at in candidates if low <= at <= high]

    places = between((1, 2, 5), 1)
    step = 1
    while len(places) > most:
        places = between((1,), step)
        step += 1
    if len(places) < 2:  # one number alone doesn't say how an axis is divided
        others = (between(digits, 1) for digits in ((1, 3), (2, 5)))
        evenly = (linear_ticks(low, high, few)[0] for few in range(most, 0, -1))
        tried = (each for each in (*others, *evenly) if min(each, default=0) > 0)
        places = next((each for each in tried if 2 <= len(each) <= most), places)
    return places, [_spelled(f"{at:g}") for at in places]


def _written(places: Sequence[float]) -> list[str]:
    """Numbers with as many digits as it takes to tell them apart; ascending."""
    apart = min((b - a for a, b in pairwise(places)), default=0.0)
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
        decimals = max((len(repr(v).partition(".")[2].rstrip("0")) for v in plain), default=0)
        texts = [f"{value:.{decimals}f}" for value in plain]
    return [_spelled(text) for text in texts]


def _spelled(number: str) -> str:
    """1.5e+06 as 1.5·10⁶, and 1e-05 as 10⁻⁵: narrower, and as it is said."""
    front, _, power = number.partition("e")
    if power:
        raised = "10" + str(int(power)).translate(_RAISED)
        sign = "-" if front.startswith("-") else ""
        front = sign + raised if front.lstrip("-") == "1" else f"{front}·{raised}"
    return front.replace("-", "\u2212")
