"""What films of data that are no curve, one number over one input, can't have as yet."""

from collections.abc import Sequence

from fitreel.jobs.job.program_record import check_pages
from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.model.data.data_shape import DataShape
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.film_settings import FilmSettings
from fitreel.render.output.output import Output
from fitreel.render.panel_kinds import NO_METRICS, PANEL_KINDS
from fitreel.render.view import check_view, view_of


def check_films_of(
    resolved_job: ResolvedJob, film: FilmSettings, outputs: Sequence[Output]
) -> None:
    """Refuse what the films of a job's data and training can't have, before it is trained.

    Raises:
        BadInput: the line says what, why, and what to do.
    """
    train = resolved_job.train
    has_metrics = bool(train.metrics) or resolved_job.loaded.job.data.validation is not None
    view = check_view(resolved_job.shape, film.view)
    _check_panels(film, view, has_metrics=has_metrics)
    if view == "slices":
        job = resolved_job.loaded.job
        reason = PANEL_KINDS["weights"].refusal(job.data, job.network)
        if reason is not None:
            raise BadInput(f"film.view: slices: {reason}")
    if "gradients" in film.panels and train.has_own_loss:
        raise BadInput("film.panels: gradients: the slopes of a loss of one's own aren't known")
    check_pages(outputs, view)


def check_films_of_record(run: Record, film: FilmSettings, outputs: Sequence[Output]) -> None:
    """Refuse what the films of a job's record can't have.

    Raises:
        BadInput: the line says what, why, and what to do.
    """
    view = view_of(run, film.view)
    _check_panels(film, view, has_metrics=bool(run.metrics))
    if run.header.recorder == "program":
        return
    check_pages(outputs, view)


def _check_panels(film: FilmSettings, view: str, *, has_metrics: bool) -> None:
    for name in film.panels:
        needs = {*PANEL_KINDS[name].needs}
        if view not in PANEL_KINDS[name].views and name not in ("loss", "metrics"):
            fitting = ", ".join(PANEL_KINDS[name].views)
            raise BadInput(f"film.panels: {name}: of the views {fitting}; this one shows {view}")
        if "metrics" in needs and not has_metrics:
            raise BadInput(f"film.panels: {name}: {NO_METRICS}")


def line_of(name: str, shape: DataShape) -> str | None:
    """What is said where data have no picture of their own yet; None where they have one."""
    if check_view(shape, None) != "numbers":
        return None
    what = f"{shape.inputs} inputs"
    if shape.inputs == 1:
        what = f"{shape.classes} classes" if shape.classes else f"{shape.outputs} outputs"
    return f"{name}: pictures of {what} aren't drawn yet: the film shows its numbers"
