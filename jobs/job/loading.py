"""A job: TOML and `--set` to frozen, checked settings, and the messages where it is wrong."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from fitreel.model.errors import BadInput
from fitreel.model.settings import (
    DataSettings,
    NetworkSettings,
    Seed,
    Settings,
    TrainSettings,
    descriptions,
)
from fitreel.model.suggestions import nearest
from fitreel.render.film_settings import FilmSettings

LARGEST_JOB = 1_000_000
DEEPEST = 20


class CompareSettings(Settings):
    """A comparison: several configurations of this job in one clip."""

    vary: dict[str, tuple[Any, ...]] = Field(default={})
    """Values by dotted key; every combination of them is a panel."""
    panel: tuple[dict[str, Any], ...] = ()
    """Panels picked by hand: a label, and any keys."""
    layout: Literal["auto", "grid", "overlay"] = "auto"
    """A panel each, or all lines in one; auto: grid up to 16 panels."""
    clock: Literal["epoch", "time"] = "epoch"
    """What the panels advance in together: epochs, or seconds of training."""
    loss_panel: bool = False
    """Draw all loss curves as well."""
    table: str | None = Field(default=None, min_length=1, max_length=4096)
    """Write the ranking as a file, too: .csv, .md or .json."""

    @property
    def wanted(self) -> bool:
        """Whether the job makes a comparison at all."""
        return bool(self.vary or self.panel)


class Job(Settings):
    """Everything that a job file may say. An empty one is the demo."""

    name: str = Field(default="demo", min_length=1, max_length=100)
    """What the run and the film are called; default: the file's stem."""
    seed: Seed = 0
    """Decides the noise and the network's first weights."""
    data: DataSettings = DataSettings()
    network: NetworkSettings = NetworkSettings()
    train: TrainSettings = TrainSettings()
    film: FilmSettings = FilmSettings()
    compare: CompareSettings = CompareSettings()

    @model_validator(mode="after")
    def _usable_as_a_file_name(self) -> Self:
        if self.name.startswith(".") or any(c in "/\\\0" or ord(c) < 32 for c in self.name):
            raise ValueError("name: becomes part of file names: no slash, no dot in front")
        if self.film.truth and self.data.file is not None:
            raise ValueError("film.truth and data.file: points from a file have no formula to draw")
        return self


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


TABLES: dict[str, type[Settings]] = {
    name: info.annotation
    for name, info in Job.model_fields.items()
    if isinstance(info.annotation, type) and issubclass(info.annotation, Settings)
}

SYNONYMS = {
    "learning_rate": "lr",
    "eta": "lr",
    "momentum": "optimizer_args",
    "layers": "hidden",
    "neurons": "hidden",
    "hidden_layers": "hidden",
    "width": "hidden",
    "steps": "epochs",
    "iterations": "epochs",
    "formula": "function",
    "target": "function",
    "csv": "file",
    "samples": "points",
    "range": "domain",
    "interval": "domain",
    "tolerance": "delta",
    "framerate": "fps",
    "frame_rate": "fps",
    "resolution": "size",
    "output": "outputs",
    "batch": "batch_size",
    "criterion": "loss",
    "initialization": "init",
}
"""What people call our keys."""

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


def explain(error: ValidationError) -> str:
    """The first thing that is wrong, in one line: table, key, value, what would be right."""
    problems = error.errors(include_url=False)
    # A value with several allowed kinds fails once for each; an unknown key says the most.
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    same = [p for p in problems if p["loc"][:2] == problem["loc"][:2]]
    location = [str(part) for part in problem["loc"]]
    if problem["type"] == "extra_forbidden":
        return _unknown_key(location)
    # Of "str | tuple" the kind that failed stands in the location; it isn't part of the key.
    key = ".".join(part for part in location if part in _all_parts() or part.isdigit())
    wanted = " or ".join(dict.fromkeys(_wanted(p) for p in same))
    if problem["type"] == "value_error" and not isinstance(problem["input"], str | int | float):
        return f"{key}: {wanted}" if key else wanted
    return f"{key} = {_shown(problem['input'])}: {wanted}"


def _wanted(problem: Any) -> str:
    """What would be right, in a job file's own words."""
    kind = problem["type"]
    if kind in IN_OUR_WORDS:
        return IN_OUR_WORDS[kind]
    if kind == "string_pattern_mismatch":
        return f"must be {_description(problem['loc'])}"
    text = str(problem["msg"]).removeprefix("Value error, ")
    if kind == "value_error":
        return text
    text = text.replace("Input should be", "must be")
    return text[0].lower() + text[1:]


IN_OUR_WORDS = {
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a table such as { name = value }",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "missing": "one more value is needed",
    "too_long": "has too many values",
}
"""What pydantic says in the words of JSON and Python."""


def _description(location: tuple[str | int, ...]) -> str:
    table, key = str(location[0]), str(location[-1])
    return " ".join(descriptions(TABLES.get(table, Job)).get(key, "").split()).rstrip(".")


def _shown(value: Any) -> str:
    """A value as TOML would write it, shortened."""
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, float) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _tables() -> dict[str, list[str]]:
    """Keys by table; the top of the file is ''."""
    return {"": list(Job.model_fields)} | {
        name: list(kind.model_fields) for name, kind in TABLES.items()
    }


def _all_parts() -> set[str]:
    return {part for table, keys in _tables().items() for part in (table, *keys) if part}


def _unknown_key(location: list[str]) -> str:
    tables = _tables()
    table, key = (location[0], location[1]) if len(location) > 1 else ("", location[0])
    where = f"[{table}] " if table else ""
    message = f"{where}{key if key.isprintable() else _shown(key)}: there is no such key"
    meant = SYNONYMS.get(key)
    for home, keys in tables.items():
        if meant in keys:
            return f'{message}; did you mean "{meant}"' + (
                "?" if home == table else f" in [{home}]?"
            )
    near = nearest(key, tables.get(table, ()))
    if near and not any(key == known for keys in tables.values() for known in keys):
        return message + near
    for other, keys in tables.items():
        if key in keys:
            home = f"belongs in [{other}]" if other else "belongs at the top, before any table"
            return f"{message}; it {home}"
    for other, keys in tables.items():
        near = nearest(key, keys)
        if near:
            return message + near + (f" in [{other}]" if other else "")
    return f"{message}; there are {', '.join(tables.get(table, tables['']))}"


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


def dump_job(job: Job) -> dict[str, Any]:
    """What of `job` differs from the defaults, as JSON; holds no absolute path.

    A path keeps its last part only where it is absolute: films are handed on.
    """
    values: dict[str, Any] = job.model_dump(mode="json", exclude_defaults=True)
    values["name"] = job.name
    if "film" in values:
        for key in ("latest", "keep"):  # of this machine's folders, not of the film
            values["film"].pop(key, None)
    if "film" in values and "outputs" in values["film"]:
        values["film"]["outputs"] = [relative(text) for text in job.film.outputs]
    if job.film.theme_is_file:
        values["film"]["theme"] = relative(job.film.theme)
    if job.film.font is not None and job.film.font_is_file:
        values["film"]["font"] = relative(job.film.font)
    if job.compare.table is not None:
        values["compare"]["table"] = relative(job.compare.table)
    if job.data.file is not None:
        values["data"]["file"] = relative(job.data.file)
    if job.network.module is not None:
        values["network"]["module"] = relative(job.network.module)
    return values


def relative(text: str) -> str:
    """A path as it may be handed on: of an absolute one, the last part."""
    path = Path(text)
    return path.name if path.is_absolute() or text.startswith("~") else text
