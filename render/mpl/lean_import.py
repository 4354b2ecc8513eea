"""Imports matplotlib without the docstrings that it writes for each artist: a third of the time.

They list the setters of each class, for who reads about matplotlib, and change no pixel. They are
gone for the whole process, so this is for processes of our own only.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from fitreel.render.mpl.private_names import OF_ARTIST


@contextlib.contextmanager
def undocumented() -> Iterator[None]:
    """A block in which matplotlib writes no docstring about the setters of each artist it defines.

    matplotlib itself must be imported already. One that writes them otherwise is imported as it is.
    """
    from matplotlib import artist

    setters: list[tuple[Any, str, Any]] = [
        (artist, "kwdoc", lambda _: ""),
        *((artist.Artist, name, classmethod(lambda _: None)) for name in OF_ARTIST),
    ]
    setters = [(owner, name, short) for owner, name, short in setters if name in vars(owner)]
    before = [vars(owner)[name] for owner, name, _ in setters]
    for owner, name, short in setters:
        setattr(owner, name, short)
    try:
        yield
    finally:
        for (owner, name, _), plain in zip(setters, before, strict=True):
            setattr(owner, name, plain)
