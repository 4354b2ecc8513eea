"""The paces "log" and "loss": where in the film each snapshot lies; "path" is in `path_pace`."""

import math

import numpy as np
from numpy.typing import NDArray

LONGEST_STAY = 1.0
"""In seconds. Paces other than "even" keep no snapshot on screen for longer than this, or than
twice as long as "even" would; only holds and a list of points do."""


ABOVE_START = 10.0
"""How far above its first loss a diverging run is followed by the pace "loss"; LossPanel's, too."""


def longest_share(frames: int, snapshots: int, fps: float) -> float:
    """For how much of a film of so many moving frames one snapshot may stay on screen."""
    even = 1 / max(snapshots - 1, 1)
    return max(LONGEST_STAY * fps / max(frames, 1), 2 * even)


def log_scale(passed: NDArray[np.float64], longest: float) -> float | None:
    """The s of log(1 + passed / s), or None where no time passes.

    It is the first interval, or as much more as keeps each snapshot's share under `longest`.
    """
    gaps = np.diff(passed)
    if not len(gaps) or passed[-1] <= passed[0]:
        return None
    scale = float(gaps[gaps > 0][0])
    best, least = scale, math.inf
    while scale < 4 * passed[-1]:
        grown = np.log1p(passed / scale)
        stay = float(np.diff(grown / grown[-1]).max())
        if stay < least:
            best, least = scale, stay
        if stay <= longest:
            break
        scale *= 2**0.25
    return best


def loss_places(losses: NDArray[np.float64], longest: float) -> NDArray[np.float64] | None:
    """Where each snapshot comes in the film, from 0 to 1, or None where no loss changes."""
    changes = [_changes(row) for row in np.atleast_2d(losses)]
    # In parts of each run's own whole, so that no run's counts for more.
    parts = [change / change.sum() for change in changes if change.sum() > 0]
    if not parts:
        return None
    shares = _capped(np.sum(parts, axis=0) / len(parts), longest)
    place = np.concatenate([[0.0], np.cumsum(shares)])
    within: NDArray[np.float64] = np.minimum(place / place[-1], 1.0)
    return within


def _changes(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much the loss changes to each snapshot from the one before: shape (n - 1,)."""
    finite = np.isfinite(losses)
    if not finite.any():
        return np.zeros(max(len(losses) - 1, 0))
    first = losses[finite][0]
    # What isn't finite stands at the last finite loss, or before any, at the first.
    newest = np.maximum.accumulate(np.where(finite, np.arange(len(losses)), -1))
    filled = np.where(newest < 0, first, losses[newest])
    reach = ABOVE_START * abs(first) if first else math.inf
    followed: NDArray[np.float64] = np.minimum(filled, max(reach, first))
    return np.abs(np.diff(followed))


def _capped(shares: NDArray[np.float64], longest: float) -> NDArray[np.float64]:
    """Shares of 1, none above `longest`: the others grow in proportion."""
    if not len(shares) or shares.max() <= longest:
        return shares
    order = np.argsort(-shares, kind="stable")
    falling = shares[order]
    rest = np.cumsum(falling[::-1])[::-1]  # the sum from each on
    left = 1 - longest * np.arange(len(shares))  # is for these, where those before are cut
    fits = (left > 0) & (falling * left <= longest * rest)
    cut = int(np.argmax(fits))
    if not fits.any() or rest[cut] <= 0:
        # Too few changes to fill the film: what they leave is spread over all snapshots.
        capped = np.minimum(shares, longest)
        spread: NDArray[np.float64] = capped + max(1 - float(capped.sum()), 0.0) / len(shares)
        return spread
    falling[:cut] = longest
    falling[cut:] *= left[cut] / rest[cut]
    capped = np.empty_like(shares)
    capped[order] = falling
    return capped
