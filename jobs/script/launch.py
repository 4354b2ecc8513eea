"""What is checked before a script starts, and how the process becomes the script's."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from fitreel.jobs.films.live.live_checks import check_encoder, check_format
from fitreel.jobs.job.job import Job
from fitreel.jobs.outputs.clashes import Destination, check_apart
from fitreel.jobs.outputs.names import file_name, fill_in
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.script.options import ScriptOptions, default_output
from fitreel.model.errors import BadInput, Busy, Unavailable
from fitreel.render.metadata.provenance import read_provenance
from fitreel.render.output.destination import check_name, check_output, make_folder_of
from fitreel.render.output.formats import ENDINGS, OutputKind, format_of
from fitreel.render.output.output import Output
from fitreel.render.output.ownership import check_replaceable

# What lies in the current folder must not stand in for a library before the script starts.
_START = (
    "import sys; '' in sys.path[:1] and sys.path.pop(0); "
    "from fitreel.jobs.script.start import main; main()"
)


def checked(options: ScriptOptions, now: time.struct_time) -> ScriptOptions:
    """The same options with outputs that can be written: absolute, the default one if none.

    Args:
        options: as they are given.
        now: what {date} and {time} say.

    Raises:
        BadInput: no script, or an output that can't be.
        Busy: another process is making one of them.
        CannotWrite: a folder can't be made or written.
        Unavailable: there is no ffmpeg, or an encoder isn't in it.
    """
    if not options.is_module:
        _check_script(options.script)
    default = default_output(options.script, is_module=options.is_module)
    name = file_name(Path(default).stem)
    outputs = [_filled_in(each, name, now) for each in options.outputs] or [default]
    check_apart(
        [
            Destination(
                f"-o {each}", Path(each), is_folder=format_of(each).kind is OutputKind.FRAMES
            )
            for each in outputs
        ]
    )
    for output in outputs:
        check_name(output, "-o ")
        check_destination(output, force=options.force)
    return replace(options, outputs=tuple(_absolute(each) for each in outputs))


def become(options: ScriptOptions, arguments: Sequence[str]) -> NoReturn:
    """Go on as the process of the script: its terminal, its signals and its exit code are ours.

    Args:
        options: checked.
        arguments: the script's.

    Raises:
        Unavailable: Python can't be started.
    """
    flags: Any = getattr(subprocess, "_args_from_interpreter_flags", list)()
    command = [sys.executable, *flags, "-c", _START, options.encode(), *arguments]
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if os.name == "nt":  # whose shells don't wait for what a process becomes
        sys.exit(subprocess.call(command))
    try:
        os.execv(sys.executable, command)  # noqa: S606 (no shell is meant)
    except OSError as error:
        why = error.strerror or error
        raise Unavailable(f"{sys.executable}: Python can't be started: {why}") from error


def _check_script(script: str) -> None:
    path = Path(script)
    if path.suffix.lower() == ".toml":
        raise BadInput(f"{script} is a job, not a script: fitreel run {script}")
    if not path.exists():
        raise BadInput(f"{script}: there is no such script")
    if path.suffix.lower() in ENDINGS or path.is_dir():
        try:
            read_provenance(path)
        except BadInput:
            if path.is_dir() and (path / "__main__.py").exists():
                return
            raise BadInput(f"{script} is not a Python script") from None
        raise BadInput(f"{script} is a film, not a script: fitreel run {script}")


def check_destination(output: str, *, force: bool) -> None:
    """Refuse an output that can't be made.

    Raises:
        BadInput: an ending that no such film has, or something is there that isn't ours.
        Busy: another process is making it.
        CannotWrite: its folder can't be made or written.
        Unavailable: there is no ffmpeg, or the encoder isn't in it.
    """
    check_format(Output(output))
    check_replaceable(output, force=force)
    make_folder_of(output)
    path = check_output(output)
    check_encoder(Output(output))
    try:
        with locked(path, "film"):
            pass
    except Busy:
        raise Busy(f"{output}: another process is making this film") from None


def _filled_in(output: str, script: str, now: time.struct_time) -> str:
    if re.search(r"\{\s*seed\s*\}", output):
        raise BadInput(
            f"-o {output!r}: a script has no {{seed}}; there are {{name}} {{date}} {{time}}"
        )
    return fill_in(output, Job(name=script), now, "-o")


def _absolute(output: str) -> str:
    return f"{Path.cwd() / output}{'/' if output.endswith('/') else ''}"
