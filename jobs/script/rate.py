"""How many frames a second a film has, as the script's own pauses have it."""

from fractions import Fraction

DEFAULT = Fraction(20)
SAMPLES = 10
"""Pauses and timers that are looked at."""
_SHORTEST, _LONGEST = 1 / 60 - 1e-9, 1.0
"""Seconds: a pause outside of these says nothing of a rate."""


class Rate:
    """Frames a second: given, or one over the shortest of the first pauses and timers."""

    def __init__(self, fps: float | None) -> None:
        self._given = None if fps is None else Fraction(fps).limit_denominator(100_000)
        self._samples: list[float] = []
        self._is_settled = fps is not None

    @property
    def is_settled(self) -> bool:
        """Whether it stays as it is."""
        return self._is_settled

    @property
    def fps(self) -> Fraction:
        """As far as it is known."""
        if self._given is not None:
            return self._given
        lengths = [each for each in self._samples if _SHORTEST <= each <= _LONGEST]
        return 1 / Fraction(min(lengths)).limit_denominator(1000) if lengths else DEFAULT

    def note(self, seconds: float) -> None:
        """A pause, or the interval of a timer."""
        if not self._is_settled:
            self._samples.append(seconds)
            self._is_settled = len(self._samples) == SAMPLES

    def settle(self) -> None:
        """Wait for no more pauses."""
        self._is_settled = True
