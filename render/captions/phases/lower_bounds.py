"""How many times lower a loss is: a round bound that is true for a while."""

import math
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import Translation

FIRST_POWER = 10**6
"""From here on only powers of ten are round."""
ROUND = [
    *(factor * 10**power for power in range(6) for factor in (1, 2, 3, 5)),
    *(10**power for power in range(6, 100)),
][1:]
"""2, 3, 5, 10, 20, 30, 50, …"""


def round_below(value: float) -> int:
    """The greatest of `ROUND` below `value`; 0 where there is none."""
    number = bisect_left(ROUND, value)
    return ROUND[number - 1] if number else 0


def written_factor(factor: int, words: Translation) -> str:
    """One of `ROUND`, in words."""
    if factor < FIRST_POWER:
        return words.integer(factor)
    return words.power_of_ten(round(math.log10(factor)))


def quotients(start: float, losses: NDArray[np.float64], form: LossFormat) -> NDArray[np.float64]:
    """How many times lower than `start` each loss is, of the numbers that are read; shape (F,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(form.shown(start) / form.all_shown(losses))


def bounds(values: Sequence[float], second: int) -> list[int]:
    """Of each frame, a round number below its value and all those of the coming second.

    It changes once a second at most.

    Args:
        values: of each frame; nan is below every number.
        second: frames in a second, 1 or more.
    """
    steps: list[int] = []
    age = second
    for frame in range(len(values)):
        if age >= second:
            coming = values[frame : frame + second]
            step = 0 if any(value != value for value in coming) else round_below(min(coming))
            # A greater one that couldn't be read any more isn't worth a change.
            if not steps or step < steps[-1] or (step > steps[-1] and len(coming) == second):
                steps.append(step)
                age = 1
                continue
        steps.append(steps[-1])
        age += 1
    return steps
