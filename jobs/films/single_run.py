"""The film of one run."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fitreel.jobs.films.plan import Plan
from fitreel.jobs.films.sidecar_files import SHEET, sidecar_content
from fitreel.jobs.films.style_files import NO_FILES, StyleFiles, style_files_of
from fitreel.jobs.films.subject import Subject, epoch_of
from fitreel.jobs.job.program_record import origin_of
from fitreel.jobs.runtime import signals
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.frame import DrawnFrame, FrameSelection
from fitreel.render.metadata.provenance import Chapter
from fitreel.render.output.formats import OutputKind
from fitreel.render.output.output import Output
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.picture_version import pacing_facts, run_facts
from fitreel.render.pipeline.draw_worker import DrawWorker
from fitreel.render.shown_snapshots import shown_count
from fitreel.render.text.translations import translation_of
from fitreel.render.timing.pace_settings import Pacing
from fitreel.render.timing.timeline import Timeline, make_timeline

if TYPE_CHECKING:
    from fitreel.render.web.page_subject import PageSubject


@dataclass(frozen=True)
class SingleRun(Subject):
    """One run, as far as it is recorded."""

    _: KW_ONLY
    run: Record
    draw_worker: DrawWorker | None = None
    """Draws, if there is one."""

    @cached_property
    def timeline(self) -> Timeline:
        """Which snapshot of the run is on screen in each frame."""
        return self._timeline_of(self._shown)

    @property
    def _shown(self) -> int:
        return shown_count(self.run, self.job.film.picture)

    def _timeline_of(self, count: int) -> Timeline:
        """That of the first `count` snapshots."""
        run = self.run
        if not len(run):
            why = "diverged at epoch 0" if run.ending == "diverged" else "none is recorded yet"
            raise BadInput(f"{run.path}: there is no snapshot to draw: {why}")
        return make_timeline(run.epochs[:count], run.losses[:count], self.pacing)

    @cached_property
    def pacing(self) -> Pacing:
        """How the film goes through the run: what the job says, and what fits where it doesn't."""
        return self.job.film.pacing(sentences=self._sentence_seconds)

    def _sentence_seconds(self) -> tuple[float, float]:
        """How long the first and the last sentence take to read."""
        from fitreel.render.captions.run_captions import run_hold_seconds

        picture = self.job.film.picture
        words = translation_of(picture.language, picture.words)
        return run_hold_seconds(self.run, picture, words)

    @property
    def frame_count(self) -> int:
        """How many frames a film of it has."""
        return len(self.timeline)

    def frames(self, selection: FrameSelection) -> Generator[DrawnFrame, None, None]:
        """Begin to draw these of its frames."""
        from fitreel.render.pipeline.run_frames import run_frames

        check = signals.raise_if_cancelled
        return run_frames(self.run, self.picture, self.timeline, selection, check, self.draw_worker)

    def chapters(self) -> Sequence[Chapter]:
        """What the run went through, with titles in the film's language."""
        from fitreel.render.pipeline.run_frames import run_chapters

        return run_chapters(self.run, self.picture, self.timeline)

    def remarks(self) -> Iterator[str]:
        """Which captions of the job's own are at epochs that the training never came to."""
        from fitreel.render.captions.set_captions import unreached_captions

        if len(self.run) and self.run.ending is not None:
            line = unreached_captions(self.job.film.picture, int(self.run.epochs[-1]))
            if line:
                yield line

    def left_out(self) -> Sequence[str]:
        """Settings of its pictures for which they have no room, by their keys in [film]."""
        from fitreel.render.single.layout.themed_layout import left_out

        return left_out(self.picture)

    def epoch_shown(self, output: Output, at: int) -> int:
        """The epoch that a still shows of which `at` is asked for."""
        run, takes_nearest = self.run, output.takes_nearest
        if not len(run):
            return at
        return epoch_of(run.epochs, at, str(run.path), takes_nearest=takes_nearest)

    def still_number(self, output: Output) -> int:
        """Which snapshot a still shows: the last, or that of its epoch."""
        return self._shown - 1 if output.at is None else self.run.index_of(output.at)

    def origin(self) -> dict[str, Any]:
        """Its job, or that a program recorded it."""
        return origin_of(self.run, self.job)

    def run_facts(self) -> list[dict[str, Any]]:
        """Which records it is made of."""
        return [{"fingerprint": self.run.header.fingerprint, "digest": self.run.digest}]

    def film_facts(self, number: int | None) -> dict[str, Any]:
        """What decides the pictures of a film, or of the still of a frame."""
        film = self.job.film
        facts = run_facts(self.files.for_provenance(film.picture), self.files.digests())
        if number is not None:
            return facts | {"epoch": int(self.run.epochs[number])}
        return facts | pacing_facts(self.pacing, self.frame_count)

    def sidecar(self, output: Output) -> bytes:
        """The content of subtitles or of a page that goes with the film."""
        # A page is no film: in the demo's picture, too, it ends on what training came to.
        is_film = output.kind is OutputKind.SUBTITLES
        timeline = self.timeline if is_film else self._timeline_of(len(self.run))
        if output.kind is OutputKind.WEB_PAGE:
            from fitreel.render.web.document import page_of

            return page_of(self.on_page())
        return sidecar_content(output, self.run, self.picture, timeline)

    def on_page(self) -> "PageSubject":
        """What a page for a browser shows of it."""
        from fitreel.render.web.run_page import run_on_page

        timeline, most = self._timeline_of(len(self.run)), self.job.film.page_snapshots
        return run_on_page(self.run, self.picture, timeline, self.job.name, most)


def check_labels(picture: PictureSettings) -> None:
    """Refuse labels of the axes that can't be drawn.

    Raises:
        BadInput: mathematics that can't be read, or signs that can't be drawn.
        Unavailable: no font here has the characters.
    """
    if picture.x_label or picture.y_label:
        from fitreel.render.text.axis_labels import axis_labels

        axis_labels(picture)


def check_single_run(plan: Plan, run: Record | None = None) -> StyleFiles:
    """Refuse what can't be drawn of a run, before it is trained; the files of its style.

    Of a `run` that a program recorded, what was recorded decides, else the job.

    Subtitles need neither a theme nor a font.

    Raises:
        BadInput: a theme, text, language or size that can't be drawn, a pace that can't be kept,
            captions at epochs that don't exist, or a file that a film or a record names.
        Unavailable: no font here has the characters.
    """
    job = plan.loaded.job
    # numpy and matplotlib are imported only where something is made.
    from fitreel.render.captions.set_captions import check_captions
    from fitreel.render.timing.frame_counts import check_pacing

    check_pacing(job.film.pacing())
    for output in plan.outputs:
        if output.kind is OutputKind.PAGE:
            from fitreel.render.handout.contact_sheet import check_contact_sheet

            picture = style_files_of(plan.loaded).for_drawing(job.film.picture)
            check_contact_sheet(picture, *(output.sheet or SHEET))
    kinds = {output.kind for output in plan.outputs}
    if kinds <= {OutputKind.SUBTITLES}:
        return NO_FILES
    if job.film.picture.is_demo:
        check_labels(job.film.picture)
        return NO_FILES
    files = style_files_of(plan.loaded)
    if run is None or run.header.recorder == "job":
        check_captions(files.for_drawing(job.film.picture), job.train.epochs)
    else:
        last = int(run.epochs[-1]) if len(run) and run.ending is not None else None
        check_captions(files.for_drawing(job.film.picture), last)
    return files
