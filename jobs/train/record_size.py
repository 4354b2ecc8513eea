"""How large the record of a training will be, before it is trained."""

from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.model.data.grid_places import GRID
from fitreel.model.settings import MOST_WEIGHTS_RECORDED

LARGE = 200_000_000
"""Bytes that are said before a training."""
_BYTES = 4
"""Of a number that is recorded."""


def warning_of_size(resolved_job: ResolvedJob) -> str | None:
    """What is to be said of a record that may pass `LARGE`, with what makes it smaller; else None.

    Over two inputs the grid counts as a square, which it is at most.
    """
    job, train = resolved_job.loaded.job, resolved_job.train
    _, is_grid = _places_of(resolved_job)
    numbers, snapshots = sum(numbers_of(resolved_job)), snapshots_of(resolved_job)
    size = _BYTES * numbers * snapshots
    if size <= LARGE:
        return None
    every = train.snapshot_every * -(-size // LARGE)
    advice = f"train.snapshot_every = {every}"
    if _BYTES * numbers * 2 > LARGE:
        advice = "fewer places"
    ways = [advice]
    if is_grid:
        ways.append("a smaller data.grid")
    elif job.data.scale > 1:
        ways.append("data.scale = 1")
    return (
        f"the record may take {size / 1e6:,.0f} MB, {snapshots:,} snapshots of {numbers:,} numbers;"
        f" {' or '.join(ways)} makes it smaller"
    )


def numbers_of(resolved_job: ResolvedJob) -> tuple[int, int]:
    """How many numbers each snapshot of a training will have: predicted ones, and weights."""
    job, shape = resolved_job.loaded.job, resolved_job.shape
    predicted = _places_of(resolved_job)[0] * (shape.classes or shape.outputs)
    if job.network.module is not None:
        return predicted, 0
    outputs = shape.network_outputs(str(resolved_job.train.loss))
    weights = job.network.parameters_of(shape.inputs, outputs)
    return predicted, weights if weights <= MOST_WEIGHTS_RECORDED else 0


def _places_of(resolved_job: ResolvedJob) -> tuple[int, bool]:
    """At how many places a training will predict, and whether on a grid that a job can change."""
    job, shape, points = resolved_job.loaded.job, resolved_job.shape, resolved_job.points
    places = job.data.points if points is None else len(points.x)
    if points is not None and points.picture is not None:
        return places * job.data.scale**2, False
    if shape.inputs == 2:
        return (job.data.grid or GRID) ** 2, True
    if shape.inputs == 1 and job.data.grid is not None:
        return job.data.grid, False
    return places, False


def snapshots_of(resolved_job: ResolvedJob) -> int:
    """How many snapshots a training will keep, if it isn't ended before."""
    train = resolved_job.train
    return -(-train.epochs // train.snapshot_every) + 1
