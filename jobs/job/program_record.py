"""What stands in a job's place where a program of the user's recorded, and what it can't have."""

from collections.abc import Sequence
from typing import Any

from fitreel.jobs.job.job import Job, dump_job
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.film_settings import FilmSettings
from fitreel.render.output.formats import OutputKind
from fitreel.render.output.output import Output
from fitreel.render.panel_kinds import check_recorded_panels
from fitreel.render.shown_snapshots import has_losses
from fitreel.render.view import view_of

BY_A_PROGRAM = "a program of yours"
"""What films and `info` say of who recorded it, where it wasn't a job."""


def check_recorded(run: Record, film: FilmSettings, outputs: Sequence[Output]) -> None:
    """Refuse what can't be made of what a program recorded.

    Raises:
        BadInput: the line says what, why, and what to do.
    """
    if run.header.recorder != "program":
        return
    view = view_of(run, film.view)
    check_recorded_panels(film.panels, run, view, has_truth=has_truth_for(film, run, view))
    if film.truth and run.truth is None:
        raise BadInput("film.truth: no truth is recorded; give it: Recorder(path, x, y, truth=…)")
    for output in outputs:
        if output.kind is OutputKind.SUBTITLES and not has_losses(run):
            raise BadInput(f"{output.path}: subtitles tell of the loss, which this record hasn't")
    check_pages(outputs, view)


def has_truth_for(film: FilmSettings, run: Record, view: str) -> bool:
    """Whether a record says how its predictions should be, as far as a film's panels need it."""
    if "error" not in film.panels:
        return run.truth is not None
    # matplotlib is imported only where such a panel is asked for.
    from fitreel.render.plots.pictures.colours import has_truth

    return has_truth(run, view)


def check_pages(outputs: Sequence[Output], view: str) -> None:
    """Refuse pages of what has no picture.

    Raises:
        BadInput: the line names the output.
    """
    for output in outputs:
        if view == "numbers" and output.kind is OutputKind.PAGE:
            raise BadInput(
                f"{output.path}: a sheet shows predictions, and this film shows numbers alone"
            )


def dimensions_of(run: Record) -> str | None:
    """Why a record with points has no picture of them, in a line; None where it has one."""
    header = run.header
    if not header.inputs or view_of(run, None) != "numbers":
        return None
    inputs, outputs = len(header.inputs), header.predicted_columns
    what = f"{inputs} inputs" if inputs > 1 else f"{outputs} outputs"
    if inputs == 1 and header.classes:
        what = f"{outputs} classes"
    return f"pictures of {what} aren't drawn yet: the film shows its numbers"


def origin_of(run: Record, job: Job) -> dict[str, Any]:
    """What a film says of where it comes from: its job, or that a program recorded it.

    The word "job" is not there then: what makes a film again would take an empty one for the demo.
    """
    if run.header.recorder == "job":
        return {"job": dump_job(job)}
    facts = {"recorded_by": BY_A_PROGRAM, "name": run.header.name}
    return facts | {"settings": {"film": dump_job(job).get("film", {})}}
