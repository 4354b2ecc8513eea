"""How far a network is from its target, as a colour: from hardly any ink to the accent."""

import fitreel.render.mpl.setup  # isort: skip  # noqa: F401  (before matplotlib)

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from fitreel.render.mpl.theme import Theme

FAINTEST = 0.06
"""Of ink on the ground, where there is no error."""
FULL_AT = 98.0
"""The percentile of the first errors that has the full colour."""


class ErrorColours:
    """Colours of errors from 0 up to `most`."""

    def __init__(self, theme: Theme, most: float) -> None:
        self.most = most if most > 0 else 1.0
        ground, ink, accent = (
            np.array(to_rgb(colour)) for colour in (theme.background, theme.text, theme.prediction)
        )
        share = np.linspace(0, 1, 256)[:, None]
        table = (1 - share) * ((1 - FAINTEST) * ground + FAINTEST * ink) + share * accent
        self._table = np.full((256, 4), 255, np.uint8)
        self._table[:, :3] = np.rint(255 * table)

    def of(self, errors: NDArray[np.floating]) -> NDArray[np.uint8]:
        """Of errors of any shape; one more axis, of 4: opaque."""
        # What is no number is as wrong as can be.
        share = np.fmin(errors * (255 / self.most), 255)
        return np.asarray(self._table.take(share.astype(np.uint8), axis=0))


def full_error(errors: NDArray[np.floating]) -> float:
    """The error that has the full colour, from those of the first snapshot."""
    finite = errors[np.isfinite(errors)]
    return float(np.percentile(finite, FULL_AT)) if len(finite) else 1.0
