"""Named targets of the plane: surfaces and regions over two inputs, clouds of classes, and curves.

Two inputs are x and y; a curve is two outputs of one input x. `clouds`, beside torch, draws the
points of the clouds.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PlaneTarget:
    """A named function of two inputs, or to two outputs."""

    name: str
    formulas: tuple[str, ...]
    """In the language of formula.py, one an output; finite where every input is in [-1, 1]."""
    lesson: str
    """One sentence: what is hard about it for a network."""
    classes: int = 0
    """How many classes its values number, from 0; 0 where they are numbers."""


@dataclass(frozen=True)
class Cloud:
    """Points of classes strewn along shapes: point i is of class k = i % K."""

    name: str
    formula: str
    """Where they lie before their noise, for people: u is `torch.rand(N)`, K the classes."""
    lesson: str
    classes: int = 2
    """How many there are where a job doesn't say."""
    most_classes: int | None = None
    """None: as many as there may be."""


SURFACES: Sequence[PlaneTarget] = (
    PlaneTarget(
        "saddle",
        ("x**2 - y**2",),
        "Up one way and down the other: the pass between is level, and the gradient small.",
    ),
    PlaneTarget(
        "ripple",
        ("cos(4*pi*sqrt(x**2 + y**2))*exp(-2*(x**2 + y**2))",),
        "Rings that fade outwards: nothing is straight, and the outer ones come last.",
    ),
    PlaneTarget(
        "peaks",
        (
            "3*(1 - 3*x)**2*exp(-(3*x)**2 - (3*y + 1)**2)"
            " - 10*(3*x/5 - (3*x)**3 - (3*y)**5)*exp(-(3*x)**2 - (3*y)**2)"
            " - exp(-(3*x + 1)**2 - (3*y)**2)/3",
        ),
        "Hills and hollows of different heights: the highest are found first.",
    ),
    PlaneTarget(
        "xor",
        ("where(x*y < 0, 1, 0)",),
        "Four quarters of two classes: no straight line parts them, two hidden units hardly do.",
        classes=2,
    ),
    PlaneTarget(
        "checkerboard",
        ("mod(floor(2*x) + floor(2*y), 2)",),
        "Sixteen fields of two classes: every edge needs a unit of its own.",
        classes=2,
    ),
)

CURVES: Sequence[PlaneTarget] = (
    PlaneTarget(
        "circle",
        ("cos(pi*x)", "sin(pi*x)"),
        "Its ends meet, and nothing tells the network so.",
    ),
    PlaneTarget(
        "lissajous",
        ("sin(3*pi*x)", "sin(2*pi*x)"),
        "It crosses itself: what lies side by side is far apart on the way.",
    ),
    PlaneTarget(
        "heart",
        ("sin(pi*x)**3", "(13*cos(pi*x) - 5*cos(2*pi*x) - 2*cos(3*pi*x) - cos(4*pi*x))/16"),
        "Two sharp corners, where the way turns round and a smooth network cuts short.",
    ),
    PlaneTarget(
        "spiral",
        ("(x + 1)/2*cos(2*pi*(x + 1))", "(x + 1)/2*sin(2*pi*(x + 1))"),
        "Its turns widen: the inner one is small beside the rest, and is learned last.",
    ),
)

CLOUDS: Sequence[Cloud] = (
    Cloud(
        "moons",
        "k = 0: (cos(pi*u), sin(pi*u)), k = 1: (1 - cos(pi*u), 0.5 - sin(pi*u))",
        "Two moons that reach into each other: a line parts most of them, a bent one all.",
        most_classes=2,
    ),
    Cloud(
        "circles",
        "r = (K - k)/K, a = 2*pi*u: (r*cos(a), r*sin(a))",
        "Rings in rings: no line parts them, a closed one does.",
    ),
    Cloud(
        "spirals",
        "r = 0.1 + 0.9*u, a = 3*pi*u + 2*pi*k/K: (r*cos(a), r*sin(a))",
        "Arms wound around each other: a plain network needs long, Fourier features don't.",
    ),
    Cloud(
        "gaussians",
        "a = 2*pi*k/K: (cos(a), sin(a))",
        "Round heaps: straight borders are all that it takes.",
        classes=3,
    ),
)
