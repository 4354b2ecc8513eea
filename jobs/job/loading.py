"""A job read: from TOML, `--set` and `--seed` to checked settings, and where its paths start."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fitreel.jobs.job.job import Job
from fitreel.jobs.job.messages import explain
from fitreel.model.errors import BadInput

LARGEST_JOB = 1_000_000
DEEPEST = 20


@dataclass(frozen=True)
class Source:
    """Where a job comes from, and so where its paths start."""

    label: str
    """What messages call it: the job file's path, or --set."""
    folder: Path
    """Paths in the job start here."""
    values: dict[str, Any] = field(default_factory=dict)
    """What it says, as nested tables."""
    name: str | None = None
    """What the job is called where it doesn't say."""
    trusted: bool = True
    """Whether it may name Python code to load: only a job file of the user's own may."""
    files: dict[str, str] = field(default_factory=dict)
    """Where a file lies that came with the job from another machine, by the key that names it."""


@dataclass(frozen=True)
class LoadedJob:
    """A checked job and where it came from."""

    job: Job
    source: Source
    overridden: frozenset[str] = frozenset()
    """Dotted keys that the command line gave: paths in them start at the current folder."""

    def given(self, key: str) -> bool:
        """Whether the command line gave the dotted `key`, or the table that it is in."""
        return any(is_within(key, other) for other in self.overridden)

    def trusts(self, key: str) -> bool:
        """Whether it is the user's own word: a job file's, or the command line's.

        Who made a film or a record must not choose what is opened or replaced here.
        """
        return self.source.trusted or self.given(key)

    def path(self, key: str, text: str) -> Path:
        """The path `text`, given under the dotted `key`.

        Raises:
            BadInput: a film or a record names something outside of its own folder, or `text`
                begins with the home of somebody who isn't there.
        """
        if key in self.source.files:
            return Path(self.source.files[key])
        try:
            return self.place(key, Path(text).expanduser())
        except RuntimeError as error:
            raise BadInput(f"{self.source.label}: {key} = {text!r}: {error}") from error

    def place(self, key: str, path: Path) -> Path:
        """Where `path`, given under the dotted `key` and with no ~ for a home, starts.

        Raises:
            BadInput: a film or a record names something outside of its own folder.
        """
        if self.given(key):
            return path
        text = str(path)
        path = self.source.folder / path
        folder = self.source.folder.resolve()
        if not self.source.trusted and not path.resolve().is_relative_to(folder):
            raise BadInput(
                f"{self.source.label}: {key} = {text!r}: a film or a record names nothing outside "
                "of its own folder; run its job file"
            )
        return path


def is_within(key: str, other: str) -> bool:
    """Whether the dotted `key` is `other`, or lies in the table `other`."""
    return key == other or key.startswith(f"{other}.")


DEMO = Source(label="the demo", folder=Path())


def read_job_file(path: Path) -> Source:
    """The tables of a TOML file.

    Raises:
        BadInput: it is missing, no file, too large, not readable or not TOML.
    """
    try:
        # A named pipe waits for somebody to write into it; a shell's <(…) has no name of its own.
        real = path.resolve()
        if real.exists() and not (real.is_file() or real.is_dir()):
            raise BadInput(f"{path}: cannot read this job: it is not a plain file")
        with path.open("rb") as file:
            content = file.read(LARGEST_JOB + 1)
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadInput(f"{path}: cannot read this job: {why}") from error
    if len(content) > LARGEST_JOB:
        raise BadInput(f"{path}: larger than {LARGEST_JOB:,} bytes, which no job is")
    try:
        values = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{path}: not a TOML file: {error or 'nested too deeply'}") from error
    # A file may be called what no name of a job may be.
    name = "".join("_" if c == "\\" or ord(c) < 32 else c for c in path.stem).lstrip(".")
    return Source(label=str(path), folder=path.parent, values=values, name=name or "job")


def load_job(source: Source, assignments: Sequence[str] = (), seed: int | None = None) -> LoadedJob:
    """Check a job, with `--set KEY=VALUE` and `--seed` over it.

    Raises:
        BadInput: a key is unknown, or a value is of the wrong type or out of range.
    """
    values = json.loads(json.dumps(source.values, default=str))
    if _depth(values) > DEEPEST:
        raise BadInput(f"{source.label}: nested too deeply")
    if source.name is not None:
        values.setdefault("name", source.name)
    overridden = set()
    for assignment in assignments:
        overridden.add(assign(values, assignment))
    if seed is not None:
        values["seed"] = seed
    return LoadedJob(check(values, source.label), source, frozenset(overridden))


def check(values: dict[str, Any], label: str) -> Job:
    """The job that nested tables say.

    Raises:
        BadInput: a key is unknown, or a value is of the wrong type or out of range.
    """
    try:
        return Job.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise BadInput(f"{label}: {explain(error)}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{label}: {error}") from None


def assign(values: dict[str, Any], assignment: str) -> str:
    """Put `KEY=VALUE` into nested tables; returns the dotted key.

    Raises:
        BadInput: it has no =, or the key goes through something that is no table.
    """
    key, equals, text = assignment.partition("=")
    key = key.strip()
    if not equals or not key:
        raise BadInput(f"--set {assignment!r}: KEY=VALUE is needed, such as train.lr=0.1")
    *tables, last = key.split(".")
    table: Any = values
    for name in tables:
        table = table.setdefault(name, {})
        if not isinstance(table, dict):
            raise BadInput(f"--set {key}: {name} is a value, not a table")
    table[last] = parse_value(text)
    return key


def parse_value(text: str) -> Any:
    """`text` read as TOML; what isn't TOML is a string."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return text
    if set(parsed) != {"value"}:
        return text
    try:
        # What the checks see next is JSON; so are dates and times, as text.
        return json.loads(json.dumps(parsed["value"], default=str))
    except (ValueError, RecursionError):
        return text


def toml_text(value: Any) -> str:
    """A plain value as TOML writes it, and as `parse_value` reads it back."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {toml_text(item)}" for key, item in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_text(item) for item in value)}]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
        level = inner
    return depth
