"""From a checked job to all that its training needs: function or points, and the fingerprint."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.jobs.job.data_checks import check_shape, complete_train
from fitreel.jobs.job.fingerprint import fingerprint, fingerprints_by_gpu
from fitreel.jobs.job.job import Job
from fitreel.jobs.job.loading import LoadedJob
from fitreel.model.data.data_shape import DataShape
from fitreel.model.data.function import (
    Function,
    columns_of,
    facts_of,
    function_of,
    sample,
    with_one_domain,
)
from fitreel.model.data.points_file import Points, read_points
from fitreel.model.data.precision import warning_of_merged
from fitreel.model.data.scale_advice import warning_of_scale
from fitreel.model.data.scaling import standardized
from fitreel.model.data.table.labels import gaps_in
from fitreel.model.errors import BadInput
from fitreel.model.own_code import NO_CODE, OwnCode
from fitreel.model.settings import OF_FILES, DataSettings, TrainSettings


@dataclass(frozen=True)
class ResolvedJob:
    """A job with its function parsed, or its points read, and its fingerprint. Torch-free."""

    loaded: LoadedJob
    fingerprint: str
    """SHA-256, 64 hexadecimal digits, of all that decides the numbers."""
    function: Function | None
    points: Points | None
    """What was read from the job's file."""
    own_code: OwnCode = NO_CODE
    """The user's own Python files that it needs."""
    warnings: tuple[str, ...] = ()
    """What is to be said of the data before they are trained with."""
    scale_warning: str | None = None
    """What is to be said of their scale, before they are trained with and not again."""
    former_fingerprint: str | None = None
    """What the same job had while a file counted by its bytes."""
    counted_job: Job | None = None
    """The job as its fingerprint counts it, where others say the same as it does."""
    other_fingerprints: tuple[str, ...] = ()
    """What it may have had while the number of a GPU counted, or equal domains did; its numbers
    are the same."""
    data_content: Mapping[str, Any] = field(default_factory=dict)
    """What stands for its data in the fingerprint."""
    code_digests: Mapping[str, list[str]] = field(default_factory=dict)
    """What stands there for the user's own code."""

    @property
    def file(self) -> str:
        """Where its points come from, as it is said."""
        return self.loaded.job.data.file or ""

    @property
    def former(self) -> "ResolvedJob | None":
        """The job as it was while a file counted by its bytes; None without a file."""
        if self.former_fingerprint is None:
            return None
        return replace(self, fingerprint=self.former_fingerprint, former_fingerprint=None)

    def fingerprint_after(self, epochs: int) -> str:
        """The fingerprint of the same job with so many epochs."""
        job = self.counted_job or self.loaded.job
        train = job.train.model_copy(update={"epochs": epochs})
        shorter = job.model_copy(update={"train": train})
        return fingerprint(shorter, self.data_content, self.code_digests)

    @property
    def shape(self) -> DataShape:
        """How many inputs and outputs its data have."""
        source = self.function or self.points
        assert source is not None
        return source.shape

    @property
    def train(self) -> TrainSettings:
        """How it is trained, with what its data decide where the job doesn't say."""
        is_picture = self.points is not None and self.points.picture is not None
        return complete_train(self.loaded.job.train, self.shape, is_picture=is_picture)

    def is_of(self, fingerprint: str) -> bool:
        """Whether a record of that fingerprint has this job's numbers."""
        return fingerprint in (self.fingerprint, *self.other_fingerprints)

    @property
    def folder_name(self) -> str:
        """What the run folder is called."""
        return f"{self.loaded.job.name}-{self.fingerprint[:12]}"

    @property
    def is_batched(self) -> bool:
        """Whether the job asks for the engine that trains many networks at once."""
        return self.loaded.job.train.engine == "batched"


def resolve_job(loaded: LoadedJob) -> ResolvedJob:
    """Read what the job refers to, before anything is computed.

    Raises:
        BadInput: the formula is not one, or isn't finite on the domain; a file can't be used; what
            the job says doesn't fit the shape of its data.
    """
    job, label = loaded.job, loaded.source.label
    own_code, digests = _own_code(loaded)
    function = points = former = None
    counted, others = job, list[str]()
    x: NDArray[np.float64]
    if job.data.file is not None:
        with _where(f"{label}: data.file"):
            path = loaded.path("data.file", job.data.file)
            points, lines, digest_of_bytes = _read_file(path, job.data)
        where = f"{label}: {path}"
        columns = points.columns
        names: tuple[tuple[str, ...], tuple[str, ...]] = points.inputs, points.outputs
        data: dict[str, Any] = {"file": points.digest}
        former = fingerprint(job, {"file": digest_of_bytes}, digests)
    else:
        text = json.dumps(job.data.function, ensure_ascii=False)
        with _where(f"{label}: data.function = {text[:60]}"):
            function = function_of(job.data)
            x, y = sample(function, job.data)
        names = function.names
        one_domain = with_one_domain(function, job.data)
        if one_domain is not job.data:
            counted = job.model_copy(update={"data": one_domain})
            others = [fingerprint(job, facts_of(function, job.data), digests)]
        data = facts_of(function, one_domain)
        where = f"{label}: data.domain"
        with _where(where):
            lines = _what_merges_of(function, job.data)
        columns = columns_of(names, x, None if function.classes else y)
    resolved_job = ResolvedJob(
        loaded,
        fingerprint(counted, data, digests),
        function,
        points,
        own_code,
        warnings=tuple(f"{where}: {line}" for line in lines),
        former_fingerprint=former,
        counted_job=counted,
        other_fingerprints=(*others, *fingerprints_by_gpu(counted, data, digests)),
        data_content=data,
        code_digests=digests,
    )
    with _where(label):
        check_shape(job, resolved_job.shape, points)
    # One's own network may well do the scaling, and one line about it is enough.
    if job.data.standardize or own_code.module is not None or lines:
        return resolved_job
    scale = warning_of_scale(columns, len(names[0]))
    return replace(resolved_job, scale_warning=scale and f"{where}: {scale}")


def _what_merges_of(function: Function, settings: DataSettings) -> list[str]:
    """What is to be said of inputs that are drawn from a domain; of several nothing merges."""
    if function.inputs > 1:
        return []
    exact = np.linspace(*settings.box(1)[0], settings.points)
    line = _what_merges("x", exact, settings, is_input=True)
    return [] if line is None else [line]


def _read_file(path: Path, settings: DataSettings) -> tuple[Points, list[str], str]:
    """The points, what is to be said of them, and the digest of the file's bytes."""
    reading = {key: getattr(settings, key) for key in ("file", "standardize", *OF_FILES)}
    try:
        status = path.stat()
        stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
    except (OSError, ValueError):
        stamp = (0, 0, 0)  # it is refused in a moment
    return _read_version(path, DataSettings(**reading), stamp)


@lru_cache(maxsize=2)
def _read_version(
    path: Path, settings: DataSettings, stamp: tuple[int, int, int]
) -> tuple[Points, list[str], str]:
    """One version of a file: a comparison's configurations have it in common, and read it once."""
    points = read_points(path, settings)
    said: list[str | None] = []
    if points.picture is None:  # whose places and colours are few, and far apart
        with _where(str(path)):
            said = [
                _what_merges(name, values, settings, is_input=place < len(points.inputs))
                for place, (name, values) in enumerate(points.columns)
            ]
    lines = [line for line in [*said, gaps_in(points.classes)] if line is not None]
    return points, lines, hashlib.sha256(path.read_bytes()).hexdigest()


def _what_merges(
    name: str, values: NDArray[np.float64], settings: DataSettings, *, is_input: bool
) -> str | None:
    """What is to be said of values that training can't tell apart.

    Raises:
        BadInput: all inputs become one, or what is to be scaled is constant.
    """
    if settings.standardize:
        values = np.asarray(standardized(name, values).scaled(values), np.float64)
    return warning_of_merged(name, values, is_input=is_input, is_standardized=settings.standardize)


@contextmanager
def _where(place: str) -> Iterator[None]:
    try:
        yield
    except BadInput as error:
        raise BadInput(f"{place}: {error}") from None


def _own_code(loaded: LoadedJob) -> tuple[OwnCode, dict[str, list[str]]]:
    """The files of the user's own that a job names, and for each key their digest and the name.

    Raises:
        BadInput: one can't be read, or a film or a record names it.
    """
    job = loaded.job
    own = {"network.module": job.network.module}
    if job.train.has_own_loss:
        own["train.loss"] = job.train.loss
    files: dict[str, Path] = {}
    digests: dict[str, list[str]] = {}
    for key, text in own.items():
        if text is None:
            continue
        if not loaded.trusts(key):
            raise BadInput(
                f"{loaded.source.label}: {key}: code is never loaded on the word of a film or "
                "a record; run its job file"
            )
        file, _, name = text.rpartition(":")
        files[key] = loaded.path(key, file)
        digests[key] = [_digest(files[key], f"{loaded.source.label}: {key}"), name]
    return OwnCode(files.get("network.module"), files.get("train.loss")), digests


def _digest(path: Path, where: str) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(f"{where}: cannot read {path}: {error.strerror}") from error
