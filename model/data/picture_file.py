"""A picture as points: from the place of each pixel to its colour."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.grid_places import MOST_PLACES, pixel_places
from fitreel.model.errors import BadInput

PICTURE_ENDINGS = (".png", ".jpg", ".jpeg")
CHANNELS = ("red", "green", "blue")


def read_picture(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[int, int]]:
    """The middles of the pixels, row after row from the top, and their colours, 0 to 1.

    What its EXIF says of its orientation is obeyed, as viewers do.

    Returns:
        x, shape (H * W, 2): see `pixel_places`; y, shape (H * W, 3); (H, W).

    Raises:
        BadInput: it is no picture, too large, or has transparent colours.
    """
    import imageio.v3
    from PIL.Image import DecompressionBombError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with imageio.v3.imopen(path, "r", plugin="pillow") as file:
                height, width = file.properties(index=0).shape[:2]
                if max(height, width) > MOST_PLACES:
                    raise BadInput(
                        f"the picture is {width} x {height} pixels; at most {MOST_PLACES} x"
                        f" {MOST_PLACES} are learned; save it smaller"
                    )
                facts = file.metadata(index=0)
                mode = str(facts.get("mode", "RGB"))
                if mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in facts:
                    raise BadInput(
                        "its colours have alpha (transparency), which isn't learned; save it"
                        " without"
                    )
                as_it_is = mode in ("1", "L", "RGB") or mode.startswith("I")
                # A camera held upright writes the picture lying, and says so beside it.
                how: dict[str, Any] = {"rotate": True, **({} if as_it_is else {"mode": "RGB"})}
                pixels: Any = file.read(index=0, **how)
    except BadInput:
        raise
    except Exception as error:  # whatever a decoder meets in bytes that are none of its own
        why = "it is no PNG or JPEG" if "can not handle" in str(error) else error
        if isinstance(error.__cause__, DecompressionBombError):
            why = f"it is far too large; at most {MOST_PLACES} x {MOST_PLACES} pixels are learned"
        raise BadInput(f"this picture can't be read: {why}") from None
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    if pixels.dtype == np.bool_:
        pixels = pixels.astype(np.uint8) * 255
    most = 65535 if pixels.dtype.itemsize > 1 else 255
    colours = pixels.reshape(height * width, channels).astype(np.float64) / most
    if channels == 1:
        colours = np.repeat(colours, len(CHANNELS), axis=1)
    return pixel_places(height, width), colours, (height, width)
