"""Whether an artist looks as it did, but for what is known to change."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

from collections.abc import Iterable
from typing import Any

from matplotlib.artist import Artist


class ArtistState:
    """What an artist holds of itself, less its `volatile` attributes.

    Nothing private of the artist is read by name: everything that it holds is compared.
    """

    def __init__(self, artist: Artist, volatile: Iterable[str]) -> None:
        self._held: dict[str, Any] = vars(artist)
        self._volatile = tuple(name for name in volatile if name in self._held)
        self._before: dict[str, Any] = {}

    def is_unchanged(self) -> bool:
        """Whether they are those of the last call."""
        before, held = self._before, self._held
        for name in self._volatile:
            before[name] = held[name]
        try:
            if held == before:
                return True
        except (KeyError, ValueError):  # an array, which doesn't say whether it equals another
            pass
        self._before = dict(held)
        return False
