"""`--unset KEY`: a job as if it didn't say that."""

from pathlib import Path

import pytest
from support.program import Fitreel

from fitreel.jobs.job.loading import Source, load_job
from fitreel.jobs.job.unset import without
from fitreel.model.errors import BadInput

VALUES = {
    "name": "mine",
    "seed": 4,
    "train": {"delta": 0.1, "lr": 0.2, "optimizer_args": {"momentum": 0.9, "nesterov": True}},
    "compare": {"vary": {"train.lr": [1, 2], "seed": [1, 2]}},
}
SOURCE = Source("mine.toml", Path(), VALUES, name="file")


def test_what_is_unset_is_as_by_default() -> None:
    job = load_job(without(SOURCE, ["train.delta", "seed", "name", "compare.vary.train.lr"])).job
    assert (job.train.delta, job.train.lr, job.seed, job.name) == (None, 0.2, 0, "file")
    assert job.compare.vary == {"seed": (1, 2)}
    job = load_job(without(SOURCE, ["train.optimizer_args.nesterov", "compare"])).job
    assert job.train.optimizer_args == {"momentum": 0.9} and not job.compare.is_comparison
    assert not load_job(without(SOURCE, ["train"])).job.train.given("lr")
    assert load_job(without(SOURCE, ["film.fps"])).job == load_job(SOURCE).job
    assert SOURCE.values["seed"] == 4


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("train.dleta", 'did you mean "delta"'),
        ("trian", "there is no such key"),
        ("", "there is no such key"),
        ("seed.x", "seed is a value"),
        ("train.optimizer_args.momentun", "the job doesn't say that"),
        ("train.lr.x", "the job doesn't say that"),
    ],
)
def test_what_no_job_says_is_refused(key: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        without(SOURCE, [key])


def test_commands_unset(fitreel: Fitreel, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        '[train]\nepochs = 6\ndelta = 1e9\n[film]\noutputs = ["no/such/{x}.mp4"]\n'
    )
    done = fitreel("train", "a.toml", "--unset", "train.delta", "--run", "r")
    assert done.returncode == 0 and "6 epochs" in done.stdout
    still = ("-o", "a.png", "--set", "film.size=[64,64]")
    done = fitreel("run", "a.toml", "--unset", "train.delta", "--unset", "film.outputs", *still)
    assert (done.returncode, done.stderr) == (0, "")
    done = fitreel("compare", "a.toml", "--vary", "seed=0..1", "--unset", "film.ouputs")
    assert done.returncode == 65 and 'did you mean "outputs"' in done.stderr
    done = fitreel("render", "r", "--unset", "train.lr", *still)
    assert done.returncode == 65 and "only film" in done.stderr
    assert fitreel("render", "r", "--unset", "film.outputs", *still).returncode == 0
    done = fitreel("render", "r", "r", "--unset", "film.outputs", *still)
    assert done.returncode == 65 and "--unset film.outputs" in done.stderr
