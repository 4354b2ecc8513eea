"""The clip of many runs on one clock."""

from collections.abc import Generator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property
from typing import Any

from fitreel.jobs.films.plan import Plan
from fitreel.jobs.films.single_run import check_labels
from fitreel.jobs.films.subject import Subject
from fitreel.jobs.films.tables import check_tables
from fitreel.jobs.job.program_record import origin_of
from fitreel.model.errors import BadInput
from fitreel.render.comparison.ranking.rows import ranking
from fitreel.render.comparison.ranking.table import table
from fitreel.render.comparison_picture import ComparisonPicture, Entry
from fitreel.render.film_settings import NAMED_SIZES, FilmSettings
from fitreel.render.frame import DrawnFrame, FrameSelection
from fitreel.render.output.destination import make_folder_of
from fitreel.render.output.output import Output
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.picture_version import comparison_facts, pacing_facts
from fitreel.render.timing.comparison_timetable import Timetable

OF_ONE_RUN = ("title", "subtitle", "caption", "language", "words", "font", "transparent")
"""Settings of a film that comparisons don't have."""
SIZE = NAMED_SIZES["1080p"]
"""A comparison's size where the job doesn't say."""


@dataclass(frozen=True)
class Comparison(Subject):
    """Many runs; those that aren't trained, or couldn't be, are entries without a record."""

    _: KW_ONLY
    entries: Sequence[Entry]
    note: str = ""
    """What the seed varies, for the log and the closing still; may be empty."""
    seeds_only: bool = False
    """Whether the runs differ in nothing but their seed."""

    @property
    def picture(self) -> PictureSettings:
        """What decides the pictures; the size is that of the whole clip."""
        size = self.job.film.pixels if self.job.film.given("size") else SIZE
        return replace(super().picture, pixels=size)

    @cached_property
    def timetable(self) -> Timetable:
        """Which snapshot each entry shows in each frame before the ranking."""
        from fitreel.render.comparison.pacing import paced, timetable_of

        timetable = timetable_of(self.entries, self.job.compare.clock)
        if not len(timetable):
            raise BadInput("there is no snapshot to draw in any of the runs")
        return paced(self.entries, timetable, self.job.film.pacing)

    @property
    def closing_count(self) -> int:
        """For how many frames the ranking stands at the end."""
        from fitreel.render.comparison.ranking.duration import closing_frames

        return closing_frames(self.job.film.fps, self.job.film.duration)

    @property
    def frame_count(self) -> int:
        """How many frames a film of it has."""
        return len(self.timetable) + self.closing_count

    def frames(self, selection: FrameSelection) -> Generator[DrawnFrame, None, None]:
        """Begin to draw these of its frames."""
        from fitreel.render.comparison.frames import comparison_frames

        picture = self.comparison_picture(self.picture)
        return comparison_frames(picture, self.timetable, self.closing_count, selection)

    def still_number(self, output: Output) -> int:
        """Which frame a still shows: the last before the ranking, or the one at its time."""
        if output.at is None:
            return len(self.timetable) - 1
        return max(0, int((self.timetable.times <= output.at).sum()) - 1)

    def origin(self) -> dict[str, Any]:
        """Its job; or, where one of them was, that it was recorded by a program."""
        for entry in self.entries:
            if entry.run is not None and entry.run.header.recorder == "program":
                return origin_of(entry.run, self.job) | {"name": self.job.name}
        return super().origin()

    def run_facts(self) -> list[dict[str, Any]]:
        """Which records it is made of."""
        return [
            {"failed": entry.failure}
            if entry.run is None
            else {"fingerprint": entry.run.header.fingerprint, "digest": entry.run.digest}
            for entry in self.entries
        ]

    def film_facts(self, number: int | None) -> dict[str, Any]:
        """What decides the pictures of a film, or of the still of a frame."""
        film = self.job.film
        picture = replace(self.files.for_provenance(film.picture), pixels=self.picture.pixels)
        facts = comparison_facts(self.comparison_picture(picture), self.files.digests())
        return facts | (pacing_facts(film.pacing) if number is None else {"still": number})

    def table(self, ending: str) -> tuple[bytes, int]:
        """The content of a table of the ranking, and how many rows it has."""
        rows = ranking(self.entries)
        return table(rows, ending).encode(), len(rows)

    def comparison_picture(self, picture: PictureSettings) -> ComparisonPicture:
        """All that decides the pictures, with this size and theme."""
        own = self.job.compare
        curves = [entry.run is None or entry.run.header.is_curve for entry in self.entries]
        layout, loss_panel = own.layout, own.loss_panel
        if not all(curves):  # what has no curve has its losses, which one axis shows of all
            layout, loss_panel = "overlay", any(curves)
        return ComparisonPicture(
            self.entries, picture, layout, own.clock, loss_panel, self.note, self.seeds_only
        )


NO_CELLS = (
    'compare.layout = "grid": a record of numbers, or of several inputs or outputs, has no '
    'curve to draw in a cell; layout = "overlay" shows the losses of all'
)


def check_comparison(comparison: Comparison, plan: Plan) -> None:
    """Refuse what can't be drawn or written, before anything is trained.

    Raises:
        BadInput: too many panels, too small a size, a table of an unknown ending or in the place of
            what fitreel did not make, no such theme, or what is made of a single run only.
        CannotWrite: a table's folder can't be made.
    """
    for output in plan.outputs:
        if output.is_sidecar:
            raise BadInput(f"{output.path}: subtitles and sheets are made of one run")
    settings = comparison.job.film
    if settings.panels:
        raise BadInput("film.panels: of one run; a comparison has compare.loss_panel")
    for key in OF_ONE_RUN:
        if getattr(settings, key) != FilmSettings.model_fields[key].default:
            raise BadInput(f"film.{key}: of one run; a comparison doesn't have it")
    picture = comparison.comparison_picture(comparison.picture)
    if comparison.job.compare.layout == "grid" and picture.layout != "grid":
        raise BadInput(NO_CELLS)
    check_tables(plan.tables, plan.options)
    from fitreel.render.comparison import readability
    from fitreel.render.comparison.pacing import check_pacing_of_comparison
    from fitreel.render.mpl.theme import load_theme

    load_theme(comparison.picture.theme)
    check_labels(comparison.picture)
    check_pacing_of_comparison(settings.pacing)
    readability.check_comparison(picture)
    for path in plan.tables:
        make_folder_of(path)
