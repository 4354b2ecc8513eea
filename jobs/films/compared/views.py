"""What a comparison shows of each of its runs, or that only their losses can stand together."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar, cast

from fitreel.jobs.job.job import Job
from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import Record
from fitreel.render.view import ViewName, check_recorded_slices, check_slices, check_view, view_of

T = TypeVar("T")
MOST_PANELS = 16
NO_CELLS = (
    'compare.layout = "grid": runs that have no view in common, or none but their numbers, have '
    'nothing to draw in cells; layout = "overlay" shows the losses of all'
)


class Compared(NamedTuple):
    """One of a comparison's runs, before there is a picture of it."""

    label: str
    view_of: Callable[[str | None], str]
    """Which view it has where the film asks for one, or for none; raises BadInput."""
    check_slices: Callable[[], None]
    """Raises BadInput where what its network says along its inputs can't be known."""


def view_of_jobs(job: Job, labels: Sequence[str], resolved_jobs: Iterable[ResolvedJob]) -> ViewName:
    """What the panels of a comparison will show, before anything is trained.

    Raises:
        BadInput: a view, a layout or groups that these data can't have; the line says what can be.
    """

    def of(each: ResolvedJob) -> Callable[[str | None], str]:
        return lambda asked: check_view(each.shape, asked)

    def check(each: ResolvedJob) -> Callable[[], None]:
        return lambda: check_slices(each.loaded.job.network)

    jobs = list(resolved_jobs)
    return _common(job, list(map(Compared, labels, map(of, jobs), map(check, jobs))))


def view_of_records(job: Job, labels: Sequence[str], records: Sequence[Record]) -> ViewName:
    """The same of records that exist.

    Raises:
        BadInput: as `view_of_jobs`.
    """

    def of(run: Record) -> Callable[[str | None], str]:
        return lambda asked: view_of(run, asked)

    def check(run: Record) -> Callable[[], None]:
        return lambda: check_recorded_slices(run)

    return _common(job, list(map(Compared, labels, map(of, records), map(check, records))))


def _common(job: Job, runs: Sequence[Compared]) -> ViewName:
    asked, own = job.film.view, job.compare
    views = {_view(run, asked) for run in runs}
    view = cast("ViewName", views.pop() if len(views) == 1 else "numbers")
    if view == "numbers" and own.layout == "grid":
        raise BadInput(NO_CELLS)
    if view in ("fit", "numbers"):
        return view
    if view == "slices":
        for run in runs:
            _named(run, run.check_slices)
    what, losses = f"pictures of the view {view}", 'film.view = "numbers" for the losses of all'
    if own.layout == "overlay":
        raise BadInput(
            f'compare.layout = "overlay": {what} can\'t lie over each other; layouts that fit: '
            f'"grid" (up to {MOST_PANELS}), or {losses}'
        )
    if own.group_keys and (own.layout == "grid" or asked is not None):
        raise BadInput(
            f"compare.group: there is no median of {what}; without it each run has a panel, or "
            f"{losses} with their medians and bands"
        )
    if own.group_keys or (own.layout == "auto" and len(runs) > MOST_PANELS):
        return "numbers"
    return view


def _view(run: Compared, asked: str | None) -> str:
    return _named(run, lambda: run.view_of(asked))


def _named(run: Compared, check: Callable[[], T]) -> T:
    """What a check says; a refusal names the run."""
    try:
        return check()
    except BadInput as error:
        raise BadInput(f"{run.label}: {error}") from None
