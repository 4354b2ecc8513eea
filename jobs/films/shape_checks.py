"""What is refused before training: of one run, of data of a shape, of epochs that none comes to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fitreel.jobs.command_line.options import Options
from fitreel.jobs.films.plan import Plan
from fitreel.jobs.films.subject import epoch_of
from fitreel.jobs.job.job import CompareSettings, Job
from fitreel.jobs.job.loading import LoadedJob
from fitreel.jobs.job.program_record import check_pages, has_truth_for
from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.train.run_store import RunStore
from fitreel.model.data.data_shape import DataShape
from fitreel.model.data.grid_places import GRID, grid_places
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.film_settings import FilmSettings
from fitreel.render.output.formats import OutputKind
from fitreel.render.output.output import Output
from fitreel.render.panel_kinds import PanelSources, check_panels
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.view import check_slices, check_view, view_of

if TYPE_CHECKING:
    from fitreel.render.single.page_facts import PageFacts

OF_TRUTH = ("fit", "curves", "plane", "picture")
"""The views that draw the noiseless function."""


WITHOUT_LABELS = ("picture", "scatter", "confusion", "slices", "numbers")
"""The views without axes, or whose axes aren't the data's two, or are several."""


def check_films_of(
    resolved_job: ResolvedJob, film: FilmSettings, outputs: Sequence[Output]
) -> None:
    """Refuse what the films of a job's data and training can't have, before it is trained.

    Raises:
        BadInput: the line says what, why, and what to do.
    """
    job, train = resolved_job.loaded.job, resolved_job.train
    view = check_view(resolved_job.shape, film.view)
    _check_truth(film, view, has_classes=bool(resolved_job.shape.classes))
    check_axis_names(film, view)
    _check_limits(film, view)
    has_metrics = bool(train.metrics) or job.data.validation is not None
    is_true = _has_truth(resolved_job)
    check_panels(film.panels, PanelSources(view, job.network, is_true, has_metrics))
    if view == "slices":
        check_slices(job.network)
    if "gradients" in film.panels and train.has_own_loss:
        raise BadInput("film.panels: gradients: the slopes of a loss of one's own aren't known")
    check_pages(outputs, view)


def check_films_of_record(run: Record, job: Job, outputs: Sequence[Output]) -> None:
    """Refuse what the films of a record can't have; `job` is its own, with films as they are set.

    Raises:
        BadInput: the line says what, why, and what to do.
    """
    film = job.film
    view = view_of(run, film.view)
    _check_truth(film, view, has_classes=bool(run.header.classes))
    check_axis_names(film, view)
    _check_limits(film, view)
    if run.header.recorder == "program":
        return
    is_true = has_truth_for(film, run, view)
    check_panels(film.panels, PanelSources(view, job.network, is_true, bool(run.metrics)))
    check_pages(outputs, view)


def _has_truth(resolved_job: ResolvedJob) -> bool:
    """Whether the record will say how its predictions should be at all their places."""
    function, points = resolved_job.function, resolved_job.points
    if points is not None:
        return points.picture is not None
    return function is not None and bool(function.formulas)


def check_room(resolved_job: ResolvedJob, picture: PictureSettings, plan: Plan) -> None:
    """Refuse pictures without room for what is asked for, before their run is trained.

    Raises:
        BadInput: a theme, text, language or size that can't be drawn, or panels without room.
        Unavailable: no font here has the characters.
    """
    view = check_view(resolved_job.shape, picture.view)
    if _draws_page(picture, view, plan):
        # matplotlib is imported only where something is drawn.
        from fitreel.render.single.page_check import check_page

        check_page(picture, page_facts(resolved_job, view))


def check_room_of_record(run: Record, picture: PictureSettings, plan: Plan) -> None:
    """Refuse pictures of a record without room for what is asked for.

    Raises:
        BadInput, Unavailable: as `check_room`.
    """
    view = view_of(run, picture.view)
    if _draws_page(picture, view, plan):
        from fitreel.render.single.page_check import check_page
        from fitreel.render.single.page_facts import facts_of_record

        check_page(picture, facts_of_record(run, view))


def _draws_page(picture: PictureSettings, view: str, plan: Plan) -> bool:
    """Whether there is a picture with texts and panels: subtitles need neither theme nor font."""
    kinds = {output.kind for output in plan.outputs}
    return not (kinds <= {OutputKind.SUBTITLES} or (view == "fit" and picture.is_demo))


def page_facts(resolved_job: ResolvedJob, view: str) -> "PageFacts":
    """What will be known of a job's run when its page is laid out, before it is trained.

    Where the points of a cloud will lie isn't: they are taken to be about as wide as high.
    """
    from fitreel.render.single.page_facts import PageFacts

    data, points, function = (
        resolved_job.loaded.job.data,
        resolved_job.points,
        resolved_job.function,
    )
    if points is not None:
        (inputs, outputs), classes = (points.inputs, points.outputs), points.classes
        low, high, count = points.x.min(axis=0), points.x.max(axis=0), len(points.x)
    else:
        assert function is not None
        (inputs, outputs), classes = function.names, tuple(map(str, range(function.classes)))
        low, high = np.array(data.box(function.inputs)).T
        count = data.points
    aspect, pixels = 1.0, (1, 1)
    if len(inputs) == 2:
        width, height = np.ptp(grid_places(np.stack([low, high]), data.grid or GRID)[0], axis=0)
        aspect = float(width / height)
    if points is not None and points.picture is not None:
        rows, columns = points.picture
        pixels = rows * data.scale, columns * data.scale
    aside = 0 if data.validation is None else round(data.validation * count)
    return PageFacts(
        view, resolved_job.train.epochs, count - aside, tuple(inputs), tuple(outputs), classes,
        has_truth=_has_truth(resolved_job), has_aside=aside > 0, aspect=aspect, pixels=pixels,
    )  # fmt: skip


def check_axis_names(film: FilmSettings, view: str) -> None:
    """Refuse names of axes where no axes have names, for one run or several.

    Raises:
        BadInput: the line names the key.
    """
    for key in ("x_label", "y_label"):
        if getattr(film, key) and view in WITHOUT_LABELS:
            raise BadInput(f"film.{key}: not of the views {', '.join(WITHOUT_LABELS)}")


def _check_truth(film: FilmSettings, view: str, *, has_classes: bool) -> None:
    if film.truth and (view not in OF_TRUTH or has_classes):
        advice = "; film.panels has error" if view == "field" else ""
        raise BadInput(
            f"film.truth: of the views {', '.join(OF_TRUTH)}, and not of classes; "
            f"this one shows {view}{advice}"
        )


def _check_limits(film: FilmSettings, view: str) -> None:
    if film.limits == "frame" and view != "fit":
        raise BadInput(f'film.limits = "frame": of the fit of one curve; {view} have the film\'s')


def line_of(name: str, shape: DataShape) -> str | None:
    """What is said where data have no picture of their own yet; None where they have one."""
    if check_view(shape, None) != "numbers":
        return None
    what = f"{shape.inputs} inputs"
    if shape.inputs == 1:
        what = f"{shape.classes} classes" if shape.classes else f"{shape.outputs} outputs"
    return f"{name}: pictures of {what} aren't drawn yet: the film shows its numbers"


def check_of_one_run(loaded: LoadedJob, options: Options, report: Report) -> None:
    """Refuse what the command line asks for of a comparison, and say what a job file does.

    A job file may have a [compare] table for the comparisons that `--vary` makes of it.

    Raises:
        BadInput: the line names the option.
    """
    advice = "of a comparison, and this is one run; give several records, or --vary KEY=V1,V2"
    if options.tables:
        raise BadInput(f"--table {options.tables[0]}: {advice}")
    for key in sorted(loaded.overridden):
        if key.partition(".")[0] == "compare":
            raise BadInput(f"--set {key}: {advice}")
    if options.workers is not None:
        report.say(f"{loaded.job.name}: one training; --workers is for comparisons")
    if loaded.source.trusted:
        for name, info in CompareSettings.model_fields.items():
            if getattr(loaded.job.compare, name) != info.get_default(call_default_factory=True):
                report.warn(f"{loaded.source.label}: compare.{name}: left out: {advice}")


def check_epoch(resolved_jobs: Sequence[ResolvedJob], label: str, options: Options) -> None:
    """Refuse, before anything is trained, the still of an epoch that no training will have.

    Raises:
        BadInput: the line names the nearest epoch that has a snapshot.
        Unavailable: torch is not here.
    """
    if options.at is None or options.takes_nearest:
        return
    store = RunStore.of(options)
    trainings = [each.train for each in resolved_jobs]
    # What is trained tells by itself. δ may end a training anywhere, and its end has a snapshot.
    if any(each.delta is not None for each in trainings) or any(
        not options.force and store.whole(each) is not None for each in resolved_jobs
    ):
        return
    from fitreel.model.training.snapshot_schedule import epochs_beside

    ends = np.array([each.epochs for each in trainings])
    beside = [epochs_beside(each, options.at) for each in trainings]
    epochs = np.unique(np.concatenate([ends, *beside]))
    epoch_of(epochs, options.at, f"{label}: --at", takes_nearest=False)
