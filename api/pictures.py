"""Pictures that programs give as arrays."""

from typing import Any

import numpy as np

from fitreel.render.frame import Frame


def as_frame(picture: Any) -> Frame:
    """An array of (H, W, 3) or (H, W, 4) of uint8, red, green, blue and alpha, as (H, W, 4).

    Raises:
        TypeError: it is no array, or one of another type of numbers.
        ValueError: it has another shape.
    """
    if hasattr(picture, "savefig"):
        raise TypeError("frame: a figure is given to fitreel.film(…, figure=…); this takes arrays")
    try:
        pixels = np.asarray(picture)
    except Exception as error:
        raise TypeError(f"frame: {type(picture).__name__} is no array: {error}") from error
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
        raise _wrong(pixels, type(picture).__name__)
    if not pixels.size:
        raise ValueError(f"frame: a picture of shape {pixels.shape} has no pixel")
    if pixels.shape[2] == 4:
        return pixels
    frame = np.full((*pixels.shape[:2], 4), 255, np.uint8)
    frame[..., :3] = pixels
    return frame


def _wrong(pixels: Any, kind: str) -> Exception:
    shape, dtype = pixels.shape, pixels.dtype
    came = f"not {kind} of shape {shape} and type {dtype}"
    error: type[Exception] = ValueError
    if pixels.ndim == 2:
        remedy = "a grey picture g is np.repeat(g[:, :, None], 3, axis=2)"
    elif pixels.ndim == 3 and shape[0] in (3, 4) and shape[2] not in (3, 4):
        remedy = "one with its channels first is picture.transpose(1, 2, 0)"
    elif pixels.ndim != 3 or shape[2] not in (3, 4):
        remedy = "one picture a call, its colours last"
    else:
        error = TypeError
        remedy = "numbers from 0 to 1 become levels by (picture * 255).astype(np.uint8)"
        if not np.issubdtype(dtype, np.floating):
            remedy = "levels from 0 to 255 become such by .astype(np.uint8)"
    return error(f"frame: needs an array (H, W, 3) or (H, W, 4) of uint8, {came}; {remedy}")
