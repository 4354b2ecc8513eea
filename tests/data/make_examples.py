"""What the examples learn, made by ourselves: `python tests/data/make_examples.py DIR`.

lighthouse.png is drawn here, 64 x 64: broad night, thin stripes, single stars. bread.csv has loaves
that nobody baked: eight inputs, one height, by the formula below and a little chance.
"""

import sys
from pathlib import Path

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray

SIDE = 64
FINE = 8
"""Drawn so many times larger, then averaged: edges are soft."""
COLUMNS = (
    "flour (g)", "water (g)", "salt (g)", "yeast (g)", "kneading (min)", "rising (min)",
    "oven (°C)", "baking (min)",
)  # fmt: skip
LOW = np.array([400, 220, 2, 1, 2, 20, 170, 20])
HIGH = np.array([600, 420, 16, 14, 20, 180, 260, 60])
LOAVES = 400


def lighthouse() -> NDArray[np.uint8]:
    """The picture, (64, 64, 3)."""
    count = SIDE * FINE
    rows, columns = np.mgrid[0:count, 0:count]
    x, y = columns / count * 64, rows / count * 64
    depth = np.clip(y / 46, 0, 1)[..., None]
    picture = (1 - depth) * np.array([14.0, 20, 58]) + depth * np.array([232, 116, 92])

    def paint(where: NDArray[np.bool_], *colour: float) -> None:
        picture[where] = colour

    for star_x, star_y in ((6, 6), (15, 14), (27, 5), (9, 25), (34, 17), (60, 24), (22, 27)):
        paint((abs(x - star_x) + abs(y - star_y)) < 1.2, 255, 250, 220)
    paint((x - 13) ** 2 + (y - 36) ** 2 < 40, 255, 214, 120)
    beam = (x < 45) & (abs(y - 13 - (x - 45) * 0.08) < (45 - x) * 0.12)
    picture[beam] = 0.55 * picture[beam] + 0.45 * np.array([255, 240, 170])
    paint(y > 46, 24, 62, 104)
    for row in range(48, 64, 3):
        wave = row + 0.7 * np.sin(x * 0.55 + row * 1.3)
        paint(abs(y - wave) < 0.55, 70, 128, 166)
    paint((abs(x - 13) < 6 - (y - 46) * 0.25) & (y > 46) & (y % 3 < 1.4), 255, 214, 120)
    paint(y > 44 + (x - 47) ** 2 * 0.05, 38, 34, 48)
    half = 4.2 + (y - 18) * 0.09
    tower = (abs(x - 48) < half) & (y > 18) & (y < 46)
    paint(tower, 240, 236, 226)
    paint(tower & ((y - 18) % 9.4 > 4.7), 196, 40, 48)
    paint((abs(x - 48) < 6.4) & (y > 16.6) & (y <= 18.4), 38, 34, 48)
    paint((abs(x - 48) < 3.4) & (y > 10) & (y <= 16.6), 255, 240, 170)
    paint((abs(x - 48) < 0.5) & (y > 10) & (y <= 16.6), 38, 34, 48)
    paint((abs(x - 48) < (y - 5) * 0.9) & (y > 5) & (y <= 10), 150, 28, 40)
    soft = picture.reshape(SIDE, FINE, SIDE, FINE, 3).mean(axis=(1, 3))
    return np.round(soft).astype(np.uint8)


def loaves() -> str:
    """The table: one loaf a line."""
    random = np.random.default_rng(8)
    inputs = LOW + (HIGH - LOW) * random.random((LOAVES, 8))
    inputs[:, 2:5] = np.round(inputs[:, 2:5], 1)
    inputs[:, [0, 1, 5, 6, 7]] = np.round(inputs[:, [0, 1, 5, 6, 7]])
    flour, water, salt, yeast, kneading, rising, oven, baking = inputs.T
    wet = water / flour
    gas = yeast * rising / (1 + 0.12 * salt)
    height = (
        5
        + 7 * (1 - np.exp(-gas / 260)) * np.exp(-((wet - 0.62) ** 2) / 0.03)
        + 2 * np.tanh((kneading - 7) / 4)
        - 1.8 * np.maximum(gas / 900 - 1, 0)
        - ((oven - 225) / 30) ** 2 * 0.5
        + 0.004 * (flour - 500)
        - 0.02 * abs(baking - 40)
        + 0.15 * random.standard_normal(LOAVES)
    )
    lines = [",".join([*COLUMNS, "height (cm)"])]
    for row, value in zip(inputs, height, strict=True):
        lines.append(",".join([*(f"{number:g}" for number in row), f"{value:.1f}"]))
    return "\n".join(lines) + "\n"


def main() -> None:
    folder = Path(sys.argv[1])
    iio.imwrite(folder / "lighthouse.png", lighthouse())
    (folder / "bread.csv").write_text(loaves(), "utf-8")


if __name__ == "__main__":
    main()
