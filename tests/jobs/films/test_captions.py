"""A job's own captions: what is refused, and what is said where a training never came there."""

import pytest
from support.program import Fitreel

TINY = ("--set", "train.epochs=30", "--set", "film.theme=light", "--set", "film.size=[320, 240]")


@pytest.mark.parametrize(
    ("captions", "code", "said"),
    [
        ('[[0, "a"], [31, "b"]]', 65, "film.captions: epoch 31: doesn't exist; the last one is 30"),
        ('[[5, "a"], [5, "b"]]', 65, "film.captions: epoch 5 comes after epoch 5"),
        ('[[-1, "a"]]', 65, "film.captions"),
        ('[[0, "$x"]]', 65, "film.captions: epoch 0: column 1: a $ has no partner"),
        ('"some"', 65, "must be 'auto' or 'none'"),
    ],
)
def test_captions_that_cannot_be(fitreel: Fitreel, captions: str, code: int, said: str) -> None:
    done = fitreel("run", *TINY, "--set", f"film.captions={captions}", "-o", "a.png")
    assert done.returncode == code and said in done.stderr and done.stderr.count("\n") <= 2
    assert "training on" not in done.stdout, "before any training"


def test_captions_that_are_never_reached_are_said(fitreel: Fitreel) -> None:
    captions = 'film.captions=[[0, "a"], [29, "late"]]'
    done = fitreel("run", *TINY, "--set", captions, "--set", "train.delta=0.2", "-o", "a.png")
    assert done.returncode == 0
    assert "film.captions: epoch 29: not reached; the training ended at epoch" in done.stderr


def test_captions_of_a_record_end_with_it(fitreel: Fitreel) -> None:
    assert fitreel("train", *TINY[:2], "--run", "r").returncode == 0
    options = ("-o", "a.png", "--set", "film.theme=light")
    done = fitreel("render", "r", *options, "--set", 'film.captions=[[31, "b"]]')
    assert done.returncode == 65 and "the last one is 30" in done.stderr
    done = fitreel("render", "r", *options, "--set", 'film.captions=[[30, "b"]]')
    assert done.returncode == 0
    again = fitreel("render", "r", *options, "--set", 'film.captions=[[30, "c"]]')
    assert "up to date" not in again.stdout + again.stderr


def test_captions_of_a_comparison_end_with_its_longest_run(fitreel: Fitreel) -> None:
    command = ("compare", "--vary", "train.epochs=20,30", "--set", "film.theme=light",
               "--set", "film.size=[640,480]", "--workers", "1", "-o", "a.png")  # fmt: skip
    done = fitreel(*command, "--set", 'film.captions=[[0, "a"], [31, "b"]]')
    said = "film.captions: epoch 31: doesn't exist; the last one is 30"
    assert done.returncode == 65 and said in done.stderr
    assert "training on" not in done.stdout, "before any training"
    late = ("--set", 'film.captions=[[0, "a"], [29, "b"]]', "--set", "train.delta=0.2")
    done = fitreel(*command, *late)
    assert done.returncode == 0
    assert "film.captions: epoch 29: not reached" in done.stderr
