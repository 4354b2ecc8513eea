"""What both pictures of a comparison are made from: page, fonts, colours, names, places."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitreel.model.record.reader import Record
from fitreel.render.captions.caption_track import CaptionTrack
from fitreel.render.comparison.page.colours import identity_colours
from fitreel.render.comparison.page.left_numbers import left_numbers
from fitreel.render.comparison.page.lettering import Lettering, fonts_of, one_line
from fitreel.render.comparison.page.page_header import Foot, PageHeader
from fitreel.render.comparison.page.page_plan import PagePlan, plan_page
from fitreel.render.comparison.page.panel_limits import panel_limits
from fitreel.render.comparison.standings.contenders import Contender, contenders_of, places_of
from fitreel.render.comparison.standings.sentences import OF_CLASSES, captions_of
from fitreel.render.comparison.standings.values import widest_values
from fitreel.render.comparison.standings.yardstick import loss_format_of, noise_of
from fitreel.render.comparison_picture import ComparisonPicture
from fitreel.render.mpl.pixel_layout import Page
from fitreel.render.mpl.theme import comparison_theme
from fitreel.render.mpl.ticks import Ticks, linear_ticks
from fitreel.render.plots.fit_axes import Limits
from fitreel.render.plots.loss_plot import time_name
from fitreel.render.text.axis_labels import AxisLabels, axis_labels
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import Translation, translation_of
from fitreel.render.timing.comparison_timetable import Timetable
from fitreel.render.timing.epoch_axis import EpochAxis
from fitreel.render.view import ViewName

COLOURED = (*OF_CLASSES, "curves")
"""Views in which classes, or several outputs, have colours of their own; slices may have them."""
TICKS = 4
"""About so many along an axis of a fit."""
LEFT, MOST_LEFT = 33.0, 0.16
"""From the widest number to the page's left edge, in pixels at 720; what it takes at most of the
page's width, where it is a class' name."""


@dataclass(frozen=True)
class Setting:
    """A comparison on its page, before there are plots."""

    comparison: ComparisonPicture
    axis: EpochAxis
    """Of its loss plot."""
    times: NDArray[np.float64]
    """Shape (F,): the clock in each frame."""
    fps: float
    page: Page
    plan: PagePlan
    lettering: Lettering
    words: Translation
    contenders: Sequence[Contender]
    colours: Sequence[str]
    """Of the contenders."""
    places: Sequence[int | None]
    """Of the contenders, at the end."""
    numbers: LossFormat
    limits: Limits | None
    """Of all fits; None where no run has a curve."""
    y_ticks: Ticks
    labels: AxisLabels
    left: float
    """Where title, plots and caption begin."""
    header: PageHeader
    captions: CaptionTrack
    """Of the film; those that `foot` has room for."""
    foot: Foot

    @property
    def names(self) -> list[str]:
        """Of the contenders, as they are written."""
        return [one_line(each.label) for each in self.contenders]

    @property
    def subtitle_width(self) -> float:
        """What the subtitle takes of its row, in pixels, with what is free beside it."""
        text = self.comparison.picture.subtitle
        if not text or not self.plan.has_subtitle:
            return 0.0
        return self.lettering.width(text, self.plan.label) + self.plan.px(LEFT)

    def value_width(self, number: int, size: float, texts: Sequence[str] = ()) -> float:
        """How wide the widest of `texts` is in bold letters of this size; none: its losses."""
        texts = texts or widest_values(self.contenders[number], self.numbers, self.words)
        return max((self.lettering.width(text, size, "bold") for text in texts), default=0.0)

    @property
    def loss_name(self) -> str:
        """What stands over losses: whose are medians, too."""
        noisy = [n for n, each in enumerate(self.contenders) if each.is_noisy]
        loss = self.words.text("axis_loss")
        if not noisy:
            return loss
        if len(noisy) == len(self.contenders):
            return self.words.text("loss_all_medians", loss=loss)
        if len(noisy) == 1:
            return self.words.text("loss_median_of", loss=loss, name=self.names[noisy[0]])
        return self.words.text("loss_some_medians", loss=loss)

    @property
    def time_name(self) -> str:
        """What the axis of losses counts."""
        return time_name(self.axis, self.words, self.comparison.clock)

    @property
    def noise(self) -> float | None:
        """The true function's own loss, where it is one for all."""
        return noise_of(self.contenders)


@in_force()
def setting_of(comparison: ComparisonPicture, table: Timetable) -> Setting:
    """Measure everything and begin a page.

    Raises:
        BadInput: a record is damaged, or a text that can't be drawn.
        Unavailable: no font here has a text's characters.
    """
    picture = comparison.picture
    words = translation_of(picture.language, picture.words)
    theme = comparison_theme(picture.theme)
    fonts = fonts_of(comparison)
    page = Page(picture.pixels, theme, picture.transparent, fonts.families)
    lettering = Lettering(page, fonts)
    plan = plan_page(picture.pixels, picture.subtitle is not None)
    contenders = contenders_of(comparison, table)
    curves = [run for each in contenders for run in each.curves]
    runs = [run for each in contenders for run in each.runs]
    limits = panel_limits(comparison.view, runs, picture.truth)
    ticks = linear_ticks(*limits.y, TICKS) if limits is not None else ([], [])
    numbers = left_numbers(comparison.view, runs, ticks, words)
    widest = max((lettering.width(text, plan.tick) for text in numbers), default=0.0)
    widest = min(widest, MOST_LEFT * plan.width)
    left = max(plan.margin, plan.px(LEFT) + widest)
    last = float(table.times[-1]) if len(table) else 0.0
    captions = captions_of(comparison, contenders, table)
    return Setting(
        comparison=comparison,
        axis=table.axis,
        times=table.times,
        fps=float(table.fps),
        page=page,
        plan=plan,
        lettering=lettering,
        words=words,
        contenders=contenders,
        colours=identity_colours(
            len(contenders), theme, has_classes=_has_coloured_outputs(comparison.view, runs)
        ),
        places=places_of(contenders),
        numbers=loss_format_of(contenders, words),
        limits=limits,
        y_ticks=ticks,
        labels=axis_labels(picture, [run.header for run in curves]),
        left=left,
        header=PageHeader(lettering, plan, picture, words, comparison.clock, last, left),
        captions=captions,
        foot=Foot(lettering, plan, left, captions.texts()),
    )


def _has_coloured_outputs(view: ViewName, runs: Sequence[Record]) -> bool:
    """Whether colours in panels are those of classes or outputs."""
    several = any(run.header.predicted_columns > 1 for run in runs)
    return view in COLOURED or (view == "slices" and several)
