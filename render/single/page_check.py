"""Whether all that a film is asked for has room, decided by what its pictures are laid out with."""

from fitreel.render.mpl.setup import in_force  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Sequence
from dataclasses import replace

from fitreel.model.record.header import Column
from fitreel.render.mpl.pixel_layout import drawable
from fitreel.render.mpl.theme import Theme, load_theme
from fitreel.render.page.caption_line import texts_at_foot
from fitreel.render.page.readouts import Readout
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.fields.class_key import KeyEntry, key_rows
from fitreel.render.plots.fields.input_names import input_names
from fitreel.render.single.fields.field_layout import panels_of
from fitreel.render.single.fields.field_page import (
    MOST_NAMES,
    FieldFacts,
    RegionsPage,
    is_pair,
    number_page,
)
from fitreel.render.single.layout.themed_page import Parts, themed_page
from fitreel.render.single.likely_sentences import likely_sentences
from fitreel.render.single.page_facts import PageFacts
from fitreel.render.single.shapes.plane_picture import parameter_name
from fitreel.render.single.shapes.shape_picture import Needs
from fitreel.render.single.shapes.shape_views import SHAPES
from fitreel.render.single.shapes.shaped_layout import (
    panels_beside,
    readouts_beside,
    shaped_page,
)
from fitreel.render.single.shapes.view_needs import (
    confusion_needs,
    curves_needs,
    picture_needs,
    plane_needs,
    scatter_needs,
    slices_needs,
)
from fitreel.render.text.translations import Translation, translation_of

NUMBERS = ("−0.5",)
"""What may stand left of axes and beside a colour bar."""
LOSS = 0.1234
"""As wide as a loss is mostly."""


def check_page(settings: PictureSettings, facts: PageFacts) -> None:
    """Refuse what can't be drawn of a run, before it is trained.

    It is laid out as its film will be, with what is known of it: what that says at its foot, and
    how wide its numbers are, is taken as it mostly is.

    Raises:
        BadInput: a theme, text, language or size that can't be drawn, or panels without room.
        Unavailable: no font here has the characters.
    """
    words = translation_of(settings.language, settings.words)
    theme = load_theme(settings.theme)
    said = texts_at_foot(settings, likely_sentences(settings, facts, words))
    if facts.view == "field":
        _check_field(settings, facts, theme, words, said)
    elif facts.view == "regions":
        _check_regions(settings, facts, theme, words, said)
    elif facts.view in SHAPES:
        needs = _needs(settings, facts, theme, words)
        readouts = readouts_beside(needs, facts.last_epoch, _loss(theme, words), theme, words)
        parts = Parts(readouts=readouts, captions=said, remark=words.text("interpolated"))
        panels = panels_beside(settings, needs, has_losses=facts.has_losses)
        shaped_page(settings, theme, words, needs, parts, panels)
    else:
        epoch = Readout(words.text("epoch"), [words.integer(facts.last_epoch)], theme.text)
        rider = words.text("legend_prediction") if facts.view == "fit" else ""
        parts = Parts(readouts=[epoch, _loss(theme, words)], rider=rider)
        if facts.view == "numbers":  # the first panel stands in the fit's place
            settings = replace(settings, panels=settings.panels[1:])
        themed_page(settings, theme, words, parts)


def _loss(theme: Theme, words: Translation) -> Readout:
    return Readout(words.text("loss"), [words.number(LOSS)], theme.text)


def _field_facts(
    settings: PictureSettings, facts: PageFacts, words: Translation, *, has_error: bool
) -> FieldFacts:
    names = input_names([Column(name) for name in facts.inputs], settings)
    panels = panels_of(settings.panels, has_error=has_error, has_loss=facts.has_losses)
    return FieldFacts(
        facts.aspect, names, panels, facts.last_epoch, facts.has_aside,
        remark=words.text("interpolated"),
    )  # fmt: skip


def _check_field(
    settings: PictureSettings,
    facts: PageFacts,
    theme: Theme,
    words: Translation,
    said: Sequence[str],
) -> None:
    pair = is_pair(settings, has_target=facts.has_truth)
    own = _field_facts(settings, facts, words, has_error=pair)
    number_page(settings, theme, words, said, own, pair=pair, bar=NUMBERS)


def _check_regions(
    settings: PictureSettings,
    facts: PageFacts,
    theme: Theme,
    words: Translation,
    said: Sequence[str],
) -> None:
    own = _field_facts(settings, facts, words, has_error=False)
    classes = [drawable(name) for name in facts.classes]
    page = RegionsPage(settings, theme, words, said, own, classes, facts.points)
    layout = page.layout(len(page.aside))
    if len(classes) > MOST_NAMES and page.view.has_readouts:
        entries = [*page.aside, *(KeyEntry(name, theme.text, "o") for name in classes)]
        room = page.view.right - layout.key[0]
        page.layout(len(key_rows(page.view.page, entries, page.view.types.label, room)))


def _needs(
    settings: PictureSettings, facts: PageFacts, theme: Theme, words: Translation
) -> Needs:  # fmt: skip
    """What the middle of a view needs."""
    names = [drawable(name) for name in facts.classes or facts.outputs]
    match facts.view:
        case "picture":
            return picture_needs(facts.pixels, settings.panels, has_target=facts.has_truth)
        case "plane":
            return plane_needs(NUMBERS, parameter_name(facts.inputs[0]), words)
        case "curves":
            return curves_needs(NUMBERS, names, settings.x_label or "")
        case "scatter":
            errors = [words.number(LOSS)]
            return scatter_needs(NUMBERS, errors, theme, words, has_aside=facts.has_aside)
        case "confusion":
            return confusion_needs(names, facts.points, theme, words)
    inputs = [drawable(name) for name in facts.inputs]
    return slices_needs(NUMBERS, inputs, names if len(names) > 1 else [])
