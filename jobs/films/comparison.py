"""The clip of many runs on one clock."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from fitreel.jobs.films.plan import Plan
from fitreel.jobs.films.shape_checks import OF_TRUTH, check_axis_names
from fitreel.jobs.films.sidecar_files import SHEET
from fitreel.jobs.films.single_run import check_labels
from fitreel.jobs.films.subject import Subject, epoch_of
from fitreel.jobs.films.tables import check_tables
from fitreel.jobs.job.program_record import origin_of
from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import BadInput
from fitreel.render.comparison.ranking.rows import ranking
from fitreel.render.comparison.ranking.table import table
from fitreel.render.comparison_picture import ComparisonPicture, Entry
from fitreel.render.film_settings import NAMED_SIZES
from fitreel.render.frame import DrawnFrame, FrameSelection
from fitreel.render.metadata.provenance import Chapter
from fitreel.render.output.destination import make_folder_of
from fitreel.render.output.formats import SRT, OutputKind
from fitreel.render.output.output import Output
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.picture_version import comparison_facts, pacing_facts
from fitreel.render.text.translations import translation_of
from fitreel.render.timing.comparison_timetable import Timetable
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.view import ViewName

if TYPE_CHECKING:
    from fitreel.render.handout.page import Kind
    from fitreel.render.web.page_subject import PageSubject

SIZE = NAMED_SIZES["1080p"]
"""A comparison's size where the job doesn't say."""


@dataclass(frozen=True)
class Comparison(Subject):
    """Many runs; those that aren't trained, or couldn't be, are entries without a record."""

    _: KW_ONLY
    entries: Sequence[Entry]
    view: ViewName = "fit"
    """What panels show of each run."""
    note: str = ""
    """What the seed varies, for the log and the closing still; may be empty."""

    @property
    def picture(self) -> PictureSettings:
        """What decides the pictures; the size is that of the whole clip."""
        size = self.job.film.pixels if self.job.film.given("size") else SIZE
        return replace(super().picture, pixels=size)

    @cached_property
    def timetable(self) -> Timetable:
        """Which snapshot each entry shows in each frame before the ranking."""
        from fitreel.render.comparison.pacing import held, paced, timetable_of

        timetable = timetable_of(self.entries, self.job.compare.clock)
        if not len(timetable):
            raise BadInput("there is no snapshot to draw in any of the runs")
        moving = paced(self.entries, timetable, self.pacing, self.ending_count)
        return held(moving, self.ending_count - self.closing_count)

    @cached_property
    def pacing(self) -> Pacing:
        """How the clip goes through the runs: what the job says, and what fits where it doesn't."""
        return self.job.film.pacing(self.job.compare.clock, self._sentence_seconds)

    def _sentence_seconds(self) -> tuple[float, float]:
        """How long the first and the last sentence take to read."""
        from fitreel.render.comparison.pacing import timetable_of
        from fitreel.render.comparison.standings.sentences import hold_seconds_of

        timetable = timetable_of(self.entries, self.job.compare.clock)
        if not len(timetable):
            return 0.0, 0.0
        return hold_seconds_of(self.comparison_picture(self.picture), timetable)

    @property
    def closing_count(self) -> int:
        """For how many frames the ranking stands at the end, where it is asked for."""
        return self.ending_count if self.job.compare.ranking else 0

    @property
    def ending_count(self) -> int:
        """How many frames follow the pace's own: the ranking's; or where nothing holds the end, so
        many that places and final losses can be read.
        """
        film = self.job.film
        if not self.job.compare.ranking and (film.given("hold_end") or self.pacing.hold_end > 0):
            return 0
        from fitreel.render.comparison.ranking.duration import closing_frames

        return closing_frames(film.fps, film.duration)

    @property
    def frame_count(self) -> int:
        """How many frames a film of it has."""
        return len(self.timetable) + self.closing_count

    def frames(self, selection: FrameSelection) -> Generator[DrawnFrame, None, None]:
        """Begin to draw these of its frames."""
        from fitreel.render.comparison.frames import comparison_frames

        picture = self.comparison_picture(self.picture)
        return comparison_frames(picture, self.timetable, self.closing_count, selection)

    def chapters(self) -> Sequence[Chapter]:
        """Its start, how runs end and its end, with titles in the film's language."""
        from fitreel.render.comparison.narration import comparison_chapters

        picture = self.comparison_picture(self.picture)
        return comparison_chapters(picture, self.timetable, self.frame_count)

    def sidecar(self, output: Output) -> bytes:
        """The content of subtitles or of a page of frames that goes with the clip."""
        picture = self.comparison_picture(self.picture)
        if output.kind is OutputKind.SUBTITLES:
            from fitreel.render.captions.subtitle_formats import srt, vtt
            from fitreel.render.comparison.narration import comparison_cues

            cues = comparison_cues(picture, self.timetable)
            return "".join((srt if output.format is SRT else vtt)(cues)).encode()
        if output.kind is OutputKind.WEB_PAGE:
            from fitreel.render.web.document import page_of

            return page_of(self.on_page())
        from fitreel.render.handout.frame_sheet import even_frames, frame_sheet

        across, down = output.sheet or SHEET
        table = self.timetable
        runs = [
            (clock, entry.run.losses)
            for entry, clock in zip(self.entries, table.clocks, strict=True)
            if entry.run is not None and len(entry.run)
        ]
        numbers = even_frames(table.times, table.axis, runs, across * down)
        numbers[-1] = len(table) - 1  # the last with its places
        selection = FrameSelection(film=False, stills=frozenset(numbers))
        frames = [drawn.frame.copy() for drawn in self.frames(selection)]
        kind = cast("Kind", output.format.name)
        return frame_sheet(frames, [""] * len(frames), self.picture, across, down, kind)

    def on_page(self) -> "PageSubject":
        """What a page for a browser shows of it."""
        from fitreel.render.web.comparison_page import comparison_on_page

        picture, most = self.comparison_picture(self.picture), self.job.film.page_snapshots
        return comparison_on_page(picture, self.timetable, self.job.name, most)

    def remarks(self) -> Iterator[str]:
        """Which captions of the job's own are at epochs that no training came to."""
        from fitreel.render.captions.set_captions import unreached_captions

        runs = [entry.run for entry in self.entries if entry.run is not None and len(entry.run)]
        has_ended = all(run.ending is not None for run in runs)
        if runs and has_ended and self.job.compare.clock == "epoch":
            last = max(int(run.epochs[-1]) for run in runs)
            if line := unreached_captions(self.picture, last):
                yield line

    def left_out(self) -> Sequence[str]:
        """Settings of its pictures for which they have no room, by their keys in [film]."""
        from fitreel.render.comparison.page.page_plan import left_out

        return left_out(self.picture)

    def epoch_shown(self, output: Output, at: int) -> int:
        """The epoch that a still shows of which `at` is asked for."""
        epochs = self.timetable.snapshot_times.astype(np.int64)
        takes_nearest = output.takes_nearest
        return epoch_of(epochs, at, "none of the runs", takes_nearest=takes_nearest)

    def still_number(self, output: Output) -> int:
        """Which frame a still shows: the last before the ranking, or the one at its epoch.

        Epochs that the film goes past between two frames have numbers after all frames.
        """
        table = self.timetable
        if output.at is None:
            return len(table) - 1
        number = int((table.times <= output.at).sum()) - 1
        if number >= 0 and table.times[number] == output.at:
            return number
        return self.frame_count + int(np.searchsorted(table.snapshot_times, output.at))

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
        return facts | (pacing_facts(self.pacing) if number is None else {"still": number})

    def table(self, ending: str) -> tuple[bytes, int]:
        """The content of a table of the ranking, and how many rows it has."""
        rows = ranking(self.entries)
        return table(rows, ending).encode(), len(rows)

    def comparison_picture(self, picture: PictureSettings) -> ComparisonPicture:
        """All that decides the pictures, with this size and theme."""
        from fitreel.render.comparison.readability import is_readable

        own = self.job.compare
        whole = ComparisonPicture(
            self.entries, picture, own.layout, own.clock, own.loss_panel, own.ranking, self.note,
            self.view,
        )  # fmt: skip
        if self.view == "numbers":  # losses are all that there is, and one axis shows those of all
            return replace(whole, layout="overlay", loss_panel=True)
        if own.given("loss_panel") or is_readable(whole):
            return whole
        return replace(whole, loss_panel=False)


def without_too_many(comparison: Comparison, plan: Plan, report: Report) -> Plan:
    """The plan, without a clip where there are more than one can show: their ranking is made."""
    from fitreel.render.comparison.readability import too_many

    reason = too_many(comparison.comparison_picture(comparison.picture))
    if not reason or not plan.outputs or comparison.job.compare.layout == "grid":
        return plan
    tables = plan.tables or (Path(f"{comparison.job.name}.csv"),)
    report.say(f"{reason}: no clip is made, but {tables[0]} ranks all")
    return replace(plan, outputs=(), follow_ups={}, tables=tables)


def check_comparison(comparison: Comparison, plan: Plan, last: int | None) -> None:
    """Refuse what can't be drawn or written, before anything is trained.

    Args:
        comparison: what is compared.
        plan: what is made of it.
        last: the last epoch that any of the runs can have; None where that isn't known.

    Raises:
        BadInput: too many panels, too small a size, a table of an unknown ending or in the place of
            what fitreel did not make, no such theme or language, panels of a single run only, or
            captions at epochs that don't exist.
        Unavailable: no font here has a text's characters.
        CannotWrite: a table's folder can't be made.
    """
    settings = comparison.job.film
    if plan.options.at is not None and comparison.job.compare.clock == "time":
        raise BadInput('--at: an epoch, and compare.clock = "time" goes by seconds of training')
    if others := [panel for panel in settings.panels if panel != "loss"]:
        raise BadInput(
            f"film.panels: {', '.join(others)}: only the film of a single run has that; of the "
            f"{len(comparison.entries)} that are compared here there is the loss panel"
        )
    _check_truth(comparison)
    check_axis_names(settings, comparison.view)
    translation_of(settings.language, settings.words)
    if settings.limits == "frame":
        raise BadInput(
            "film.limits: 'frame' is of a single run; of compared ones they are the film's"
        )
    for output in plan.outputs:
        if output.kind is OutputKind.PAGE:
            from fitreel.render.handout.page import check_grid

            check_grid(*(output.sheet or SHEET))
    picture = comparison.comparison_picture(comparison.picture)
    check_tables(plan.tables, plan.options)
    from fitreel.render.captions.set_captions import check_captions
    from fitreel.render.comparison import readability
    from fitreel.render.comparison.pacing import check_pacing_of_comparison
    from fitreel.render.comparison.page.lettering import fonts_of
    from fitreel.render.mpl.theme import load_theme

    load_theme(comparison.picture.theme)
    check_labels(comparison.picture)
    check_captions(comparison.picture, last if comparison.job.compare.clock == "epoch" else None)
    fonts_of(picture)
    check_pacing_of_comparison(comparison.pacing, comparison.ending_count)
    if plan.outputs:
        readability.check_comparison(picture)
    for path in plan.tables:
        make_folder_of(path)


def _check_truth(comparison: Comparison) -> None:
    """Refuse the noiseless function where it isn't known, or no panel draws it."""
    if not comparison.job.film.truth:
        return
    if comparison.view not in OF_TRUTH:
        raise BadInput(f"film.truth: of the views {', '.join(OF_TRUTH)}; not of {comparison.view}")
    runs = [entry.run for entry in comparison.entries if entry.run is not None]
    if runs and all(run.truth is None for run in runs):
        raise BadInput("film.truth: none of the records has a noiseless function")
