"""How large a page will be, before it is made; and how many snapshots fit into one."""

from dataclasses import replace

from fitreel.model.errors import BadInput
from fitreel.render.web.inside_charts import inside_of
from fitreel.render.web.page_subject import PageSubject
from fitreel.render.web.snapshot_rows import predictions_of

LARGEST = 50_000_000
"""Bytes of what a page has of its snapshots; what else is in it is little."""


def size_of(subject: PageSubject) -> int:
    """About how many bytes all that a page has of its snapshots will be."""
    numbers = range(len(subject.runs))
    size = sum(predictions_of(subject.runs[n].run).bytes_of(subject.shown(n)) for n in numbers)
    return size + sum(panel.rows.bytes_of(subject.shown(0)) for panel in inside_of(subject))


def check_size(subject: PageSubject) -> None:
    """Refuse a page that is too large for a browser.

    Raises:
        BadInput: the line says what makes it smaller.
    """
    size = size_of(subject)
    if size > LARGEST:
        most = max(2, int(len(subject.steps) * 0.9 * LARGEST / size))
        raise BadInput(
            f"the page would be about {size / 1e6:.0f} MB, more than {LARGEST / 1e6:.0f}: it has "
            f"{len(subject.steps)} snapshots; --set film.page_snapshots={most} takes so many of "
            "them; train.snapshot_every and data.grid make records smaller"
        )


def fitting(subject: PageSubject, most_bytes: int) -> PageSubject:
    """The same with as many steps as fit into so many bytes."""
    size = size_of(subject)
    if size <= most_bytes:
        return subject
    steps = max(2, int(len(subject.steps) * 0.9 * most_bytes / size))
    return replace(subject, most_steps=steps)
