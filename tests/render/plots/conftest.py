"""Records of fits that are drawn in several ways, each trained once."""

import pytest
from support.program import train_here

from fitreel.model.record.reader import Record

TINY = ("network.hidden=[4]", "network.activations=tanh", "train.optimizer=Adam")


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """300 points: too many for gaps."""
    return train_here(
        tmp_path_factory.mktemp("crowd"), *TINY, "data.points=300", "train.epochs=60",
        "train.lr=0.05",
    )  # fmt: skip


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """50,000 points, hardly trained."""
    return train_here(
        tmp_path_factory.mktemp("cloud"), *TINY, "data.points=50000", "train.epochs=2",
        "train.snapshot_every=1",
    )  # fmt: skip


@pytest.fixture(scope="session")
def diverged(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """A run whose predictions leave every picture."""
    return train_here(
        tmp_path_factory.mktemp("diverged"), "train.lr=100", "network.activations=relu",
        "train.epochs=60", "train.snapshot_every=1",
    )  # fmt: skip


@pytest.fixture(scope="session")
def constant(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """Points that all lie at 5."""
    return train_here(
        tmp_path_factory.mktemp("constant"), *TINY, "data.function=5+0*x", "data.noise=0",
        "train.epochs=60",
    )  # fmt: skip
