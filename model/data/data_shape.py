"""How many inputs and outputs points have, and what follows from it. Torch-free."""

from dataclasses import dataclass

from fitreel.model.errors import BadInput
from fitreel.model.limits import MOST_CLASSES, MOST_INPUTS, MOST_OUTPUTS


@dataclass(frozen=True)
class DataShape:
    """Of points: x (N, D), and y (N, K) or N classes."""

    inputs: int = 1
    outputs: int = 1
    """Columns of y; 1 of classes."""
    classes: int = 0
    """How many; 0 where y is numbers."""

    @property
    def is_curve(self) -> bool:
        """Whether it is one number over one input."""
        return (self.inputs, self.outputs, self.classes) == (1, 1, 0)

    @property
    def sizes(self) -> tuple[int, int]:
        """Inputs, and columns of y."""
        return self.inputs, self.outputs

    def network_outputs(self, loss: str) -> int:
        """How many numbers a network says at each place; of the logit of two classes, one."""
        return 1 if loss == "bce" else self.classes or self.outputs

    def check(self) -> None:
        """Refuse more than a record holds.

        Raises:
            BadInput: the line says of what, how many, and how many there may be.
        """
        for what, count, most in (
            ("inputs", self.inputs, MOST_INPUTS),
            ("outputs", self.outputs, MOST_OUTPUTS),
            ("classes", self.classes, MOST_CLASSES),
        ):
            if count > most:
                raise BadInput(f"{count} {what}; there may be {most} at most")
