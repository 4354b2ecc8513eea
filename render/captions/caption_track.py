"""Which caption stands in which frame of a film."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from fitreel.render.captions.caption import NO_CAPTION, Caption

FADE = Fraction(15, 100)
"""Seconds in which a sentence comes, and in which it goes."""


@dataclass(frozen=True)
class Stretch:
    """A caption that stands from one frame to before another."""

    start: int
    stop: int
    caption: Caption
    phase: str = ""
    """Neighbours of one phase differ in a number only, which changes without a fade."""


@dataclass(frozen=True)
class CaptionTrack:
    """The captions of all frames of a film: at most one a frame, the first begins at 0."""

    stretches: Sequence[Stretch]
    """In order, without gaps; what comes after the last has no caption."""
    fps: Fraction
    still: Callable[[int], Caption] = lambda index: NO_CAPTION
    """Gives the caption of a snapshot by itself."""

    def at(self, frame: int) -> Caption:
        """The caption of a frame.

        A sentence goes in its own last `FADE` seconds and the next comes in its first, so that
        there are never two at once. The first doesn't come, and the last doesn't go.
        """
        number = bisect_right(self.stretches, frame, key=lambda stretch: stretch.start) - 1
        if number < 0 or frame >= self.stretches[number].stop:
            return NO_CAPTION
        first = last = number
        while first > 0 and self._goes_on(first - 1):
            first -= 1
        while last + 1 < len(self.stretches) and self._goes_on(last):
            last += 1
        fade = round(FADE * self.fps)
        opacity = 1.0
        if fade and first > 0:
            opacity = min(opacity, (frame - self.stretches[first].start + 1) / fade)
        if fade and last + 1 < len(self.stretches):
            opacity = min(opacity, (self.stretches[last].stop - 1 - frame) / fade)
        caption = self.stretches[number].caption
        return replace(caption, opacity=opacity) if caption.text and opacity < 1 else caption

    def of_snapshot(self, index: int) -> Caption:
        """The caption of a snapshot that is drawn by itself, in no film."""
        return self.still(index)

    def texts(self) -> list[str]:
        """All that is said in the film, each once."""
        return list(dict.fromkeys(each.caption.text for each in self.stretches))

    def _goes_on(self, number: int) -> bool:
        """Whether the stretch after `number` is of the same phase."""
        phase = self.stretches[number].phase
        return bool(phase) and phase == self.stretches[number + 1].phase
