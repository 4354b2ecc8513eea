"""What travels to a worker of a cluster and back: values and bytes, no path of this machine's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fitreel.jobs.job.resolve import ResolvedJob
from fitreel.jobs.train.cluster.own_module import check_alone
from fitreel.jobs.train.record_files import Files
from fitreel.jobs.train.workers import Failure
from fitreel.model.errors import BadInput
from fitreel.model.record.reader import digest_of
from fitreel.model.version import own_version


@dataclass(frozen=True)
class InputFile:
    """A file that a job names: of points, or of the user's own code."""

    name: str
    digest: str
    content: bytes | None = None
    """None where the worker has it already."""


@dataclass(frozen=True)
class Parcel:
    """What a worker needs to train a batch, or to find out whether it can."""

    share: str
    """What this is called, by all."""
    topic: str
    """What its events are told under: one of each driver."""
    configurations: Sequence[dict[str, Any]]
    """As `worker_messages.encode` spells them."""
    folders: Sequence[str] = ()
    """The name of each one's run folder."""
    input_files: Sequence[dict[str, InputFile]] = ()
    """For each configuration, the files that it names, by key."""
    records: dict[str, Files] = field(default_factory=dict)
    """What is recorded so far, by run folder."""
    only_check: bool = False
    fitreel: str = field(default_factory=own_version)

    @property
    def size(self) -> int:
        """How many bytes of records and files it carries."""
        files = [file.content or b"" for each in self.input_files for file in each.values()]
        contents = [content for each in self.records.values() for content in each.values()]
        return sum(map(len, [*files, *contents]))


@dataclass(frozen=True)
class Delivery:
    """What came of a parcel."""

    failures: dict[int, Failure] = field(default_factory=dict)
    """By place: exceptions don't all travel."""
    records: dict[str, Files] = field(default_factory=dict)
    """New files by run folder."""


def input_files_of(resolved_job: ResolvedJob) -> dict[str, InputFile]:
    """The files that a job names, by the key that names them.

    Raises:
        BadInput: one can't be read, or is of Python and imports what lies beside it.
    """
    paths = {}
    loaded = resolved_job.loaded
    if loaded.job.data.file is not None:
        paths["data.file"] = loaded.path("data.file", loaded.job.data.file)
    own = {"network.module": resolved_job.own_code.module, "train.loss": resolved_job.own_code.loss}
    for key, path in own.items():
        if path is not None:
            check_alone(path, key)
            paths[key] = path
    return {key: _read(path) for key, path in paths.items()}


def _read(path: Path) -> InputFile:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    return InputFile(path.name, digest_of(content), content)
