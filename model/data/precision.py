"""What of float64 values is lost in float32, in which networks are trained."""

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput

_TOO_COARSE = "float32, which training uses, is too coarse there"


def as_float32(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The nearest float32 of each; infinite where it is too large."""
    with np.errstate(all="ignore"):
        return values.astype(np.float32)


def merged_values(values: NDArray[np.float64]) -> tuple[int, int]:
    """How many different values there are, and how many of them are lost as float32."""
    different = np.unique(values)
    return len(different), len(different) - len(np.unique(as_float32(different)))


def warning_of_merged(
    name: str, values: NDArray[np.float64], *, is_input: bool, is_standardized: bool = False
) -> str | None:
    """What is to be said where float32 can't tell values apart, else None.

    That a few of very many random numbers fall together is nothing: as many as by chance may, a
    fifth at most.

    Args:
        name: what the values are called.
        values: shape (N,), finite.
        is_input: of x, which can't be learned from where it is all one.
        is_standardized: whether they are scaled already.

    Raises:
        BadInput: all of x become one.
    """
    different, lost = merged_values(values)
    if lost <= min(different**2 / 2**21, different / 5):
        return None
    remedy = "leave out far outliers" if is_standardized else "say data.standardize = true"
    what_to_do = f"{_TOO_COARSE}; {remedy}"
    if is_input and lost == different - 1:
        raise BadInput(f"all {different:,} different values of {name} become one; {what_to_do}")
    return (
        f"{lost:,} of {different:,} different values of {name} fall together with others;"
        f" {what_to_do}"
    )
