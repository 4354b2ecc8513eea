"""`fitreel targets`: the named functions, in the terminal or as a picture."""

import functools
import sys
from pathlib import Path
from typing import Annotated

import typer

from fitreel.jobs.command_line.command import command
from fitreel.jobs.command_line.options import Options
from fitreel.jobs.runtime.locks import locked
from fitreel.jobs.runtime.report import Report
from fitreel.model.errors import BadInput

_HEAD = 33
"""Bytes of a PNG's signature and of the chunk that says its size."""


@command("force", "quiet", "debug")
def targets(
    output: Annotated[
        Path | None, typer.Option("-o", metavar="SHEET.png", help="A picture of all of them.")
    ] = None,
    *,
    options: Options,
    report: Report,
) -> None:
    """Show the named functions that a job may learn."""
    if output is None:
        _list_targets(report)
    else:
        _write_sheet(output, report, force=options.force)


def _list_targets(report: Report) -> None:
    """Say each target's name, formula and lesson, of one input with a small picture."""
    from fitreel.model.data.plane_targets import CLOUDS, CURVES, SURFACES
    from fitreel.model.data.targets import TARGETS, preview

    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    ascii_only = not encoding.startswith("utf")
    for target in TARGETS:
        low, high = target.domain
        report.say(f"{target.name}   {target.formula}   on [{low:g}, {high:g}]")
        report.say(f"  {target.lesson}")
        for line in preview(target, ascii_only=ascii_only).splitlines():
            report.say(f"    {line}")
        report.say("")
    heads = ((SURFACES, "two inputs, x and y"), (CURVES, "one input, two outputs: a curve"))
    for plane_targets, what in heads:
        for each in plane_targets:
            kind = f"{what}, {each.classes} classes" if each.classes else what
            report.say(f"{each.name}   {kind}, on [-1, 1]")
            for formula in each.formulas:
                report.say(f"  {formula}")
            report.say(f"  {each.lesson}\n")
    for cloud in CLOUDS:
        more = "" if cloud.most_classes else " or more"
        report.say(f"{cloud.name}   points of {cloud.classes}{more} classes: k = i % K for point i")
        report.say(f"  {cloud.formula}")
        report.say(f"  {cloud.lesson}\n")
    report.say("u is torch.rand(N); data.noise * torch.randn(N, 2) is added to points of classes.")


def _write_sheet(path: Path, report: Report, *, force: bool) -> None:
    """Write a PNG of all targets.

    Raises:
        BadInput: the name doesn't end in .png, or what is there isn't fitreel's, or was changed.
        CannotWrite: the system refuses.
    """
    from fitreel.jobs.outputs.marked_file import check_file_place, warn_once, write_marked
    from fitreel.model.data.targets import TARGETS
    from fitreel.render.output.destination import check_place, make_folder_of
    from fitreel.render.output.formats import PNG

    check_place(path, "-o ")
    if path.suffix.lower() != PNG.ending:
        raise BadInput(f"{path}: the sheet is a picture; its name ends in .png")

    @functools.cache
    def content() -> bytes:
        import imageio.v3

        from fitreel.render.handout.target_sheet import sheet

        png: bytes = imageio.v3.imwrite("<bytes>", sheet(TARGETS), extension=".png")
        return png

    def form(other: bytes) -> bool:  # without a mark, its size is all that tells it
        return other[:_HEAD] == content()[:_HEAD]

    check_file_place(path, force=force, form=form)
    make_folder_of(path)
    with locked(path.resolve(), "sheet"):
        warn_once(path, report, force=force, form=form)
        write_marked(path, content(), report, force=True)
    report.say(f"{path}: {len(TARGETS)} targets")
