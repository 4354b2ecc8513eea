"""A GIF through imageio's Pillow writer, from finished RGBA frames: RAW WIDTH HEIGHT OUT FRAMES."""

import sys

import imageio.v3 as iio
import numpy as np

raw, width, height, out, count = sys.argv[1:]
frames = np.memmap(raw, np.uint8, "r").reshape(-1, int(height), int(width), 4)[: int(count)]
iio.imwrite(out, frames[..., :3], plugin="pillow", extension=".gif", duration=50, loop=0)
