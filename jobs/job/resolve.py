"""From a checked job to all that its training needs: formula or points, and the fingerprint."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fitreel.jobs.job.fingerprint import fingerprint
from fitreel.jobs.job.loading import LoadedJob
from fitreel.model.data.formula import Formula
from fitreel.model.data.points_file import read_points
from fitreel.model.data.targets import read_function
from fitreel.model.errors import BadInput


@dataclass(frozen=True)
class ResolvedJob:
    """A job with its formula parsed, or its points read, and its fingerprint. Torch-free."""

    loaded: LoadedJob
    fingerprint: str
    """SHA-256, 64 hexadecimal digits, of all that decides the numbers."""
    formula: Formula | None
    points: tuple[NDArray[np.float32], NDArray[np.float32]] | None
    module_file: Path | None

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
    formula = points = None
    if job.data.file is not None:
        with _where(f"{label}: data.file"):
            table = read_points(loaded.path("data.file", job.data.file))
        points, data = (table.x, table.y), {"file": table.digest}
    else:
        assert job.data.function is not None
        text = json.dumps(job.data.function, ensure_ascii=False)
        with _where(f"{label}: data.function = {text[:60]}"):
            formula = read_function(job.data.function)
            x = np.linspace(*job.data.domain, job.data.points, dtype=np.float32)
            formula.check_finite(x, formula(x))
        data = {"function": formula.text}
    module_file = _module_file(loaded)
    module_digest = None if module_file is None else _digest(module_file, label)
    return ResolvedJob(loaded, fingerprint(job, data, module_digest), formula, points, module_file)


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
