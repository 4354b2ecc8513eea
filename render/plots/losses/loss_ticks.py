"""Ticks of a logarithmic axis of losses: a few around them, or where it is low, within them."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from fitreel.render.mpl.ticks import (
    FAMILIES,
    NARROW,
    Ticks,
    every_nth_decade,
    is_decade,
    log_texts,
    round_numbers,
)

SMALLEST = 1e-100
"""No tick is smaller; a loss under it is 0."""
LOW = 7.0
"""An axis lower than so many numbers has fewer of them."""
FEWEST, MOST = 3, 6
MISS = 0.08
"""How far the outer ticks may lie within the losses, in parts of these' span."""
NEAREST = 1.15
"""From one number to the next on a low axis, in font sizes."""
WIDE = 0.6
"""Ticks within the losses span so much of them rather than being three."""
ONLY_DECADES = 9e-4
"""Below, a number on a low axis would be wider than its curve is long, but for powers of ten."""
STEPS = (2, 3, 4, 5, 6, 10, 20, 50, 100)
"""Decades from tick to tick."""


def loss_ticks(low: float, high: float, rows: float) -> Ticks:
    """The ticks of losses from `low` to `high`, both above 0, on an axis `rows` font sizes high."""
    places = _inside(low, high, rows) if rows < LOW else _enclosing(low, high)
    return places, log_texts(places)


def _enclosing(low: float, high: float) -> list[float]:
    """Of all round numbers those 3 to 6 that waste least of the axis."""
    span = math.log10(high) - math.log10(low)
    miss = 10 ** (MISS * span)
    best, least = [low, high], math.inf
    for numbers in _candidates(low, high):
        beneath = [at for at in numbers if at <= low * miss * 1.0001]
        above = [at for at in numbers if at * miss * 1.0001 >= high]
        if not beneath or not above:
            continue
        ticks = [at for at in numbers if beneath[-1] <= at <= above[0]]
        if not FEWEST <= len(ticks) <= MOST:
            continue
        waste = max(0.0, math.log10(low / ticks[0])) + max(0.0, math.log10(ticks[-1] / high))
        if waste < least - 1e-9:
            best, least = ticks, waste
    return best


def _candidates(low: float, high: float) -> Iterator[list[float]]:
    """Round numbers of a kind, from beneath `low` to above `high`."""
    bottom, top = max(low / 1000, SMALLEST), min(high * 1000, 1e305)
    for digits in FAMILIES:
        yield round_numbers(bottom, top, digits)
    for step in STEPS:
        wide = 10.0 ** (step + 1)
        decades = round_numbers(max(low / wide, SMALLEST), min(high * wide, 1e305), (1,))
        yield [at for at in decades if round(math.log10(at)) % step == 0]
    if math.log10(high / low) <= NARROW:
        yield from _even(low, high)


def _even(low: float, high: float) -> Iterator[list[float]]:
    """Evenly spaced round numbers around `low` to `high`."""
    coarse = math.ceil(math.log10(high - low)) if high > low else math.floor(math.log10(low))
    for exponent in (coarse, coarse - 1, coarse - 2):
        for digit in (5, 2, 1):
            step = float(f"{digit}e{exponent}")
            first, last = math.floor(low / step), math.ceil(high / step)
            if first > 0 and last - first <= MOST:
                yield [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _inside(low: float, high: float, rows: float) -> list[float]:
    """Two ticks within the losses, or three where there is room, as far apart as can be."""
    span = math.log10(high) - math.log10(low) or 1.0
    apart = NEAREST / max(rows, 1.0) * span
    tried = [
        ticks
        for numbers in _in_range(low, high)
        for count in (3, 2)
        for ticks in _chosen(numbers, count)
        if all(math.log10(b / a) >= apart for a, b in pairwise(ticks))
    ]
    if not tried:
        numbers = next((each for each in _in_range(low, high) if each), [])
        return [numbers[0]] if numbers else [low]
    return max(tried, key=lambda ticks: (math.log10(ticks[-1] / ticks[0]) > WIDE * span,
                                         len(ticks), math.log10(ticks[-1] / ticks[0])))  # fmt: skip


def _in_range(low: float, high: float) -> Iterator[list[float]]:
    """Round numbers of a kind within the losses."""
    for digits in FAMILIES:
        numbers = round_numbers(low, high, digits)
        yield [at for at in numbers if at >= ONLY_DECADES or is_decade(at)]
    for step in STEPS:
        yield from every_nth_decade(low, high, step)
    if math.log10(high / low) <= NARROW:
        for numbers in _even(low, high):
            yield [at for at in numbers if low <= at <= high]


def _chosen(numbers: Sequence[float], count: int) -> Iterator[list[float]]:
    """`count` of the numbers, as evenly apart as they are."""
    for step in range(1, len(numbers)):
        for first in range(len(numbers) - (count - 1) * step):
            yield list(numbers[first : first + (count - 1) * step + 1 : step])
