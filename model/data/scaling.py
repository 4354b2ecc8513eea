"""Columns as the network sees them: mean 0 and deviation 1, computed in float64."""

import numpy as np
from numpy.typing import NDArray

from fitreel.model.errors import BadInput
from fitreel.model.record.header import Column


def standardized(name: str, values: NDArray[np.float64]) -> Column:
    """The column whose scaled values have mean 0 and population deviation 1.

    Its numbers are `values.mean()` and `values.std()`, bit for bit, also where squares of the
    values are too large or too small for a float64.

    Args:
        name: what the column is called.
        values: shape (N,), finite.

    Raises:
        BadInput: all values are the same.
    """
    if values.min() == values.max():
        raise BadInput(
            f"data.standardize: {name} is {values[0]:.10g} at every point, which can't be scaled;"
            " leave out data.standardize"
        )
    # A power of two changes no digit.
    power = int(np.frexp(np.abs(values).max())[1])
    nearby = np.ldexp(values, -power)
    scale = float(np.ldexp(nearby.std(), power))
    return Column(name, scale, float(np.ldexp(nearby.mean(), power)))
