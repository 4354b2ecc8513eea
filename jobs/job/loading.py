"""A job read: from TOML, `--set` and `--seed` to checked settings, and where its paths start."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fitreel.jobs.job.job import Job
from fitreel.jobs.job.messages import explain
from fitreel.jobs.job.unknown_keys import shortened_value, unknown_key
from fitreel.model.errors import BadInput
from fitreel.model.system.toml import DEEPEST, plain, read_toml

LARGEST_JOB = 1_000_000


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

    def __post_init__(self) -> None:
        """Have the values as JSON has them, whoever says them: a job file, a film, a record.

        Raises:
            BadInput: they are nested too deeply, or have a number that is too long.
        """
        try:
            object.__setattr__(self, "values", plain(self.values))
        except BadInput as error:
            raise BadInput(f"{self.label}: {error}") from None


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
        values = read_toml(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not a TOML file: {error}") from error
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None
    # A file may be called what no name of a job may be.
    stem = path.stem.encode(errors="replace").decode()
    name = "".join("_" if c == "\\" or ord(c) < 32 else c for c in stem).lstrip(".")
    return Source(label=str(path), folder=path.parent, values=values, name=name or "job")


def load_job(source: Source, assignments: Sequence[str] = (), seed: int | None = None) -> LoadedJob:
    """Check a job, with `--set KEY=VALUE` and `--seed` over it.

    Raises:
        BadInput: a key is unknown, or a value is of the wrong type or out of range.
    """
    values = json.loads(json.dumps(source.values))
    if source.name is not None:
        values.setdefault("name", source.name)
    words = {}
    for assignment in assignments:
        key = assign(values, assignment)
        words[key] = assignment.partition("=")[2].strip()
    if seed is not None:
        values["seed"] = seed
    return LoadedJob(check(values, source.label, words), source, frozenset(words))


def check(values: dict[str, Any], label: str, words: Mapping[str, str] | None = None) -> Job:
    """The job that nested tables say.

    Args:
        values: the tables.
        label: what messages call the job.
        words: what the command line says of dotted keys, word for word: where a text is needed, it
            is one, whether or not it would be a number, too.

    Raises:
        BadInput: a key is unknown, or a value is of the wrong type or out of range.
    """
    try:
        return Job.model_validate_json(json.dumps(values))
    except ValidationError as error:
        if words and _take_words(values, error, words):
            return check(values, label)
        raise BadInput(f"{label}: {explain(error)}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{label}: {error}") from None


def _take_words(values: dict[str, Any], error: ValidationError, words: Mapping[str, str]) -> bool:
    """Put texts where the command line's numbers are taken for no text; whether there is any."""
    has_texts = False
    for problem in error.errors(include_url=False):
        place = [str(part) for part in problem["loc"]]
        # Of "str | tuple" the kind that failed ends the location; it isn't part of the key.
        key = next((key for key in (".".join(place[:n]) for n in (1, 2, 3)) if key in words), None)
        if problem["type"] != "string_type" or key is None:
            continue
        *tables, last = key.split(".")
        table: Any = values
        for name in tables:
            table = table[name]
        value = table[last]
        if value == problem["input"] and not isinstance(value, list | dict):
            table[last] = words[key]
            has_texts = True
    return has_texts


def assign(values: dict[str, Any], assignment: str) -> str:
    """Put `KEY=VALUE` into nested tables; returns the dotted key.

    Raises:
        BadInput: it has no =, the key goes through something that is no table, or the value is
            nested too deeply or a number that is too long.
    """
    check_utf8("--set", assignment)
    key, equals, text = assignment.partition("=")
    key = key.strip()
    if not equals or not key:
        raise BadInput(f"--set {assignment!r}: KEY=VALUE is needed, such as train.lr=0.1")
    *tables, last = key.split(".")
    if len(tables) >= DEEPEST:
        raise BadInput(f"--set {shortened_value(key)}: {unknown_key(key.split('.'))}")
    table: Any = values
    for name in tables:
        table = table.setdefault(name, {})
        if not isinstance(table, dict):
            raise BadInput(f"--set {key}: {name} is a value, not a table")
    try:
        table[last] = parse_value(text)
    except BadInput as error:
        raise BadInput(f"--set {key}: {error}") from None
    return key


def check_utf8(option: str, text: str) -> None:
    """Refuse what a shell or a script in Latin-1, say, has written.

    Raises:
        BadInput: `text` has bytes that are no UTF-8.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadInput(
            f"{option} {text[:60]}: the byte 0x{ord(text[error.start]) & 0xFF:02x} in it is no "
            "UTF-8, in which texts are given"
        ) from None


def parse_value(text: str) -> Any:
    """`text` read as TOML; what isn't TOML is a string.

    Raises:
        BadInput: it is nested too deeply, or a number that is too long.
    """
    try:
        parsed = read_toml(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return parsed["value"] if set(parsed) == {"value"} else text


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
