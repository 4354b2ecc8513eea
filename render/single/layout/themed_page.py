"""What there is of a themed film before any run: every text checked, every place found."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fitreel.model.errors import BadInput
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import Theme
from fitreel.render.page.caption_line import CaptionText
from fitreel.render.page.headings import Headings
from fitreel.render.page.readouts import Readout, check_readouts, header_width
from fitreel.render.page.type_sizes import TypeSizes, shape_of, type_sizes
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.single.layout.stacked_layout import (
    lay_out_cell,
    lay_out_small,
    lay_out_stacked,
)
from fitreel.render.single.layout.themed_layout import (
    BEFORE_REMARK,
    Contents,
    ThemedLayout,
    has_subtitle,
    margins,
    readouts_in_header,
)
from fitreel.render.single.layout.wide_layout import lay_out_wide
from fitreel.render.text.axis_labels import axis_labels
from fitreel.render.text.fonts import Fonts, fonts_for
from fitreel.render.text.mathtext import check_mathtext
from fitreel.render.text.translations import Translation

TEXTS = ("title", "subtitle", "caption")
"""What a job may set itself."""
MOST_CAPTION_LINES = 4
"""Of a job's own caption."""
SIGNS = "0123456789.,−-·⁻⁰¹²³⁴⁵⁶⁷⁸⁹ "
WEIGHTS = ("regular", "medium", "bold")


@dataclass(frozen=True)
class Parts:
    """What of a run decides where things stand."""

    numbers: Sequence[str] = ("−0.5",)
    """Left of the fit's axes."""
    readouts: Sequence[Readout] = field(default=())
    rider: str = ""
    """The curve's name; "" where there is no curve."""
    key: bool = False
    """Whether a row is kept for a key."""
    captions: Sequence[str] = ()
    """All that is said at the foot."""
    names: Sequence[str] = ()
    """What else is written in signs of whatever kind, such as what classes are called."""
    remark: str = ""
    """The longest word that may stand at the foot's right end."""


@dataclass(frozen=True)
class ThemedPage:
    """A page, its fonts, and where everything stands on it."""

    page: Page
    fonts: Fonts
    layout: ThemedLayout
    headings: Headings
    captions: CaptionText
    """All that is said at the foot."""
    has_subtitle_row: bool
    """Whether a key may stand in the row of a subtitle."""


@in_force()
def themed_page(
    settings: PictureSettings, theme: Theme, words: Translation, parts: Parts
) -> ThemedPage:
    """Check every text and find every place.

    Raises:
        BadInput: a text that doesn't fit or parse, or panels that have no room.
        Unavailable: no font here has the characters.
    """
    size = settings.pixels
    texts = {key: getattr(settings, key) for key in TEXTS if getattr(settings, key)}
    for key, text in texts.items():
        check_mathtext(text, f"film.{key}")
    labels = axis_labels(settings)
    fonts = fonts_for(
        [*texts.values(), *parts.captions, *labels, *parts.names, *words.entries.values(), SIGNS],
        settings.font, settings.language, WEIGHTS,
    )  # fmt: skip
    page = Page(size, theme, settings.transparent, fonts.families)
    types = type_sizes(size)
    numbers = max((page.width_of(text, types.tick) for text in parts.numbers), default=0.0)
    left, right = margins(size, numbers)
    shape = "cell" if settings.in_cell else shape_of(size)
    if not has_subtitle(size):
        texts.pop("subtitle", None)
    if shape == "small":
        settings = replace(settings, panels=())
    beside = 0.0
    if readouts_in_header(size, len(settings.panels)):
        beside = header_width(page, types, parts.readouts)
    headings = Headings(page, fonts, texts, types, (left, right, right - beside))
    captions = _captions(page, fonts, settings.caption, types, (left, right), parts)
    remark = page.width_of(parts.remark, types.tick)
    contents = Contents(
        tuple(settings.panels), headings.bottom, captions.count, numbers,
        page.width_of(parts.rider, types.label, "bold"), parts.key, remark,
    )  # fmt: skip
    if shape == "wide":
        layout = lay_out_wide(size, contents, "subtitle" in texts)
    else:
        lay_out = {"small": lay_out_small, "cell": lay_out_cell}.get(shape, lay_out_stacked)
        layout = lay_out(size, contents)
    check_readouts(page, layout.readouts, layout.types, parts.readouts)
    has_row = shape == "wide" and "subtitle" in texts and not parts.key
    return ThemedPage(page, fonts, layout, headings, captions, has_row)


def _captions(
    page: Page,
    fonts: Fonts,
    own: str | None,
    types: TypeSizes,
    edges: tuple[float, float],
    parts: Parts,
) -> CaptionText:
    """What is said at the foot, in lines; `own`: what a job itself says there all film."""
    size = round(page.box.width), round(page.box.height)
    shape, room = shape_of(size), edges[1] - edges[0]
    if shape == "small":
        return CaptionText(page, fonts, (), room, types.caption, 1)
    if own is not None:
        text = CaptionText(page, fonts, [own], room, types.caption, MOST_CAPTION_LINES)
        if text.too_long:
            raise BadInput(
                f"film.caption: too long to be read in {size[0]} x {size[1]}: {own[:60]!r}"
            )
        return text
    if shape == "wide" and parts.remark:
        room -= page.width_of(parts.remark, types.tick) + page.px(BEFORE_REMARK)
    for most in (2,) if shape == "tall" else (1, 2):
        text = CaptionText(page, fonts, parts.captions, room, types.caption, most)
        if not text.too_long:
            break
    return text
