"""A record's page in a notebook: made by a process of its own, in a frame of its own."""

import tempfile
from functools import lru_cache
from html import escape
from pathlib import Path

from fitreel.model.errors import FitreelError
from fitreel.model.record.reader import Record

SNAPSHOTS = 150
"""At most: a notebook keeps what it shows."""
HEIGHT = 680
"""In the notebook's pixels."""
LARGEST = 8 << 20
"""In bytes: a larger page would make the notebook slow, and isn't shown."""


def shown_page(path: Path) -> str | None:
    """The page of the record in the folder `path` as HTML; None where it can't be shown."""
    try:
        record = Record(path.absolute())
        if not len(record):
            return None
        return _framed_page(path.absolute(), record.digest)
    except FitreelError as error:
        return f"<p>{escape(str(path))}: {escape(str(error))}</p>"


def framed(content: bytes) -> str:
    """A page in a frame that can't reach the notebook around it."""
    return (
        f'<iframe sandbox="allow-scripts" title="fitreel" srcdoc="{escape(content.decode())}" '
        f'style="width: 100%; height: {HEIGHT}px; border: 0"></iframe>'
    )


@lru_cache(maxsize=4)
def _framed_page(path: Path, digest: str) -> str | None:
    """The same as long as nothing is added: `digest` stands for what is recorded."""
    from fitreel.film_making import make_film

    with tempfile.TemporaryDirectory() as folder:
        page = make_film(path, Path(folder) / "page.html", page_snapshots=SNAPSHOTS)
        content = page.read_bytes()
    return framed(content) if len(content) <= LARGEST else None
