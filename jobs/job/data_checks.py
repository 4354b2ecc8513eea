"""Whether what a job says fits the shape of its data, and what their shape decides for it."""

from typing import Any

from fitreel.jobs.job.job import Job
from fitreel.model.data.data_shape import DataShape
from fitreel.model.data.grid_places import MOST_PLACES
from fitreel.model.data.points_file import Points
from fitreel.model.errors import BadInput
from fitreel.model.limits import MOST_SPREAD_SNAPSHOTS
from fitreel.model.settings import LOSSES_OF_CLASSES, LOSSES_OF_NUMBERS, TrainSettings

SNAPSHOTS_OF_PICTURES = 100
"""About so many are kept, where a job doesn't say."""


def complete_train(train: TrainSettings, shape: DataShape, *, is_picture: bool) -> TrainSettings:
    """The settings with the loss, the metrics and the snapshots that go with the data."""
    metrics: tuple[str, ...] = ()
    if shape.classes:
        metrics = ("accuracy",)
    elif not shape.is_curve:
        metrics = ("r2",)
    values: dict[str, Any] = {
        "loss": train.loss or ("cross_entropy" if shape.classes else "mse"),
        "metrics": metrics if train.metrics is None else train.metrics,
    }
    if is_picture and not train.given("snapshot_every"):
        values["snapshot_every"] = -(-train.epochs // SNAPSHOTS_OF_PICTURES)
    return train.model_copy(update=values)


def check_shape(job: Job, shape: DataShape, points: Points | None) -> None:
    """Refuse what doesn't go with the data, before anything is trained.

    Raises:
        BadInput: the line says the key, and why.
    """
    is_picture = points is not None and points.picture is not None
    _check_loss(job.train, shape)
    _check_snapshots(complete_train(job.train, shape, is_picture=is_picture))
    data = job.data
    inputs = shape.inputs
    if data.domain_pairs is not None and len(data.domain_pairs) != inputs:
        raise BadInput(
            f"data.domain: {len(data.domain_pairs)} pairs, and {inputs} inputs; one for each, or"
            " one for all"
        )
    if data.given("grid"):
        if is_picture:
            raise BadInput("data.grid: a picture is looked at in its pixels; say data.scale")
        if inputs > 2:
            raise BadInput(
                f"data.grid: predictions over {inputs} inputs are looked at in the points; leave it"
                " out"
            )
        if inputs == 2 and data.grid is not None and data.grid > MOST_PLACES:
            raise BadInput(f"data.grid = {data.grid}: over two inputs at most {MOST_PLACES} a side")
    if data.scale > 1 and not is_picture:
        raise BadInput("data.scale: only a picture has pixels; leave it out")
    if data.validation is not None:
        count = data.points if points is None else len(points.x)
        aside = round(data.validation * count)
        if not 0 < aside < count:
            raise BadInput(
                f"data.validation = {data.validation:g}: of {count:,} points {aside:,} are kept"
                f" aside, which leaves {'none to learn from' if aside else 'none aside'}"
            )


def _check_loss(train: TrainSettings, shape: DataShape) -> None:
    if shape.classes:
        if train.loss in LOSSES_OF_NUMBERS:
            raise BadInput(
                f"train.loss = {train.loss}: of numbers, and these data are {shape.classes}"
                f" classes; there are {', '.join(LOSSES_OF_CLASSES)}"
            )
        if train.loss == "bce" and shape.classes != 2:
            raise BadInput(
                f"train.loss = bce: of two classes, and there are {shape.classes}; say"
                " cross_entropy"
            )
    elif train.loss in LOSSES_OF_CLASSES:
        raise BadInput(
            f"train.loss = {train.loss}: of classes, and these data are numbers; say"
            " data.classes = 2 of a formula, or data.label of a file"
        )
    for metric in train.metrics or ():
        if (metric == "accuracy") != bool(shape.classes):
            kind = "classes" if metric == "accuracy" else "numbers"
            raise BadInput(f"train.metrics: {metric} is of {kind}, which these data aren't")


def _check_snapshots(train: TrainSettings) -> None:
    count = -(-train.epochs // train.snapshot_every)
    if train.snapshot_at == "log" and count > MOST_SPREAD_SNAPSHOTS:
        raise BadInput(
            f"train.snapshot_at = log: {count:,} snapshots, and at most {MOST_SPREAD_SNAPSHOTS:,}"
            f" are spread so; say train.snapshot_every ="
            f" {-(-train.epochs // MOST_SPREAD_SNAPSHOTS)} or more, or snapshot_at = even"
        )
