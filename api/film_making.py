"""A film of a record, made by a process of its own: the caller's is left as it was."""

import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fitreel.film_path import FilmPath
from fitreel.model.errors import (
    BadInput,
    Busy,
    CannotWrite,
    FitreelError,
    Stopped,
    Unavailable,
)
from fitreel.render.output.destination import check_name
from fitreel.render.output.formats import OutputKind, format_of
from fitreel.render.output.ownership import check_not_others

SECONDS_TO_END = 5.0
"""How long that process has to end by itself when the caller is interrupted."""

_ERRORS = {kind.exit_code: kind for kind in (BadInput, Unavailable, CannotWrite, Busy)}
_SAID = re.compile(r"^fitreel: ", re.MULTILINE)
_WARNING = "warning: "


def make_film(
    run_or_runs: "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]",
    out: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    **film_settings: Any,
) -> Path:
    """Make the film of a record, or the comparison of several; one that is up to date stays.

        fitreel.make_film("runs/demo-4f6e0c1b", "talk.mp4", theme="dark", panels=["loss"])
        fitreel.make_film(["runs/sgd-1c5f", "runs/adam-9b2e"], "both.gif", layout="overlay")

    It is made by a process of its own. What that warns of becomes a `UserWarning`.

    Args:
        run_or_runs: a run folder or a `Run`, or several of them.
        out: where the film goes; its ending picks the format, as with the command's `-o`.
        overwrite: make it again, up to date or not, and replace also what fitreel did not make.
        film_settings: keys of a job file's [film] table, over the record's own; of several runs
            those of [compare], too (`layout`, `clock`, `loss_panel`). Lengths are in seconds, sizes
            in pixels, and a theme or font of one's own is a file's path. None leaves a setting as
            it is.

    Returns:
        `out`: where the film is. A notebook shows it.

    Raises:
        TypeError: no run was given.
        FileExistsError: something is at `out` that fitreel did not make, or that was changed since.
        BadInput: a record, a setting or an ending that can't be used.
        Unavailable: an encoder or a font is not on this machine.
        CannotWrite: the system refuses, or ffmpeg failed.
        Busy: another process is making this same film.
    """
    if isinstance(run_or_runs, str | os.PathLike):
        runs = [run_or_runs]
    elif isinstance(run_or_runs, Iterable):
        runs = [*run_or_runs]
    else:
        raise TypeError(
            f"make_film: a run folder, a Run, or several of them; not {type(run_or_runs).__name__}"
        )
    if not runs:
        raise BadInput("make_film: there is no run to draw; give one, or several")
    output = _as_written(out)
    if not overwrite:
        check_not_others(output)
    options = [f"--set={each}" for each in _assignments(film_settings, compared=len(runs) > 1)]
    options += ["--force"] * overwrite + ["-o", output]
    code, said = _render([*options, "--", *(os.fspath(run) for run in runs)])
    messages = [text.rstrip() for text in _SAID.split(said)[1:]]
    errors = [text for text in messages if not text.startswith(_WARNING)]
    if code or errors:
        raise _error(code, errors[-1] if errors else said.strip())
    for text in messages:
        warnings.warn(text.removeprefix(_WARNING), stacklevel=2)
    return FilmPath(out)


def _as_written(out: str | os.PathLike[str]) -> str:
    """The name as `-o` takes it.

    Raises:
        BadInput: it can't be meant as one.
    """
    output = os.fspath(out)
    if "{" in output:
        raise BadInput(f"{output}: {{…}} is filled in by the command line only; give the name")
    if isinstance(out, str):
        check_name(output)
    elif format_of(output).kind is OutputKind.FRAMES:  # a Path can't say so by a slash
        return f"{output}/"
    return output


def _assignments(settings: dict[str, Any], *, compared: bool) -> list[str]:
    """Settings as `--set` takes them."""
    from fitreel.jobs.job.job import CompareSettings
    from fitreel.jobs.job.loading import toml_text

    assignments = []
    for name, value in settings.items():
        table = "compare" if compared and name in CompareSettings.model_fields else "film"
        try:
            text = toml_text(_plain(value))
        except (TypeError, ValueError):
            raise BadInput(
                f"{table}.{name} = {value!r}: must be a text, a number, a list or a table"
            ) from None
        if value is not None:
            assignments.append(f"{table}.{name}={text}")
    return assignments


def _plain(value: Any) -> Any:
    """What TOML has: of paths the text, of numpy's numbers and arrays Python's."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _render(arguments: Sequence[str]) -> tuple[int, str]:
    """The exit code of `fitreel render`, and all that it says on stderr."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FITREEL_", "_FITREEL_"))
    }
    try:
        process = subprocess.Popen(
            # -P: what lies in the current folder must not stand in for a library.
            [sys.executable, "-P", "-m", "fitreel", "render", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=ours | {"PYTHONIOENCODING": "utf-8"},
            encoding="utf-8",
            errors="replace",
        )
    except ValueError as error:  # a name that no system has
        raise BadInput(f"make_film: {error}") from error
    except OSError as error:
        why = error.strerror or error
        raise Unavailable(f"{sys.executable}: Python can't be started: {why}") from error
    try:
        said = process.communicate()[1]
    except BaseException:  # Ctrl-C, most often
        _end(process)
        raise
    return process.returncode, said


def _end(process: "subprocess.Popen[str]") -> None:
    """End it, and with it what it has started; it cleans up first if it can."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        pass
    finally:  # also where the caller is interrupted once more
        process.kill()
        process.communicate()


def _error(code: int, message: str) -> BaseException:
    number = -code if code < 0 else code - 128
    if number == signal.SIGINT:
        return KeyboardInterrupt()
    if code > 128:
        return Stopped(number)
    if code < 0:
        return FitreelError(f"make_film: the process that drew was killed by signal {number}")
    return _ERRORS.get(code, FitreelError)(message)
