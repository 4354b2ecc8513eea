"""What is said of configurations that can't be trained, or could not."""

from collections.abc import Sequence

from fitreel.jobs.job.sweep import Configuration
from fitreel.jobs.train.partition import Batch
from fitreel.jobs.train.workers import Failure
from fitreel.model.errors import BadInput, FitreelError, gravest

Failures = dict[int, Failure]
"""By the place of the configuration."""


class SomeFailed(FitreelError):
    """Configurations that could not be trained."""

    def __init__(self, configurations: Sequence[Configuration], failures: Failures) -> None:
        lines = [f"{configurations[n].label}: {each.reason}" for n, each in failures.items()]
        super().__init__("; ".join(lines))
        self.exit_code = gravest([failure.code for failure in failures.values()])


def name_of(configurations: Sequence[Configuration], batch: Batch) -> str:
    """What a batch is called: by its first."""
    first = configurations[batch[0]].label
    return first if len(batch) == 1 else f"{first}, and {len(batch) - 1} more at once"


def refuse(configurations: Sequence[Configuration], refusals: Failures) -> None:
    """Name all configurations that are no valid job, before any of them is trained.

    One that asks for a device which isn't here fails by itself: the others are trained.

    Raises:
        BadInput: there are some.
    """
    reasons = {
        failure.reason: configurations[number].label
        for number, failure in refusals.items()
        if failure.code == BadInput.exit_code
    }
    if reasons:
        raise BadInput("; ".join(f"{label}: {reason}" for reason, label in reasons.items()))
