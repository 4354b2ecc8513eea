"""From a checked job to all that its training needs: formula or points, and the fingerprint."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fitreel.jobs.job.fingerprint import fingerprint
from fitreel.jobs.job.loading import LoadedJob
from fitreel.model.data.formula import Formula
from fitreel.model.data.points_file import Points, read_points
from fitreel.model.data.precision import as_float32, warning_of_merged
from fitreel.model.data.scale_advice import warning_of_scale
from fitreel.model.data.scaling import standardized
from fitreel.model.data.targets import read_function
from fitreel.model.errors import BadInput
from fitreel.model.settings import OF_FILES, DataSettings


@dataclass(frozen=True)
class ResolvedJob:
    """A job with its formula parsed, or its points read, and its fingerprint. Torch-free."""

    loaded: LoadedJob
    fingerprint: str
    """SHA-256, 64 hexadecimal digits, of all that decides the numbers."""
    formula: Formula | None
    table: Points | None
    """What was read from the job's file."""
    module_file: Path | None
    warnings: tuple[str, ...] = ()
    """What is to be said of the data before they are trained with."""
    scale_warning: str | None = None
    """What is to be said of their scale, before they are trained with and not again."""
    former_fingerprint: str | None = None
    """What the same job had while a file counted by its bytes."""
    data_content: Mapping[str, str] = field(default_factory=dict)
    """What stands for its data in the fingerprint."""
    module_digest: str | None = None
    """What stands there for a module of the user's own."""

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
        job = self.loaded.job
        train = job.train.model_copy(update={"epochs": epochs})
        shorter = job.model_copy(update={"train": train})
        return fingerprint(shorter, self.data_content, self.module_digest)

    @property
    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """x and y of the file, shape (N,) each."""
        return None if self.table is None else (self.table.x, self.table.y)

    @property
    def names(self) -> tuple[str, str]:
        """What the input and the output are called."""
        return ("x", "y") if self.table is None else self.table.names

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
        BadInput: the formula is not one, or isn't finite on the domain; a file can't be used.
    """
    job, label = loaded.job, loaded.source.label
    module_file = _module_file(loaded)
    module_digest = None if module_file is None else _digest(module_file, label)
    formula = table = former = None
    if job.data.file is not None:
        with _where(f"{label}: data.file"):
            path = loaded.path("data.file", job.data.file)
            table, lines, digest_of_bytes = _read_file(path, job.data)
        where = f"{label}: {path}"
        x, y = table.x, table.y
        data = {"file": table.digest}
        former = fingerprint(job, {"file": digest_of_bytes}, module_digest)
    else:
        assert job.data.function is not None
        text = json.dumps(job.data.function, ensure_ascii=False)
        with _where(f"{label}: data.function = {text[:60]}"):
            formula = read_function(job.data.function)
            exact = np.linspace(*job.data.domain, job.data.points)
            x = exact
            seen = exact if job.data.standardize else as_float32(exact)
            y = formula(seen).astype(np.float64)
            formula.check_finite(seen, y)
        data = {"function": formula.text}
        where = f"{label}: data.domain"
        with _where(where):
            line = _what_merges("x", exact, job.data, is_input=True)
        lines = [] if line is None else [line]
    resolved_job = ResolvedJob(
        loaded,
        fingerprint(job, data, module_digest),
        formula,
        table,
        module_file,
        warnings=tuple(f"{where}: {line}" for line in lines),
        former_fingerprint=former,
        data_content=data,
        module_digest=module_digest,
    )
    # One's own network may well do the scaling, and one line about it is enough.
    if job.data.standardize or module_file is not None or lines:
        return resolved_job
    scale = warning_of_scale(resolved_job.names, x, y)
    return replace(resolved_job, scale_warning=scale and f"{where}: {scale}")


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
    table = read_points(path, settings)
    with _where(str(path)):
        columns = zip(table.names, (table.x, table.y), (True, False), strict=True)
        said = [
            _what_merges(name, values, settings, is_input=first) for name, values, first in columns
        ]
    lines = [line for line in said if line is not None]
    return table, lines, hashlib.sha256(path.read_bytes()).hexdigest()


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


def _module_file(loaded: LoadedJob) -> Path | None:
    module = loaded.job.network.module
    if module is None:
        return None
    if not loaded.trusts("network.module"):
        raise BadInput(
            f"{loaded.source.label}: network.module: code is never loaded on the word of a film or "
            "a record; run its job file"
        )
    return loaded.path("network.module", module.rpartition(":")[0])


def _digest(path: Path, label: str) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(f"{label}: network.module: cannot read {path}: {error.strerror}") from error
