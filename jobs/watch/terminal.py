"""The newest snapshot of a run in the terminal, drawn again as the run grows."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fitreel.jobs.runtime import signals
from fitreel.jobs.runtime.report import Report
from fitreel.jobs.watch.site import MOST_COMPARED, Site
from fitreel.jobs.watch.watched import Look, look_at, signature, subject_of
from fitreel.model.errors import Unavailable
from fitreel.model.system.extras import import_library
from fitreel.render.frame import FrameSelection
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import english

SECONDS_A_PICTURE = 0.2
"""From one picture to the next, at least."""
SECONDS_A_LOOK = 0.05
LINES_BENEATH = 3
"""Rows of the terminal that a picture leaves free."""


def show_in_terminal(places: Sequence[Path], assignments: Sequence[str], report: Report) -> None:
    """Draw until the training has ended.

    Raises:
        Unavailable: what draws in terminals isn't installed.
        Stopped: a signal came.
    """
    # It asks the terminal what it can do: kitty's graphics or sixel, else blocks.
    import_library("textual_image", "page", "--terminal")
    from rich.console import Console

    console, site = Console(), Site("", places)
    if console.is_terminal and 0 in os.get_terminal_size(sys.stdout.fileno()):
        raise Unavailable("--terminal: this terminal doesn't say how large it is")
    files, shown, due = None, "", 0.0
    while True:
        signals.raise_if_cancelled()
        now = time.monotonic()
        folders = site.folders()[:MOST_COMPARED]
        if now >= due and signature(folders) != files:
            due = now + SECONDS_A_PICTURE
            look = look_at(folders)
            if not look.is_settled:
                continue
            files = signature(folders)
            if look.version != shown and look.records:
                _draw(console, look, assignments)
                shown = look.version
            if look.problem:
                report.warn(english().text("page_damaged", reason=look.problem))
            if look.has_ended:
                return
        time.sleep(SECONDS_A_LOOK)


def _draw(console: Any, look: Look, assignments: Sequence[str]) -> None:
    from PIL import Image
    from rich.control import Control
    from textual_image.renderable import Image as TerminalImage

    subject = subject_of(look.records, assignments)
    number = subject.frame_count - 1 if len(look.records) > 1 else len(look.records[0]) - 1
    selection = FrameSelection(film=False, stills=frozenset({number}))
    frame = next(iter(subject.frames(selection))).frame
    height, width = frame.shape[:2]
    # A cell of a terminal is about twice as high as wide.
    rows = max(4, min(console.height - LINES_BENEATH, round(console.width * height / width / 2)))
    picture = Image.fromarray(frame[..., :3].copy())
    if console.is_terminal:
        console.control(Control.clear(), Control.home())
    console.print(TerminalImage(picture, width="auto", height=rows))
    console.print(_line(look), markup=False, highlight=False)


def _line(look: Look) -> str:
    """What is too small to be read in blocks."""
    words, parts = english(), []
    for run in look.records[-1:]:
        parts.append(f"{words.text('epoch')} {words.integer(int(run.epochs[-1]))}")
        loss = LossFormat.of(run.losses, words).write(float(run.losses[-1]))
        parts.append(f"{words.text('loss')} {loss}")
    parts.append(words.text("page_ended" if look.has_ended else "page_live"))
    return " · ".join(parts)
