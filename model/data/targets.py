"""The functions that lecturers like to see learned, by name, and what makes each of them hard."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitreel.model.data.formula_parser import parse
from fitreel.model.data.formula_tokens import did_you_mean
from fitreel.model.errors import BadInput


@dataclass(frozen=True)
class Target:
    """A named function."""

    name: str
    formula: str
    """In the language of formula.py."""
    lesson: str
    """One sentence: what is hard about it for a network."""
    domain: tuple[float, float] = (-1.0, 1.0)
    """Where it looks best; it is finite everywhere in there."""


TARGETS: Sequence[Target] = (
    Target(
        "cubic",
        "x**3",
        "Nothing but the flat middle, where the gradient is small: the demo's function.",
    ),
    Target(
        "sine",
        "sin(2*pi*x)",
        "Two full waves: a ReLU network needs a few kinks for every one of them.",
    ),
    Target(
        "two_sines",
        "sin(2*pi*x) + 0.4*sin(12*pi*x)",
        "Spectral bias: the slow wave is learned long before the fast one, which may never come.",
    ),
    Target(
        "chirp",
        "sin(3*pi*(x + 1)**2)",
        "The frequency grows with x, so the fit creeps from left to right and gets stuck.",
    ),
    Target(
        "step",
        "where(x < 0, -1, 1)",
        "A jump: a continuous network can only be steep, and steep needs large weights.",
    ),
    Target(
        "stairs",
        "minimum(floor(4*x), 3)/4",
        "Many small jumps: the ramp through them is found at once and is hard to leave.",
    ),
    Target(
        "square",
        "where(mod(x + 0.125, 0.5) < 0.25, 1, -1)",
        "Jumps one after another: overshoot at every edge, and the edges in the middle come last.",
    ),
    Target(
        "sawtooth",
        "2*mod(2*x + 0.5, 1) - 1",
        "Slow ramps and sudden falls: the ramps are easy, the falls stay slanted.",
    ),
    Target(
        "triangle",
        "4*abs(mod(2*x, 1) - 0.5) - 1",
        "Nothing but kinks: natural for ReLU, rounded off by tanh and sigmoid.",
    ),
    Target(
        "abs",
        "abs(x)",
        "One kink: two ReLU units say it exactly, smooth activations never do.",
    ),
    Target(
        "bump",
        "where(abs(x) < 0.5, exp(1 - 1/(1 - 4*x**2)), 0)",
        "Smooth, and exactly zero outside: staying flat is harder than rising.",
    ),
    Target(
        "runge",
        "1/(1 + 25*x**2)",
        "Polynomials through even points run wild at its ends; a network doesn't.",
    ),
    Target(
        "gaussian_mix",
        "exp(-30*(x + 0.5)**2) + 0.6*exp(-150*(x - 0.1)**2) - 0.8*exp(-60*(x - 0.6)**2)",
        "Hills of different widths: the wide ones are found first, the narrow one in between last.",
    ),
    Target(
        "doppler",
        "sqrt(maximum(1 - x**2, 0))*sin(2.1*pi/(0.5*abs(x + 1) + 0.05))",
        "Ever faster towards the left end, where no number of points is enough.",
    ),
    Target(
        "weierstrass",
        "cos(pi*x)/2 + cos(3*pi*x)/4 + cos(9*pi*x)/8 + cos(27*pi*x)/16 + cos(81*pi*x)/32",
        "Rough at every scale: each finer one takes the network many times longer.",
    ),
)


def lookup(name: str) -> Target:
    """The target of that name; BadInput, with the nearest name, if there is none."""
    for target in TARGETS:
        if target.name == name:
            return target
    names = [target.name for target in TARGETS]
    hint = did_you_mean(name, names) or f"; there are {', '.join(names)}"
    raise BadInput(f"{name[:40]!r} is not a named function{hint}")


def preview(target: Target, *, rows: int = 4, columns: int = 24, ascii_only: bool = False) -> str:
    """A small picture of `target` on its domain, for a terminal: `rows` lines of `columns`.

    Braille dots, two by four a character; for terminals without them, `'`, `-` and `.` for high,
    middle and low in a line, and `|` for more than one of these.
    """
    across, down = (1, 3) if ascii_only else (2, 4)
    dots = _dots(target, height=rows * down, width=columns * across)
    lines = []
    for row in range(rows):
        cells = (
            dots[row * down : (row + 1) * down, column * across : (column + 1) * across]
            for column in range(columns)
        )
        lines.append("".join(map(_ascii if ascii_only else _braille, cells)))
    return "\n".join(lines)


def _dots(target: Target, height: int, width: int) -> NDArray[np.bool_]:
    """Which dots the curve passes, shape (height, width), the top first."""
    samples = 16
    x = np.linspace(*target.domain, width * samples + 1)
    y = parse(target.formula)(x)
    low, high = float(y.min()), float(y.max())
    level = np.rint((y - low) / (high - low or 1.0) * (height - 1)).astype(int)
    dots = np.zeros((height, width), dtype=np.bool_)
    for column in range(width):
        # The first sample of the next column is this one's last, so that steep parts stay joined.
        levels = level[column * samples : (column + 1) * samples + 1]
        dots[height - 1 - levels.max() : height - levels.min(), column] = True
    return dots


# The bit that each dot of a braille character stands for, in four rows of two.
_BRAILLE = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


def _braille(cell: NDArray[np.bool_]) -> str:
    return chr(0x2800 + int(_BRAILLE[cell].sum()))


def _ascii(cell: NDArray[np.bool_]) -> str:
    lit = [sign for sign, on in zip("'-.", cell[:, 0], strict=True) if on]
    return "|" if len(lit) > 1 else "".join(lit) or " "
