"""Frames to write, in a test's own process and in those that it starts."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio.v3
import numpy as np
from numpy.typing import NDArray

from fitreel.render.output.ffmpeg import ffmpeg_path

Frames = NDArray[np.uint8]
WIDTH, HEIGHT = 160, 120


def drawn(count: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Iterator[Frames]:
    """A red antialiased line that moves over blue dots on white, in one array used again."""
    width, height = size
    down, across = np.mgrid[:height, :width].astype(np.float64)
    frame = np.full((height, width, 4), 255, np.uint8)
    dots = np.hypot(across % 24 - 12, down % 24 - 12)
    dot = np.clip(4 - dots, 0, 1)[..., None]
    for number in range(count):
        curve = height * (0.5 + 0.3 * np.sin(across / width * 3 + number / 40))
        line = np.clip(3 - np.abs(down - curve), 0, 1)[..., None]
        colour = 255 + dot * (np.array([31, 119, 180]) - 255)
        frame[..., :3] = np.round(colour + line * (np.array([255, 0, 0]) - colour))
        yield frame


def decoded(path: Path) -> Frames:
    """The frames of a film, or the pictures in a folder of frames: (N, H, W, 3)."""
    if path.is_dir():
        pictures = [imageio.v3.imread(file)[..., :3] for file in sorted(path.iterdir())]
        return np.array(pictures)
    command = (ffmpeg_path(), "-nostdin", "-hide_banner", "-i", str(path))
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stderr
    size = re.search(r"Video: .* (\d+)x(\d+)", told)
    assert size, told
    done = subprocess.run(
        [
            *(*command, "-map", "0:v", "-fps_mode", "passthrough"),
            *("-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
        ],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, int(size[2]), int(size[1]), 3)
