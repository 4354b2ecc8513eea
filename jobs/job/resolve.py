"""From a checked job to what decides its numbers: formula or points, and the fingerprint."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.jobs.job.loading import LoadedJob
from fitreel.model.data.formula import Formula
from fitreel.model.data.points_file import read_points
from fitreel.model.data.targets import read_function
from fitreel.model.errors import BadInput

FINGERPRINT_FORMAT = 1
"""Raised when the same settings come to mean other numbers."""


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


def prepare(loaded: LoadedJob) -> ResolvedJob:
    """Read what the job refers to, before anything is computed.

    Raises:
        BadInput: the formula is not one, or isn't finite on the domain; a file can't be used.
    """
    job, label = loaded.job, loaded.source.label
    formula = points = None
    content: dict[str, Any] = {
        "format": FINGERPRINT_FORMAT,
        "seed": job.seed,
        "data": job.data.model_dump(mode="json", exclude_defaults=True),
        "network": job.network.model_dump(mode="json", exclude_defaults=True),
        "train": job.train.model_dump(mode="json", exclude_defaults=True),
    }
    if job.data.file is not None:
        with _where(f"{label}: data.file"):
            table = read_points(loaded.path("data.file", job.data.file))
        points = table.x, table.y
        content["data"]["file"] = table.digest
    else:
        assert job.data.function is not None
        shown = json.dumps(job.data.function, ensure_ascii=False)
        with _where(f"{label}: data.function = {shown[:60]}"):
            formula = read_function(job.data.function)
            content["data"]["function"] = formula.text
            x = np.linspace(*job.data.domain, job.data.points, dtype=np.float32)
            formula.check_finite(x, formula(x))
    module_file = _module_file(loaded)
    if module_file is not None:
        content["network"]["module"] = [
            _digest(module_file, label),
            str(job.network.module).rpartition(":")[2],
        ]
    else:
        content["network"]["activations"] = list(job.network.activation_names)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return ResolvedJob(
        loaded, hashlib.sha256(text.encode()).hexdigest(), formula, points, module_file
    )


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
