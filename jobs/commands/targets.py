"""The named targets, in the terminal or as a picture."""

import functools
import sys
from pathlib import Path

from fitreel.jobs.films.put_file import check_place, put, warn_once
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.report import Report
from fitreel.model.data.targets import TARGETS, preview
from fitreel.model.errors import BadInput
from fitreel.render.output.destination import make_folder_of
from fitreel.render.output.formats import PNG, format_of

_HEAD = 33
"""Bytes of a PNG's signature and of the chunk that says its size."""


def list_targets(report: Report) -> None:
    """Say each target's name, formula, lesson and a small picture."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    ascii_only = not encoding.startswith("utf")
    for target in TARGETS:
        low, high = target.domain
        report.say(f"{target.name}   {target.formula}   on [{low:g}, {high:g}]")
        report.say(f"  {target.lesson}")
        for line in preview(target, ascii_only=ascii_only).splitlines():
            report.say(f"    {line}")
        report.say("")


def write_sheet(path: Path, report: Report, *, force: bool = False) -> None:
    """Write a PNG of all targets.

    Raises:
        BadInput: the name doesn't end in .png, or what is there isn't fitreel's, or was changed.
        CannotWrite: the system refuses.
    """
    if format_of(path) is not PNG:
        raise BadInput(f"{path}: the sheet is a picture; its name ends in .png")

    @functools.cache
    def content() -> bytes:
        import imageio.v3

        from fitreel.render.handout.target_sheet import sheet

        png: bytes = imageio.v3.imwrite("<bytes>", sheet(TARGETS), extension=".png")
        return png

    def form(other: bytes) -> bool:  # without a mark, its size is all that tells it
        return other[:_HEAD] == content()[:_HEAD]

    check_place(path, force=force, form=form)
    make_folder_of(path)
    with locked(path.resolve(), "sheet"):
        warn_once(path, report, force=force, form=form)
        put(path, content(), report, force=True)
    report.say(f"{path}: {len(TARGETS)} targets")
