"""What there is of a themed film before any run: every text checked, every place found."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fitreel.model.errors import BadInput
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import Theme, load_theme
from fitreel.render.page.caption_line import caption_lines
from fitreel.render.page.headings import Headings
from fitreel.render.page.readouts import Readout, header_width
from fitreel.render.page.type_sizes import TypeSizes, shape_of, type_sizes
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.single.layout.stacked_layout import lay_out_small, lay_out_stacked
from fitreel.render.single.layout.themed_layout import (
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
from fitreel.render.text.translations import Translation, translation_of

TEXTS = ("title", "subtitle", "caption")
"""What a job may set itself."""
MOST_CAPTION_LINES = 4
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


@dataclass(frozen=True)
class ThemedPage:
    """A page, its fonts, and where everything stands on it."""

    page: Page
    fonts: Fonts
    layout: ThemedLayout
    headings: Headings
    captions: int
    """Lines at the foot."""
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
        [*texts.values(), *labels, *words.entries.values(), SIGNS],
        settings.font, settings.language, WEIGHTS,
    )  # fmt: skip
    page = Page(size, theme, settings.transparent, fonts.families)
    types = type_sizes(size)
    numbers = max((page.width_of(text, types.tick) for text in parts.numbers), default=0.0)
    left, right = margins(size, numbers)
    shape = shape_of(size)
    if not has_subtitle(size):
        texts.pop("subtitle", None)
    if shape == "small":
        settings = replace(settings, panels=())
    beside = 0.0
    if readouts_in_header(size, len(settings.panels)):
        beside = header_width(page, types, parts.readouts)
    headings = Headings(page, fonts, texts, types, (left, right, right - beside))
    captions = _caption_lines(page, fonts, texts.get("caption"), types, right - left)
    if shape == "small":
        captions = 0
    contents = Contents(
        tuple(settings.panels), headings.bottom, captions, numbers,
        page.width_of(parts.rider, types.label, "bold"), parts.key,
    )  # fmt: skip
    if shape == "wide":
        layout = lay_out_wide(size, contents, "subtitle" in texts)
    else:
        layout = (lay_out_small if shape == "small" else lay_out_stacked)(size, contents)
    has_row = shape == "wide" and "subtitle" in texts and not parts.key
    return ThemedPage(page, fonts, layout, headings, captions, has_row)


def _caption_lines(
    page: Page, fonts: Fonts, caption: str | None, types: TypeSizes, room: float
) -> int:
    """How many lines are kept at the foot."""
    if caption is None:
        return 2 if shape_of((round(page.box.width), round(page.box.height))) == "tall" else 1
    fitted = caption_lines(page, fonts, caption, room, types.caption, MOST_CAPTION_LINES)
    if fitted is None:
        size = f"{page.box.width:.0f} x {page.box.height:.0f}"
        raise BadInput(f"film.caption: too long to be read in {size}: {caption[:60]!r}")
    return len(fitted[0])


def check_themed_scene(settings: PictureSettings) -> None:
    """Refuse what can't be drawn, before anything is trained.

    Raises:
        BadInput: a theme, text, language or size that can't be drawn.
        Unavailable: no font here has the characters.
    """
    words = translation_of(settings.language, settings.words)
    readouts = (
        Readout(words.text("epoch"), [words.integer(9999)], "black"),
        Readout(words.text("loss"), [words.number(0.1234)], "black"),
    )
    rider = words.text("legend_prediction")
    themed_page(settings, load_theme(settings.theme), words, Parts(readouts=readouts, rider=rider))
