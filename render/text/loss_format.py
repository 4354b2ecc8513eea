"""How the losses of one film are written: with the same digits in every frame. No matplotlib."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitreel.render.text.numbers import NumberStyle, write_number
from fitreel.render.text.translations import Translation

MOST_DECIMALS = 4
SMALLEST_PLAIN = 5e-4
"""A film with a smaller loss has all of its losses in powers of ten."""
FIRST_POWER = 1e5
"""From here on a loss is in powers of ten by itself."""
SIGNIFICANT = 2
"""Digits of the smallest loss, and of one in powers of ten."""


@dataclass(frozen=True)
class LossFormat:
    """The spelling of a film's losses."""

    style: NumberStyle
    words: Translation
    extremes: tuple[float, ...] = ()
    """Losses among which the one of the widest spelling is."""

    @classmethod
    def of(cls, losses: ArrayLike, words: Translation) -> "LossFormat":
        """The format of a film with these losses, whatever they are, in the words of `words`.

        Its smallest loss that isn't 0 has two significant digits, as far as `MOST_DECIMALS` go;
        all others have as many decimals.
        """
        values = np.asarray(losses, np.float64).ravel()
        finite = values[np.isfinite(values)]
        sizes = np.abs(finite[finite != 0])
        smallest = float(sizes.min()) if len(sizes) else 1.0
        decimals = SIGNIFICANT - 1 - _exponent(smallest)
        style = NumberStyle(
            min(max(decimals, 0), MOST_DECIMALS),
            power_decimals=SIGNIFICANT - 1,
            smallest=math.inf if smallest < SMALLEST_PLAIN else 0.0,
            largest=FIRST_POWER,
        )
        return cls(style, words, tuple(_extremes(values)))

    def write(self, loss: float) -> str:
        """A loss as it stands in the film."""
        if not math.isfinite(loss):
            return self.words.number(loss)
        return "0" if loss == 0 else self.words.in_this_language(self._plain(loss))

    def shown(self, loss: float) -> float:
        """The number that is read where `loss` stands."""
        return loss if loss == 0 or not math.isfinite(loss) else float(self._plain(loss))

    def all_shown(self, losses: NDArray[Any]) -> NDArray[np.float64]:
        """Of each of `losses`, shape (F,), the number that is read."""
        return np.array([self.shown(float(loss)) for loss in losses], np.float64)

    def widest(self) -> list[str]:
        """The spellings among which the widest of the film is."""
        return list(dict.fromkeys(map(self.write, self.extremes or (0.0,))))

    def _plain(self, loss: float) -> str:
        return write_number(loss, self.style)


def _extremes(losses: NDArray[np.float64]) -> Iterator[float]:
    """The largest and the smallest of each sign and of each spelling, and what isn't finite."""
    for sign in (1.0, -1.0):
        sizes = sign * losses[np.isfinite(losses) & (sign * losses > 0)]
        if len(sizes):
            yield from (sign * float(sizes.min()), sign * float(sizes.max()))
            if sizes.min() < FIRST_POWER <= sizes.max():
                yield sign * math.nextafter(FIRST_POWER, 0)
    for special in (0.0, math.nan, math.inf, -math.inf):
        if np.isin(special, losses) or (math.isnan(special) and np.isnan(losses).any()):
            yield special


def _exponent(value: float) -> int:
    """The power of ten of a value's first digit, after rounding to the digits that are shown."""
    return int(f"{value:.{SIGNIFICANT - 1}e}".partition("e")[2])
