"""What the command line says over a job: one frozen object, for all that a command does."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fitreel.jobs.command_line.cluster_address import check_address
from fitreel.jobs.runtime.locks import Patience
from fitreel.model.errors import BadInput


@dataclass(frozen=True)
class Options:
    """What the command line says over the job."""

    outputs: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    """KEY=VALUE over the job."""
    unset: tuple[str, ...] = ()
    """Keys that are as if the job didn't say them."""
    seed: int | None = None
    at: int | None = None
    """The epoch of a still; None: the last snapshot."""
    takes_nearest: bool = False
    """Whether another epoch will do where that one has no snapshot."""
    sheet: tuple[int, int] | None = None
    """Columns and rows of a page of pictures."""
    vary: tuple[str, ...] = ()
    """KEY=V1,V2 to compare."""
    workers: int | None = None
    """Trainings at once; None: by cores."""
    cluster: str | None = None
    """Where others train: a scheduler's address, or a batch system's name; None: this machine."""
    tables: tuple[Path, ...] = ()
    """Files for a comparison's ranking."""
    runs: Path = Path("runs")
    """Where records are kept."""
    folder: Path | None = None
    """The run folder, instead of the job's own under `runs`."""
    force: bool = False
    """Make also what is up to date."""
    is_dry: bool = False
    """Only say what would be made."""
    wait: Patience | None = None
    """For other processes that make the same; None: not at all."""
    fails_diverged: bool = False
    """Whether a training that diverged is a failure, once all is made of it."""
    now: time.struct_time = field(default_factory=time.localtime)
    """What {date} and {time} say, in all that one command makes."""


def options_of(values: Mapping[str, Any]) -> Options:
    """The options of a command from what Typer gives it, by name.

    Raises:
        BadInput: `--sheet` isn't two numbers with an x between them, `--cluster` no address, or no
            folder can be where `--runs` says.
    """
    values = dict(values)
    if values.get("cluster") is not None:
        check_address(values["cluster"])
    if "runs" in values:
        from fitreel.render.output.destination import check_place

        check_place(values["runs"], "--runs ")
    wait, limit = values.pop("wait", False), values.pop("wait_limit", None)
    for name in ("outputs", "assignments", "unset", "vary", "tables"):
        values[name] = tuple(values.get(name) or ())
    values["sheet"] = sheet_of(values.get("sheet"))
    if limit is not None:
        values["wait"] = Patience(limit)
    elif wait:
        values["wait"] = Patience()
    return Options(**values)


def sheet_of(text: str | None) -> tuple[int, int] | None:
    """Columns and rows of `--sheet 3x4`.

    Raises:
        BadInput: it isn't two numbers with an x between them.
    """
    if text is None:
        return None
    across, _, down = text.lower().replace("×", "x").partition("x")
    if not all(each.isascii() and each.isdigit() and len(each) < 5 for each in (across, down)):
        raise BadInput(f"--sheet {text:.20}: give columns x rows, such as 3x4")
    return int(across), int(down)


def shard_of(text: str | None) -> tuple[int, int] | None:
    """Which part, from 1, of how many `--shard 2/8` asks for.

    Raises:
        BadInput: there is no such part.
    """
    if text is None:
        return None
    parts = text.partition("/")[::2]
    if all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts):
        number, count = map(int, parts)
        if 1 <= number <= count:
            return number, count
    raise BadInput(f"--shard {text}: give which part of how many, from 1/8 to 8/8, say")
