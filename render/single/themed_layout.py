"""Where everything stands in a film for the lecture hall: a pure function of size and contents.

All lengths follow from the frame's size, so a 4K frame is the small one, only sharper. A wide frame
has its panels and its numbers beside the fit, a tall one above and below it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fitreel.model.errors import BadInput
from fitreel.render.geometry import Box, unit_height
from fitreel.render.single.layout_candidates import (
    GAP,
    LABEL_TYPE,
    SHARES,
    Contents,
    Parts,
    below_fit,
    beside_fit,
    head_height,
    lowered,
)

SMALLEST_TYPE = 0.022
"""The smallest text, against the height of the largest 4:3 picture that fits into the frame."""
SMALLEST_PIXELS = 6.0
"""No text is lower than that."""
TICK_TYPES = (0.031, 0.0285, 0.026, 0.024, SMALLEST_TYPE)
"""At the ticks, in the same measure: the smaller, the more room there is for the axes."""
TITLE_TYPE = 0.058
SMALLEST_TITLE = 0.036
SUBTITLE_TYPE = 0.038
CAPTION_TYPE = 0.035
MARGIN = 0.055
FIT_ASPECTS = (0.95, 1.6)
"""Width by height that suits the fit."""
PANEL_ASPECTS = (1.3, 2.6)
WIDE_PANEL = 0.5
"""How little is lost by a wide panel: a curve over epochs may be long."""


@dataclass(frozen=True)
class ThemedLayout:
    """Boxes in pixels; those of the fit and of panels are the insides of their axes."""

    unit: float
    """What type sizes are relative to."""
    tick: float
    """Font size at the ticks."""
    title: Box | None
    subtitle: Box | None
    caption: Box | None
    fit: Box
    panels: dict[str, Box]
    epoch: Box
    """The name and the number, one above the other, or on one line (`numbers_in_row`)."""
    loss: Box
    numbers_in_row: bool
    number: float
    """Largest font size of epoch and loss."""
    remark: Box | None
    legend: Box | None
    legend_in_row: bool

    @property
    def label(self) -> float:
        """Font size of what names a number or a panel."""
        return LABEL_TYPE * self.unit

    @property
    def head(self) -> float:
        """Height of a panel's title line."""
        return head_height(self.unit)


def text_width(size: tuple[int, int], fit_left: float) -> float:
    """How wide title, subtitle and caption may be, in pixels."""
    unit = unit_height(size)
    return size[0] - 2 * MARGIN * unit - fit_left * TICK_TYPES[0] * unit


def lay_out(size: tuple[int, int], contents: Contents) -> ThemedLayout:
    """The best place for everything in a frame of `size` pixels.

    Raises:
        BadInput: the frame is too small, or too odd in shape, for so many panels.
    """
    unit = unit_height(size)
    if TICK_TYPES[0] * unit < SMALLEST_PIXELS:
        least = SMALLEST_PIXELS / TICK_TYPES[0] / unit
        raise BadInput(
            f"film.size {size[0]} x {size[1]}: too small to be read; the smallest of this shape "
            f"that works is {_even(size[0] * least)} x {_even(size[1] * least)}"
        )
    ticks = [each * unit for each in TICK_TYPES if each * unit >= SMALLEST_PIXELS]
    candidates = [pair for tick in ticks for pair in _candidates(size, unit, tick, contents)]
    if candidates:
        return max(candidates, key=lambda pair: pair[0])[1]
    if not contents.panels:
        high = {key: getattr(contents, key) for key in ("title", "subtitle", "caption")}
        name = max(high, key=lambda key: high[key])
        raise BadInput(
            f"film.{name}: leaves no room for the fit in {size[0]} x {size[1]}; write less"
        )
    few = f"{len(contents.panels)} panels" if len(contents.panels) != 1 else "a panel"
    raise BadInput(
        f"film.panels: there is no room for {few} in {size[0]} x {size[1]}"
        + (" beside so much text" if contents.title + contents.subtitle + contents.caption else "")
        + "; take fewer, or a size of another shape"
    )


def _even(pixels: float) -> int:
    return 2 * math.ceil(pixels / 2)


def _candidates(
    size: tuple[int, int], unit: float, tick: float, contents: Contents
) -> Iterator[tuple[float, ThemedLayout]]:
    """Arrangements that leave everything its least room, each with its worth."""
    margin = MARGIN * unit
    left = margin + contents.fit_left * tick
    right, top, bottom = size[0] - margin, size[1] - margin, margin
    title = subtitle = caption = None
    if contents.title:
        title = Box(left, top - contents.title, right - left, contents.title)
        top = title.bottom
    if contents.subtitle:
        top -= 0.25 * SUBTITLE_TYPE * unit if title else 0
        subtitle = Box(left, top - contents.subtitle, right - left, contents.subtitle)
        top = subtitle.bottom
    if title or subtitle:
        top -= 0.8 * GAP * unit
    if contents.caption:
        caption = Box(left, bottom, right - left, contents.caption)
        bottom = caption.top + 0.6 * GAP * unit
    headings = {"title": title, "subtitle": subtitle, "caption": caption}
    room = Box(margin, bottom, right - margin, top - bottom)
    makers = [beside_fit(room, unit, tick, contents, share) for share in SHARES]
    makers += [below_fit(room, unit, tick, contents, share) for share in SHARES]
    for boxes in makers:
        for parts in boxes:
            panels = list(parts.panels.values())
            if _has_lines(parts, contents) and _is_roomy(parts.fit, panels, tick):
                worth = _worth(parts.fit, panels) + 1.2 * math.log(tick / unit)
                yield worth, _together(unit, tick, headings, parts)


def _together(
    unit: float, tick: float, headings: dict[str, Box | None], parts: Parts
) -> ThemedLayout:
    """All in one; where height stays free, the headings keep near to what they are about."""
    moved: dict[str, Any] = {
        key: box and lowered(box, -parts.spare if key == "caption" else parts.spare)
        for key, box in headings.items()
    }
    fields: dict[str, Any] = parts._asdict()
    del fields["spare"]
    return ThemedLayout(unit=unit, tick=tick, **moved, **fields)


def _has_lines(parts: Parts, contents: Contents) -> bool:
    """Whether the remark and the legend can be written."""
    remark, legend = parts.remark, parts.legend
    if remark is not None and remark.width < contents.remark:
        return False
    return legend is None or not parts.legend_in_row or legend.width >= contents.legend_width


def _is_roomy(fit: Box, panels: Sequence[Box], tick: float) -> bool:
    if fit.width < 10 * tick or fit.height < 8 * tick:
        return False
    return all(panel.width >= 7.5 * tick and panel.height >= 3.6 * tick for panel in panels)


def _worth(fit: Box, panels: Sequence[Box]) -> float:
    """How large all is, less what is lost to an unsuitable shape; the fit counts most."""
    worth = math.log(_useful(fit, FIT_ASPECTS))
    if panels:
        panel = min(_useful(panel, PANEL_ASPECTS, WIDE_PANEL) for panel in panels)
        worth += 0.7 * math.log(panel)
        largest = max(panel.width * panel.height for panel in panels)
        worth -= 1.5 * max(0.0, math.log(2.0 * largest / (fit.width * fit.height)))
    return worth


def _useful(box: Box, aspects: tuple[float, float], wide: float = 2.5) -> float:
    """Its area, less what is lost by a shape that is too narrow, or too wide (to the power)."""
    aspect = box.width / box.height
    narrow = min(aspect / aspects[0], 1.0) ** 2.5
    return float(box.width * box.height * narrow * min(aspects[1] / aspect, 1.0) ** wide)
