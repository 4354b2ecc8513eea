"""How large a page will be, before it is made; and how many snapshots fit into one."""

from dataclasses import replace

import numpy as np

from fitreel.model.errors import BadInput
from fitreel.render.web.page_subject import PageSubject
from fitreel.render.web.predictions import bytes_of

LARGEST = 50_000_000
"""Bytes of a page's predictions; what else is in it is little."""


def size_of(subject: PageSubject) -> int:
    """About how many bytes all predictions of a page will be."""
    return sum(
        bytes_of(each.run, np.unique(subject.snapshots_of(number)).tolist())
        for number, each in enumerate(subject.runs)
    )


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
