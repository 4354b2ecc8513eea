"""The named targets, in the terminal or as a picture."""

import sys
from pathlib import Path

from fitreel.jobs.report import Report
from fitreel.model.errors import BadInput
from fitreel.model.files import write_whole
from fitreel.model.targets import TARGETS, preview
from fitreel.render.encode import check_output, is_still


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


def write_sheet(path: Path, report: Report) -> None:
    """Write a PNG of all targets.

    Raises:
        BadInput: the name doesn't end in .png.
        CannotWrite: the system refuses.
    """
    if path.suffix.lower() != ".png" or not is_still(path):
        raise BadInput(f"{path}: the sheet is a picture; its name ends in .png")
    check_output(path)
    import imageio.v3

    from fitreel.render.sheet import sheet

    write_whole(path, imageio.v3.imwrite("<bytes>", sheet(TARGETS), extension=".png"))
    report.say(f"{path}: {len(TARGETS)} targets")
