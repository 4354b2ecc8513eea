"""`fitreel doctor`: what works on this machine, and what to do about what doesn't."""

import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime.report import Report, size
from fitreel.model.errors import FitreelError, Unavailable
from fitreel.model.system.extras import is_installed

OLDEST_PYTHON = (3, 11)
MEMORY = 1_000_000_000
"""Bytes that the demo needs with torch and ffmpeg, with room to spare."""
DISK = 500_000_000
"""Bytes free under which a night's films may not fit."""
NO_DISK = 5_000_000
"""Bytes free under which not even the demo's record and film do."""


@dataclass(frozen=True)
class Finding:
    """One line."""

    what: str
    ok: bool
    detail: str
    """What is there; where it isn't ok, what to do."""
    needed: bool = False
    """Whether no film can be made without it."""


@command("runs", "debug")
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    *,
    options: Options,
    report: Report,
) -> None:
    """Tell what works on this machine, and what to do about what doesn't."""
    findings = diagnose(options.runs)
    if as_json:
        report.say(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        width = max(len(finding.what) for finding in findings)
        for finding in findings:
            word = "ok" if finding.ok else "missing"
            report.say(f"{finding.what:{width}} {word:7} {finding.detail}")
    missing = [finding.what for finding in findings if finding.needed and not finding.ok]
    if missing:
        raise Unavailable(f"no film can be made here: missing: {', '.join(missing)}")


def diagnose(runs: Path) -> list[Finding]:
    """All findings; `runs` is where records would be kept."""
    return [
        _python(),
        _finding("torch", _torch, "films of records do without", needed=is_installed("torch")),
        _finding("ffmpeg", _ffmpeg, "pip install imageio-ffmpeg", needed=True),
        _finding("encoders", _encoders, "use an ffmpeg that has them", needed=True),
        _finding("fonts", _fonts, "pip install --force-reinstall matplotlib", needed=True),
        _finding("cache", _cache, "set MPLCONFIGDIR to a folder that can be written to"),
        _writable(runs),
        _cores(),
        _memory(),
        _disk(runs),
    ]


def _finding(what: str, look: Callable[[], str], advice: str, *, needed: bool = False) -> Finding:
    try:
        return Finding(what, True, look(), needed)
    except (FitreelError, ImportError, OSError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return Finding(what, False, f"{reason}; {advice}", needed)


def _python() -> Finding:
    oldest = ".".join(map(str, OLDEST_PYTHON))
    ok = sys.version_info >= OLDEST_PYTHON
    advice = "" if ok else f"; fitreel needs {oldest} or newer"
    return Finding("Python", ok, platform.python_version() + advice, needed=True)


def _torch() -> str:
    from fitreel.model.training.devices import devices_here

    return devices_here()


def _ffmpeg() -> str:
    from fitreel.render.output.ffmpeg import ffmpeg_path, run_briefly

    words = run_briefly(["-version"]).decode(errors="replace").split()
    if words[:2] != ["ffmpeg", "version"]:
        raise Unavailable(f"{ffmpeg_path()} is no ffmpeg that runs")
    return f"{words[2]} ({ffmpeg_path()})"


def _encoders() -> str:
    from fitreel.render.output.ffmpeg import has_encoder
    from fitreel.render.output.formats import FORMATS, OutputKind

    encoded, plain = [], []
    for each in FORMATS:
        if each.encoder is not None:
            if has_encoder(each.encoder):
                encoded.append(f"{each.encoder} ({each.ending})")
            elif each.is_vital:
                raise Unavailable(f"{each.encoder}, for {each.ending}, is missing")
            else:
                encoded.append(f"no {each.encoder}, so no {each.ending}")
        elif each.kind in (OutputKind.FILM, OutputKind.STILL):
            plain.append(each.ending)
    return f"{', '.join(encoded)}; {' and '.join(plain)} need none"


def _fonts() -> str:
    from fitreel.render.mpl.own_fonts import roboto_files
    from fitreel.render.mpl.setup import BUNDLED_FONTS

    if not (BUNDLED_FONTS / "DejaVuSans.ttf").is_file():
        raise Unavailable("DejaVu Sans, which matplotlib brings, is missing")
    if not roboto_files():
        return "DejaVu Sans; pictures in a theme have Roboto after pip install font-roboto"
    return "Roboto, and DejaVu Sans as matplotlib brings it"


def _cache() -> str:
    from fitreel.render.mpl.setup import cache_folder

    folder = cache_folder()
    if folder is None or not os.access(folder, os.W_OK):
        raise Unavailable("no folder for matplotlib's font list")
    return str(folder)


def _writable(runs: Path) -> Finding:
    """Try it: permissions alone don't tell (read-only, full, no rights)."""
    places = {
        _nearest(runs): "set --runs or FITREEL_RUNS to a folder that can be written to",
        Path.cwd(): "films go here: change to a folder that can be written to",
    }
    if runs.exists() and not runs.is_dir():
        return Finding("writing", False, f"{runs} is no folder; set --runs", needed=True)
    for place, advice in places.items():
        try:
            with tempfile.TemporaryFile(dir=place) as file:
                file.write(bytes(1 << 16))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            return Finding("writing", False, f"{place}: {error.strerror}; {advice}", needed=True)
    return Finding("writing", True, f"records go to {runs.absolute()}", needed=True)


def _nearest(folder: Path) -> Path:
    """`folder`, or the first above it that is there."""
    folder = folder.absolute()
    return next((path for path in (folder, *folder.parents) if path.is_dir()), Path())


def _cores() -> Finding:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Finding("cores", True, f"{count}")


def _memory() -> Finding:
    unknown = Finding("memory", True, "this system doesn't tell")
    if not hasattr(os, "sysconf"):
        return unknown
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total, free = (page * os.sysconf(f"SC_{kind}_PAGES") for kind in ("PHYS", "AVPHYS"))
    except (ValueError, OSError):
        return unknown
    advice = "" if total >= MEMORY else f"; a film needs about {size(MEMORY)}"
    return Finding("memory", total >= MEMORY, f"{size(total)}, {size(free)} unused{advice}")


def _disk(runs: Path) -> Finding:
    free = shutil.disk_usage(_nearest(runs)).free
    advice = "" if free >= DISK else "; remove old runs and films, or use film.keep"
    return Finding("disk", free >= DISK, f"{size(free)} free{advice}", needed=free < NO_DISK)
