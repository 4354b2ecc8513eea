"""The pages of fields and regions before anything of a run is on them: one for film and check."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass

from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import Theme
from fitreel.render.page.readouts import Readout, header_width
from fitreel.render.page.type_sizes import type_sizes
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.plots.axes_names import LONGEST_IN_COLUMN
from fitreel.render.plots.fields.class_key import KeyEntry
from fitreel.render.single.fields.field_layout import FieldContents, FieldLayout, lay_out_field
from fitreel.render.single.layout.themed_layout import LEAST_ROWS
from fitreel.render.single.layout.view_page import ViewPage, view_page, view_shape
from fitreel.render.text.axis_labels import AxisLabels
from fitreel.render.text.translations import Translation

MOST_NAMES = 10
"""The names of more classes than these don't stand in the field, but in a key."""


@dataclass(frozen=True)
class FieldFacts:
    """What of a run over two inputs decides where things stand."""

    aspect: float
    """Width by height of what is looked at, in the inputs' units."""
    names: AxisLabels
    """Of the inputs."""
    panels: tuple[str, ...]
    last_epoch: int
    has_aside: bool
    """Whether there are points kept aside."""
    numbers: Sequence[str] = ("−0.5",)
    """What stands left of the field."""
    remark: str = ""
    """The longest quiet word."""
    least_rows: float = LEAST_ROWS
    """A plot is at least so many font sizes of its numbers high."""

    @property
    def has_long_name(self) -> bool:
        """Whether the name of the upright axis stands over the field."""
        name = self.names.y.replace("$", "")
        return len(name) > LONGEST_IN_COLUMN and "_" not in name

    def epoch(self, words: Translation, theme: Theme) -> Readout:
        """The readout of the epoch."""
        return Readout(words.text("epoch"), [words.integer(self.last_epoch)], theme.text)


def is_pair(settings: PictureSettings, *, has_target: bool) -> bool:
    """Whether the target stands beside a field of numbers."""
    return has_target and view_shape(settings.pixels) == "wide" and not settings.in_cell


@in_force()
def number_page(
    settings: PictureSettings,
    theme: Theme,
    words: Translation,
    said: Sequence[str],
    facts: FieldFacts,
    *,
    pair: bool,
    bar: Sequence[str],
) -> tuple[ViewPage, FieldLayout]:
    """The page of a field of numbers; `bar` are the numbers beside its colour bar.

    Raises:
        BadInput: a text that doesn't fit or parse, or panels that have no room.
        Unavailable: no font here has the characters.
    """
    beside_title = 0.0
    if pair:
        page = Page(settings.pixels, theme)
        beside_title = header_width(page, type_sizes(settings.pixels), [facts.epoch(words, theme)])
    view = view_page(
        settings, theme, words, said, names=[*facts.names], numbers=facts.numbers,
        remark=facts.remark, beside_title=beside_title,
    )  # fmt: skip
    width = 0.0
    if not pair and view.has_readouts:
        width = max(view.page.width_of(text, view.types.tick) for text in bar)
    contents = FieldContents(
        facts.panels, (0.0,), key_lines=int(facts.has_aside and not pair), pair=pair, bar=width,
        long_name=facts.has_long_name and not pair, least_rows=facts.least_rows,
    )  # fmt: skip
    return view, lay_out_field(view, facts.aspect, contents)


class RegionsPage:
    """The page of regions of classes: where all stands depends on how long the key is.

    Args:
        settings: how it looks.
        theme: its colours.
        words: in the film's language.
        said: all that is said at the foot.
        facts: of the run.
        classes: what they are called.
        count: of the points.

    Raises:
        BadInput: a text that doesn't fit or parse.
        Unavailable: no font here has the characters.
    """

    @in_force()
    def __init__(
        self,
        settings: PictureSettings,
        theme: Theme,
        words: Translation,
        said: Sequence[str],
        facts: FieldFacts,
        classes: Sequence[str],
        count: int,
    ) -> None:
        self._facts = facts
        self.view = view = view_page(
            settings, theme, words, said, names=[*classes, *facts.names], numbers=facts.numbers,
            remark=facts.remark,
        )  # fmt: skip
        wrong = Readout(words.text("wrong"), [words.integer(count)], theme.text)
        self.readouts = [facts.epoch(words, theme), wrong]
        has_boundary = view.has_readouts and view.shape != "classic"
        self.boundary = [KeyEntry(words.text("boundary"), theme.text)] * has_boundary
        """What the key says of the boundary, where it has room."""
        has_aside = view.has_readouts and facts.has_aside
        aside = KeyEntry(words.text("kept_aside"), theme.text, "o", is_hollow=True)
        self.aside = [aside] * has_aside
        """What it says of points kept aside, where there are any."""

    @in_force()
    def layout(self, rows: int) -> FieldLayout:
        """Where all stands over so many rows of a key, the boundary's not among them.

        Raises:
            BadInput: there is no room for the panels.
        """
        page, types = self.view.page, self.view.types
        widths = tuple(
            max(page.width_of(each.name, types.label),
                page.width_of(each.widest[0], types.readout, "bold"))
            for each in self.readouts
        )  # fmt: skip
        keys = 1 + rows if rows else len(self.boundary)  # they stand under the boundary's row
        contents = FieldContents(
            self._facts.panels, widths, 1, keys, long_name=self._facts.has_long_name,
            least_rows=self._facts.least_rows,
        )  # fmt: skip
        return lay_out_field(self.view, self._facts.aspect, contents)
