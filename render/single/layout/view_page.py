"""A page before anything is on it but texts: for pictures that aren't a fit."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist

from fitreel.model.errors import BadInput
from fitreel.render.captions.caption import Caption
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import Theme
from fitreel.render.page.caption_line import LINE, CaptionLine, CaptionText
from fitreel.render.page.headings import Headings
from fitreel.render.page.type_sizes import (
    ASCENT,
    TOP,
    TypeSizes,
    cell_type_sizes,
    shape_of,
    type_sizes,
)
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.single.layout.stacked_layout import CELL_FOOT, CELL_SIDE, EMPTY_FOOT
from fitreel.render.single.layout.themed_layout import BEFORE_REMARK, FOOT, SIDE, has_subtitle
from fitreel.render.single.layout.themed_page import MOST_CAPTION_LINES, SIGNS, TEXTS, WEIGHTS
from fitreel.render.text.fonts import Fonts, fonts_for
from fitreel.render.text.mathtext import check_mathtext
from fitreel.render.text.translations import Translation

NARROW_SIDE = 48.0
"""Free left and right in frames that aren't wide; lengths are those of 720 px."""
NUMBERS_ASIDE, NARROW_ASIDE = 33.0, 23.0
"""From the frame's edge to the widest number left of axes, and in frames that aren't wide."""
NARROW_FOOT = 18.0
OVER_CAPTION, OVER_CAPTION_NARROW = 27.0, 14.0
UNDER_HEADINGS, WITHOUT_HEADINGS = 24.0, 12.0
"""From the headings to what stands under them, and from the upper margin where there are none."""
MOST_LINES = 2
"""Of a sentence at the foot."""


@dataclass(frozen=True)
class ViewPage:
    """A page with its texts measured; lengths in pixels from the lower left corner."""

    page: Page
    fonts: Fonts
    types: TypeSizes
    shape: str
    """As `type_sizes.shape_of`, but that "middle" is "square" or "classic", as 4:3; or "cell"."""
    left: float
    right: float
    """What title, plots and captions stand between."""
    top: float
    """The upper edge of what may stand under the headings."""
    bottom: float
    """The lower edge of what may stand over the captions."""
    title: float
    """The title's baseline."""
    headings: Headings
    captions: CaptionText
    caption: float
    """The baseline of the first line at the foot."""
    remark: float
    """That of a quiet word at the right end."""

    @property
    def has_numbers(self) -> bool:
        """Whether anything has a name or a number."""
        return self.shape != "small"

    @property
    def has_readouts(self) -> bool:
        """Whether there are readouts and panels, too."""
        return self.shape not in ("small", "cell")

    def px(self, length: float) -> float:
        """A length at 720 pixels of the shorter side, in pixels."""
        return self.page.px(length)


@in_force()
def view_page(
    settings: PictureSettings,
    theme: Theme,
    words: Translation,
    captions: Sequence[str],
    *,
    names: Sequence[str] = (),
    numbers: Sequence[str] = ("−0.5",),
    remark: str = "",
    beside_title: float = 0.0,
) -> ViewPage:
    """Check every text, and measure what stands over and under a picture.

    Args:
        settings: how it looks.
        theme: its colours.
        words: in the film's language.
        captions: all that is said at the foot.
        names: what else is written, such as what classes are called.
        numbers: what stands left of the first axes.
        remark: the longest quiet word at the foot's right end.
        beside_title: so much of the title's row is taken, in pixels.

    Raises:
        BadInput: a text that doesn't fit or parse.
        Unavailable: no font here has the characters.
    """
    size = settings.pixels
    texts = {key: getattr(settings, key) for key in TEXTS if getattr(settings, key)}
    for key, text in texts.items():
        check_mathtext(text, f"film.{key}")
    said = [*texts.values(), *captions, *names, *words.entries.values(), SIGNS]
    fonts = fonts_for(said, settings.font, settings.language, WEIGHTS)
    page = Page(size, theme, settings.transparent, fonts.families)
    types = cell_type_sizes(size) if settings.in_cell else type_sizes(size)
    shape = "cell" if settings.in_cell else view_shape(size)
    wide = shape == "wide"
    widest = max((page.width_of(text, types.tick) for text in numbers), default=0.0)
    left, right = _edges(page, shape, widest)
    if not has_subtitle(size):
        texts.pop("subtitle", None)
    headings = Headings(page, fonts, texts, types, (left, right, right - beside_title))
    is_over = not wide and _has_room_over(page, headings, right - left, types.tick, remark)
    beside = "" if is_over else remark
    lines = _caption_text(page, fonts, settings.caption, captions, types, (right - left, beside))
    first, bottom = _caption_place(page, shape, lines)
    under = headings.bottom + page.px(UNDER_HEADINGS)
    over = CELL_SIDE if shape == "cell" else TOP + WITHOUT_HEADINGS
    return ViewPage(
        page, fonts, types, shape, left, right,
        size[1] - (under if headings.bottom else page.px(over)), bottom,
        size[1] - page.px(TOP + 9) - 0.78 * types.title, headings, lines, first,
        size[1] - headings.bottom if is_over else first,
    )  # fmt: skip


def _caption_place(page: Page, shape: str, lines: CaptionText) -> tuple[float, float]:
    """The sentence's first baseline, and where what stands over it may begin."""
    foot = _foot(page, shape)
    first = foot + 0.24 * lines.size + max(lines.count - 1, 0) * LINE * lines.size
    over = page.px(OVER_CAPTION if shape == "wide" else OVER_CAPTION_NARROW)
    return first, first + ASCENT * lines.size + over if lines.count else foot


def _has_room_over(page: Page, headings: Headings, room: float, size: float, remark: str) -> bool:
    """Whether a quiet word may end the last heading's row; sentences need all of the foot."""
    width = page.width_of(remark, size) + page.px(BEFORE_REMARK)
    return headings.bottom > 0 and width <= room - headings.last_width()


def _foot(page: Page, shape: str) -> float:
    """What is free at the foot, in pixels."""
    if shape == "tall":
        return EMPTY_FOOT * page.box.height
    if shape == "cell":
        return page.px(CELL_FOOT)
    return page.px(FOOT if shape == "wide" else NARROW_FOOT)


def _edges(page: Page, shape: str, numbers: float) -> tuple[float, float]:
    """What all stands between, where numbers left of axes are so wide."""
    width, height = page.box.width, page.box.height
    if shape == "small":
        side = 0.04 * min(width, height) + 2
        return side, width - side
    if shape == "cell":
        return numbers + page.px(CELL_SIDE), width - page.px(CELL_SIDE)
    side = page.px(SIDE if shape == "wide" else NARROW_SIDE)
    aside = page.px(NUMBERS_ASIDE if shape == "wide" else NARROW_ASIDE)
    return max(side, aside + numbers), width - side


def _caption_text(
    page: Page,
    fonts: Fonts,
    own: str | None,
    captions: Sequence[str],
    types: TypeSizes,
    room_and_remark: tuple[float, str],
) -> CaptionText:
    """All that is said at the foot, in lines; `own`: what a job itself says there all film."""
    size = round(page.box.width), round(page.box.height)
    room, remark = room_and_remark
    if own is not None:
        lines = CaptionText(page, fonts, [own], room, types.caption, MOST_CAPTION_LINES)
        if lines.too_long:
            raise BadInput(
                f"film.caption: too long to be read in {size[0]} x {size[1]}: {own[:60]!r}"
            )
        return lines
    if remark:
        room -= page.width_of(remark, types.tick) + page.px(BEFORE_REMARK)
    said = () if view_shape(size) == "small" else captions
    return CaptionText(page, fonts, said, room, types.caption, MOST_LINES)


def view_shape(size: tuple[int, int]) -> str:
    """One of "wide", "classic", "square", "tall", "small"."""
    shape = shape_of(size)
    if shape == "middle":
        return "classic" if size[0] > 1.15 * size[1] else "square"
    return shape


class PageTexts:
    """Title and subtitle, the sentence at the foot, and a quiet word at its right end."""

    def __init__(self, view: ViewPage, caption: str | None) -> None:
        page = view.page
        view.headings.write()
        self._own = caption
        self._captions = CaptionLine(page, view.captions, view.left, view.caption)
        if caption is not None:
            self._captions.show(Caption(caption))
        self._remark = page.text(
            view.right, view.remark, "", view.types.tick, colour=page.theme.muted, ha="right"
        )
        self._is_bare = not view.has_readouts
        self.moving: Sequence[Artist] = [*self._captions.moving, self._remark]

    def show(self, caption: Caption, remark: str) -> None:
        """Write what is said of a frame, and the quiet word."""
        if not self._is_bare:
            self._remark.set_text(remark)
        if self._own is None:
            self._captions.show(caption)
