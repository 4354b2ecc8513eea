"""Generated job files and formulas through the program: 0 or 65, one or two lines, within a second.

In one process, which has everything imported: time (of the processor, since others may want it,
too) and memory then count for the input alone.
"""

import json
import random
import string
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.program import Fitreel

from fitreel.jobs.job.schema import job_schema as schema
from fitreel.model.data.formula_parser import parse
from fitreel.model.errors import BadInput
from fitreel.model.settings import OF_FILES

LONG = pytest.mark.long
TABLES = json.loads(schema())
SECRETS = ("__import__('os').system('touch owned')", "open('owned','w')", "().__class__")


def words(rng: random.Random) -> str:
    letters = string.ascii_letters + string.digits + " _-./*+()[]{}=\"'\\\n\t\0é学😀\u202e"
    return "".join(rng.choice(letters) for _ in range(rng.randint(0, 12)))


def value(rng: random.Random, depth: int = 2) -> Any:
    """Anything that TOML can say."""
    simple: list[Callable[[], Any]] = [
        lambda: rng.randint(-3, 30),
        lambda: rng.choice([0, -1, 2**31, 2**63 - 1, -(2**63)]),
        lambda: rng.choice([0.0, -0.0, 1e-320, 1e308, float("inf"), float("nan"), 0.5, -1.5]),
        lambda: rng.choice([True, False]),
        lambda: words(rng),
        lambda: rng.choice(["x", "sin(x)", "relu", "SGD", "mse", "a.mp4", "auto", "/", "..", ""]),
        lambda: rng.choice(SECRETS),
    ]
    if depth and rng.random() < 0.3:
        if rng.random() < 0.5:
            return [value(rng, depth - 1) for _ in range(rng.randint(0, 3))]
        return {words(rng) or "k": value(rng, depth - 1) for _ in range(rng.randint(0, 3))}
    return rng.choice(simple)()


def spelled(thing: Any) -> str:
    """As TOML."""
    match thing:
        case bool():
            return str(thing).lower()
        case str():
            return json.dumps(thing).replace("\x7f", "\\u007F")
        case list():
            return "[" + ", ".join(map(spelled, thing)) + "]"
        case dict():
            return "{" + ", ".join(f"{spelled(k)} = {spelled(v)}" for k, v in thing.items()) + "}"
    return repr(thing)


RIGHT = {
    "function": "sin(3*x)", "domain": [-2.0, 1.0], "points": 7, "noise": 0.2, "seed": 3, "grid": 9,
    "hidden": [4, 2], "activations": ["tanh", "relu"], "style": "sequential", "dropout": 0.1,
    "batch_norm": True, "optimizer": "Adam", "lr": 0.01, "loss": "mae", "epochs": 3,
    "snapshot_every": 1, "batch_size": 3, "delta": 0.5, "device": "cpu", "weight_decay": 0.1,
    "size": [320, 240], "fps": 10, "outputs": ["a.mp4"], "truth": True, "standardize": True,
    "x_label": "t", "y_label": "", "validation": 0.4, "metrics": ["r2"], "scale": 1,
    "features": {"count": 3}, "module_args": {},
}  # fmt: skip


SELDOM = (*OF_FILES, "classes", "module", "module_args", "scale")


def job_file(rng: random.Random) -> str:
    """A job with keys that are there, and some that aren't; cheap where it can be trained."""
    lines = []
    for table, kind in (("data", "DataSettings"), ("network", "NetworkSettings"),
                        ("train", "TrainSettings"), ("film", "FilmSettings")):  # fmt: skip
        keys = [*TABLES["$defs"][kind]["properties"], words(rng) or "k"]
        # Keys of a file or of classes, which most of these jobs don't have, are seldom.
        keys = [key for key in keys if key not in SELDOM or rng.random() < 0.05]
        chosen = rng.sample(keys, rng.choice([0, 0, 1, 1, 2, 3]))
        for key in chosen:
            right = key in RIGHT and rng.random() < 0.85
            lines.append(f"{table}.{spelled(key)} = {spelled(RIGHT[key] if right else value(rng))}")
    lines += [f"{key} = {spelled(value(rng))}" for key in ("name", "seed") if rng.random() < 0.1]
    text = "\n".join(lines) + "\n"
    if rng.random() < 0.15:
        at = rng.randrange(len(text))
        text = text[:at] + words(rng) + text[at + rng.randint(0, 3) :]
    return text


@pytest.mark.parametrize("count", [40, pytest.param(2000, marks=LONG)])
def test_generated_job_files(fitreel: Fitreel, tmp_path: Path, count: int) -> None:
    """Those that are fine are trained, over two epochs; some films are drawn."""
    rng = random.Random(count)
    everything = ("--set", "train.epochs=1", "--set", "train.optimizer=Adam")
    assert fitreel("train", *everything, "-q").returncode == 0  # imports torch, all of it
    short = ("--set", "train.epochs=2", "--set", "data.points=5", "--set", "network.hidden=[3]")
    codes = []
    job = tmp_path / "job.toml"
    for number in range(count):
        text = job_file(rng)
        job.write_text(text, encoding="utf-8", errors="replace")
        command = ("train", "job.toml", "-q", *(short if number % 3 else ()))
        if not number % 3:
            command = (*command, "--set", "train.epochs=2")
        started = time.process_time()
        done = fitreel(*command, "-o", f"r{number}")
        took = time.process_time() - started
        codes.append(done.returncode)
        assert done.returncode in (0, 65), (text, done.stderr)
        assert done.stdout == ""
        if done.returncode:
            lines = done.stderr.splitlines()
            assert 1 <= len(lines) <= 2 and lines[0].startswith("fitreel: "), (text, done.stderr)
            assert all(line.isprintable() for line in lines), (text, done.stderr)
        assert took < 1, (took, text)
    assert codes.count(0) > count // 40 and codes.count(65) > count // 3
    assert not (tmp_path / "owned").exists() and not Path("owned").exists()


PIECES = [
    *"()*+-/%.,<>=!&|~^ x2e'\"[]{}:@\\\n\0π²é;#$?_",
    "sin",
    "exp(",
    "where(",
    " if ",
    " else ",
    "**",
    "//",
    "1e999",
    "9" * 30,
    "lambda x:",
    "x.real",
    "__class__",
    "import os",
    " for x in ",
    "not ",
    " and ",
    " or ",
    "minimum(x,",
    "pi",
    "True",
    "None",
    "0x1f",
    "1_0",
    "2j",
    *SECRETS,
]


@pytest.mark.parametrize("count", [400, pytest.param(8000, marks=LONG)])
def test_generated_formulas(fitreel: Fitreel, tmp_path: Path, count: int) -> None:
    """As random pieces; a tenth of them through the whole program."""
    rng = random.Random(count)
    assert fitreel("train", "-q", "--set", "train.epochs=1").returncode == 0  # imports torch
    good = 0
    for number in range(count):
        text = "".join(rng.choice(PIECES) for _ in range(rng.choice([1, 2, 3, 5, 9, 40, 200])))
        started = time.process_time()
        try:
            parse(text)
            good += 1
        except BadInput as error:
            assert str(error).isprintable(), text
        if not number % 10:
            asked = ("--set", f"data.function={json.dumps(text)}", "--set", "train.epochs=1")
            done = fitreel("train", "-q", *asked, "-o", f"r{number}")
            assert done.returncode in (0, 65) and "Traceback" not in done.stderr, (
                text,
                done.stderr,
            )
            assert len(done.stderr.splitlines()) <= 2, (text, done.stderr)
        assert time.process_time() - started < 1, text
    assert good
    assert not (tmp_path / "owned").exists() and not Path("owned").exists()


def test_the_harness_sees_tracebacks_and_slow_ones() -> None:
    """A naive parser, Python's own eval, fails on what is generated."""
    rng = random.Random(1)
    wrong = 0
    for _ in range(200):
        text = "".join(rng.choice(PIECES[:60]) for _ in range(4))
        try:
            eval(text, {"__builtins__": {}}, {"x": 1.0})
        except BadInput:
            pass
        except Exception:
            wrong += 1
    assert wrong
