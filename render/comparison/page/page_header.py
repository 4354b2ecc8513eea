"""What stands over and under the plots of a comparison: title, subtitle, clock and caption."""

from fitreel.render.mpl.setup import in_force  # isort: skip  (before matplotlib)

from collections.abc import Collection

from matplotlib.artist import Artist

from fitreel.render.captions.caption import Caption
from fitreel.render.comparison.page.lettering import Lettering
from fitreel.render.comparison.page.page_plan import PagePlan
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.text.translations import Translation
from fitreel.render.timing.comparison_timetable import Clock

BETWEEN = 14.0
"""From the clock's word to its number, in pixels at 720."""
APART = 40.0
"""From the title to the clock."""
SMALLEST_TITLE = 0.04
"""Of the shorter side."""


class PageHeader:
    """The clock moves in a slot as wide as its last value; title and subtitle stand still."""

    @in_force()
    def __init__(
        self,
        lettering: Lettering,
        plan: PagePlan,
        picture: PictureSettings,
        words: Translation,
        clock: Clock,
        last: float,
        left: float,
    ) -> None:
        self._words, self._clock = words, clock
        page, theme = lettering.page, lettering.page.theme
        widest = lettering.width(self._number(last), plan.number, "bold")
        name = words.text("axis_epoch" if clock == "epoch" else "axis_seconds")
        name_width = lettering.width(name, plan.label)
        right = plan.width - plan.margin
        start = right - widest if picture.title else left + name_width + page.px(BETWEEN)
        baseline = plan.title_baseline
        self._value = lettering.write(start, baseline, "", plan.number, weight="bold")
        begin = start - page.px(BETWEEN) - name_width
        lettering.write(begin, baseline, name, plan.label, colour=theme.muted)
        self.moving: list[Artist] = [self._value]
        if picture.title:
            self._write_title(lettering, plan, picture.title, left, begin - page.px(APART))
        if picture.subtitle and plan.has_subtitle:
            size = lettering.fitting(
                picture.subtitle, plan.label, "regular", right - left, 0.7 * plan.label
            )
            lettering.write(
                left, plan.subtitle_baseline, picture.subtitle, size, colour=theme.muted
            )

    def show(self, time: float) -> None:
        """Set the clock."""
        self._value.set_text(self._number(time))

    def _number(self, time: float) -> str:
        if self._clock == "epoch":
            return self._words.integer(round(time))
        return self._words.respelled(f"{time:.2f}" if time < 100 else f"{time:.0f}")

    @staticmethod
    def _write_title(
        lettering: Lettering, plan: PagePlan, title: str, left: float, end: float
    ) -> None:
        """In one line, or where it would be small in two above the subtitle."""
        lines = title.split("\n")
        least = SMALLEST_TITLE * min(plan.size)
        if len(lines) == 1 and lettering.width(title, 0.75 * plan.title, "bold") > end - left:
            lines = _halves(lettering, plan, title)
        room = (1.2 if len(lines) == 1 else 0.72) * plan.title
        size = min(
            plan.title if len(lines) == 1 else 0.75 * plan.title,
            *(
                lettering.fitting(line, plan.title, "bold", end - left, 0.5 * least)
                for line in lines
            ),
        )
        for number, line in enumerate(reversed(lines)):
            lettering.write(left, plan.title_baseline - number * room, line, size, weight="bold")


def _halves(lettering: Lettering, plan: PagePlan, title: str) -> list[str]:
    words = title.split(" ")
    breaks = [[" ".join(words[:at]), " ".join(words[at:])] for at in range(1, len(words))]
    pairs = [pair for pair in breaks if all(half.count("$") % 2 == 0 for half in pair)]

    def widest(pair: list[str]) -> float:
        return max(lettering.width(line, plan.title, "bold") for line in pair)

    return min(pairs, key=widest, default=[title])


class Foot:
    """The sentence under the plots, all film in the size in which the longest of `texts` fits."""

    @in_force()
    def __init__(
        self, lettering: Lettering, plan: PagePlan, left: float, texts: Collection[str]
    ) -> None:
        self._lettering = lettering
        room = plan.width - plan.margin - left
        size = min(
            (lettering.fitting(text, plan.caption, "medium", room, 10.0) for text in texts),
            default=plan.caption,
        )
        self._text = lettering.write(left, plan.caption_baseline, "", size, weight="medium")
        self._caption: Caption | None = None
        self.moving: list[Artist] = [self._text]

    def show(self, caption: Caption) -> None:
        """Let this sentence stand there."""
        if caption == self._caption:
            return
        self._caption = caption
        theme = self._lettering.page.theme
        self._text.set_text(caption.text)
        self._text.set_alpha(caption.opacity)
        self._text.set_color(theme.warning if caption.is_warning else theme.text)
