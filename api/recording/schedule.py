"""Which steps of a loop are kept."""

from collections.abc import Callable
from numbers import Real
from typing import Any, Literal

GROWTH = 1.02
"""What a step counted from 1 is at least of the one kept before it, where `every` is "log"."""

Every = float | Literal["log"] | Callable[[int], Any]


class Schedule:
    """The first step, then each that is far enough from the last that was due.

    The same steps asked for in the same order give the same answers in every process, and asking
    again changes nothing.
    """

    def __init__(self, every: Every) -> None:
        """`every`: how much further; "log": by a part of itself; or a function of the step.

        Raises:
            TypeError: it is of another kind.
            ValueError: it isn't more than 0.
        """
        if isinstance(every, bool) or not (
            every == "log" or callable(every) or isinstance(every, Real)
        ):
            raise TypeError(f'every = {every!r}; must be a number, "log" or a function of the step')
        if isinstance(every, Real) and not every > 0:
            raise ValueError(f"every = {every!r}; must be more than 0")
        self._every = every
        self._last: int | None = None
        self._before: int | None = None

    def due(self, step: int) -> bool:
        """Whether the step is kept."""
        if callable(self._every):
            return bool(self._every(step))
        if self._last is not None and step <= self._last:
            return step == self._last or self._is_far(self._before, step)
        if not self._is_far(self._last, step):
            return False
        self._before, self._last = self._last, step
        return True

    def _is_far(self, last: int | None, step: int) -> bool:
        if last is None:
            return True
        if isinstance(self._every, Real):
            return step - last >= self._every
        return step > last and step + 1 >= GROWTH * (last + 1)
