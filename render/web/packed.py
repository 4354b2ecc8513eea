"""Arrays as a page carries them: exact, or where that is much, in 65,534 steps; compressed."""

import base64
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

STEPS = 65_534
"""Of rounded values, from the lowest to the highest finite one."""
NOT_FINITE = 65_535
"""What stands for nan and both infinities among rounded values."""
Packed = dict[str, Any]
"""JSON: `dtype` f4 or u2, `shape` (rows, columns), `z` the compressed bytes in base64; of u2 `low`
and `step`, which a value is counted in."""


def packed(rows: NDArray[np.floating[Any]]) -> Packed:
    """Rows as float32, bit for bit; shape (R, C), or (C,) for one row.

    Each row is held against the one before it, as bits, and bytes of one place lie together: so
    they compress.
    """
    whole = np.atleast_2d(np.asarray(rows, "<f4"))
    bits = np.ascontiguousarray(whole).view("<u4")
    bits = np.concatenate([bits[:1], bits[1:] ^ bits[:-1]])
    return {"dtype": "f4", "shape": list(whole.shape), "z": _compressed(bits, 4)}


def rounded(rows: NDArray[np.floating[Any]], low: float, high: float) -> Packed:
    """Rows in `STEPS` steps from `low` to `high`, half the bytes and less; shape (R, C)."""
    step = (high - low) / STEPS or 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        counts = np.rint((np.clip(rows, low, high) - low) / step)
    counts = np.where(np.isfinite(rows), counts, NOT_FINITE).astype("<u2")
    # Modulo 65,536, as the page adds them up again.
    changes = np.concatenate([counts[:1], counts[1:] - counts[:-1]])
    return {
        "dtype": "u2", "shape": list(counts.shape), "low": low, "step": step,
        "z": _compressed(changes, 2),
    }  # fmt: skip


def compressed_text(content: bytes) -> str:
    """Bytes, compressed, in base64."""
    return base64.b64encode(zlib.compress(content, 6)).decode("ascii")


def _compressed(words: NDArray[np.unsignedinteger[Any]], width: int) -> str:
    """Whole numbers of `width` bytes each, bytes of one place together."""
    places = np.ascontiguousarray(words).view(np.uint8).reshape(-1, width).T
    return compressed_text(places.tobytes())
