"""Where header, plots and caption of a comparison stand: a pure function of its size.

Lengths are in pixels; `unit` is one at 720 of the shorter side. Heights count from the top.
"""

from dataclasses import dataclass

from fitreel.render.geometry import Box
from fitreel.render.picture_settings import PictureSettings

REFERENCE = 720
SMALLEST_TEXT = 10.0
"""In pixels."""
WIDE = 1.5
"""From this width against the height on, what belongs together stands side by side."""
TALL = 0.8
"""Up to this one, the lowest tenth stays empty: phones cover it."""
MARGIN, SMALL_MARGIN = 64.0, 48.0
SMALL = 600
"""Pixels of the shorter side, under which there is no subtitle and margins are small."""


@dataclass(frozen=True)
class PagePlan:
    """The parts of a page that all comparisons have."""

    size: tuple[int, int]
    unit: float
    is_wide: bool
    has_subtitle: bool
    margin: float
    """At the right; at the left tick labels may need more."""
    title: float
    """Font sizes, of the title; of the epoch; of names; of the caption; of ticks."""
    number: float
    name: float
    label: float
    caption: float
    tick: float
    title_baseline: float
    subtitle_baseline: float
    top: float
    """Of the plots, with the names over them."""
    bottom: float
    """Of the plots; tick labels are below it."""
    caption_baseline: float

    @property
    def width(self) -> float:
        """Of the page."""
        return float(self.size[0])

    def px(self, length: float) -> float:
        """A length at 720 in this page's pixels."""
        return length * self.unit

    def upwards(self, left: float, top: float, right: float, bottom: float) -> Box:
        """A box whose edges are counted from the top, as the page counts: from below."""
        return Box(left, self.size[1] - bottom, right - left, bottom - top)


def left_out(settings: PictureSettings) -> list[str]:
    """What of it a clip of its size has no room for: the names of its fields."""
    plan = plan_page(settings.pixels, settings.subtitle is not None)
    return ["subtitle"] if settings.subtitle and not plan.has_subtitle else []


def plan_page(size: tuple[int, int], has_subtitle: bool) -> PagePlan:
    """Where all goes in a clip of `size` pixels."""
    width, height = size
    shorter = min(size)
    unit = shorter / REFERENCE
    high = height / unit
    is_small = shorter < SMALL
    has_subtitle = has_subtitle and not is_small
    is_tall = width / height < TALL
    top = 124.0 if has_subtitle else 104.0
    foot = high * 0.9 if is_tall else high - 28.0
    if is_tall:
        top += 0.03 * high
    return PagePlan(
        size=size,
        unit=unit,
        is_wide=width / height >= WIDE,
        has_subtitle=has_subtitle,
        margin=(SMALL_MARGIN if is_small else MARGIN) * unit,
        title=0.06 * shorter,
        number=0.07 * shorter,
        name=max(0.036 * shorter, SMALLEST_TEXT),
        label=max(0.033 * shorter, SMALLEST_TEXT),
        caption=max(0.044 * shorter, SMALLEST_TEXT),
        tick=max(0.029 * shorter, SMALLEST_TEXT),
        title_baseline=(top - 53.0 if has_subtitle else top - 33.0) * unit,
        subtitle_baseline=(top - 20.0) * unit,
        top=top * unit,
        bottom=(foot - 90.0) * unit,
        caption_baseline=(foot - 16.0) * unit,
    )
