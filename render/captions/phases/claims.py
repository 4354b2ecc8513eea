"""What may be said of a loss while it falls, and in which frames it is true."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitreel.render.captions.phases.yardsticks import Yardsticks

OVERFITTED = 0.6
"""In parts of the noise: a loss under it can't come from the function alone."""
_WEAK, _ELSEWHERE = 0.4, 0.5
"""Worth of what says little, and of what is true but isn't what one would say first."""
_SHORT_BOOST = 5.0
"""A short phase is worth as much as a sentence, but a flicker isn't."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class LossCourse:
    """A loss in the F frames of a film."""

    shown: NDArray[np.float64]
    """Shape (F,): the loss that is read in each frame; may be nan or infinite."""
    typical: NDArray[np.float64]
    """Shape (F,): its running median, by which phases are found."""

    @property
    def first(self) -> float:
        """The first loss of all that is a number; nan where none is."""
        finite = self.shown[np.isfinite(self.shown)]
        return float(finite[0]) if len(finite) else float("nan")


@dataclass(frozen=True)
class Claim:
    """One sentence, and how it fits each of the F frames."""

    key: str
    """Of its words, less "caption_"."""
    is_true: Mask
    """Shape (F,)."""
    worth: NDArray[np.float64]
    """Shape (F,): 1 where it is what one would say."""
    has_factor: bool = False
    """Whether it goes on with how many times lower the loss is."""


def phase_claims(
    course: LossCourse, sticks: Yardsticks, tells_noise: bool, shortest: int
) -> list[Claim]:
    """All that may be said between the start and the end of a run whose loss is of a known kind.

    Phases are found by the running median; what is said must be true of the loss that is read. So
    each claim says itself where it holds, and where it is what one would say.

    Args:
        course: the loss.
        sticks: what it is measured against.
        tells_noise: whether the noise is in the picture, so that it can be spoken of.
        shortest: frames of the shortest sentence.
    """
    level = _levels(course.typical, sticks, tells_noise)
    wanted = _wanted(level, shortest)
    with np.errstate(invalid="ignore"):
        true = _truths(course, sticks, tells_noise, level)
        claims = [
            Claim(key, mask, np.where(level == number, wanted, _ELSEWHERE), key.startswith("be"))
            for number, key, mask in true
        ]
        return [*claims, *_weak_claims(course, sticks, level)]


def _levels(
    typical: NDArray[np.float64], sticks: Yardsticks, tells_noise: bool
) -> NDArray[np.int64]:
    """The phase of each frame: 0 height, 1 tilt, 2 waiting, 3 bending, 4 the noise, 5 under it."""
    simple, has_line = sticks.simple, sticks.line_counts
    noise = sticks.noise if tells_noise and sticks.noise is not None else 0.0
    reached = sticks.noise_reached if noise else 0.0
    height = sticks.constant if has_line else 1.1 * sticks.constant
    conditions = [
        typical < OVERFITTED * noise,
        typical <= reached,
        typical > height,
        (typical > 1.1 * simple) & has_line,
        typical > 0.9 * simple,
    ]
    return np.select(conditions, [np.int64(level) for level in (5, 4, 0, 1, 2)], np.int64(3))


def _wanted(level: NDArray[np.int64], shortest: int) -> NDArray[np.float64]:
    """What the right claim is worth: 1, and more in a phase that is shorter than its sentence."""
    starts = np.flatnonzero(np.diff(level, prepend=level[0] - 1))
    lengths = np.diff(np.append(starts, len(level)))
    return np.repeat(np.clip(shortest / lengths, 1.0, _SHORT_BOOST), lengths)


def _truths(
    course: LossCourse, sticks: Yardsticks, tells_noise: bool, level: NDArray[np.int64]
) -> Iterator[tuple[int, str, Mask]]:
    """The phase, the words' key and the truth of each claim about a phase."""
    loss, constant, simple = course.shown, sticks.constant, sticks.simple
    shape = "straight" if sticks.line_counts else "flat"
    # Only once is a height or a slope looked for, not where a loss comes back up.
    yield 0, "height", np.logical_and.accumulate(loss > constant)
    if not sticks.is_constant:
        yield 2, f"wait_{shape}", (loss > 0.8 * simple) & (loss < 1.2 * simple)
    if sticks.line_counts:
        yield 1, "tilt", (loss < constant) & np.logical_and.accumulate(level < 3)
        yield 3, "bend_straight", loss < simple
    else:
        if sticks.line is not None:
            # No line is as good, so that it isn't one.
            yield 3, "bend_flat", loss < min(sticks.line, constant)
        yield 3, "better_flat", loss < constant
    if tells_noise and sticks.noise is not None:
        yield 4, "noise", loss <= 1.1 * sticks.noise
        yield 5, "overfit", loss < 0.7 * sticks.noise


def _weak_claims(
    course: LossCourse, sticks: Yardsticks, level: NDArray[np.int64]
) -> Sequence[Claim]:
    """What is said where a noisy loss makes all else untrue now and then."""
    loss = course.shown
    floor = max(0.5 * sticks.simple, 1.5 * (sticks.noise or 0.0))
    late, early = np.where(level > 2, _WEAK, 0.0), np.where(level < 3, _WEAK, 0.0)
    claims = [Claim("learns", (loss < course.first) & (loss < sticks.constant), late)]
    if not sticks.is_constant:
        claims.append(Claim("not_yet", (loss > floor) & (level != 0), early))
    return claims
