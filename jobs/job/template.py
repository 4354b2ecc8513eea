"""A commented job file to start from."""

import os
import textwrap
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from fitreel.jobs.job.job import Job
from fitreel.jobs.job.loading import toml_text
from fitreel.model.errors import BadInput
from fitreel.model.settings import Settings, descriptions
from fitreel.model.system.files import write_whole
from fitreel.render.output.destination import make_folder_of

# What a key that is unset by default could be set to.
SUGGESTIONS = {
    "data.file": '"points.csv"',
    "data.inputs": '["minutes"]',
    "data.outputs": '["temp (°C)"]',
    "data.label": '"species"',
    "data.classes": "2",
    "data.validation": "0.2",
    "data.delimiter": '";"',
    "data.decimal": '","',
    "data.thousands": '"."',
    "data.encoding": '"cp1252"',
    "data.seed": "0",
    "data.grid": "400",
    "network.activations": '["relu", "sigmoid"]',
    "network.features": '{ name = "fourier", count = 64, scale = 4.0 }',
    "network.module": '"network.py:Network"',
    "network.module_args": "{ width = 64 }",
    "train.optimizer_args": "{ momentum = 0.9 }",
    "train.weight_decay": "0.0001",
    "train.clip_grad_norm": "1.0",
    "train.scheduler": '{ name = "StepLR", step_size = 1000 }',
    "train.loss": '"mse"',
    "train.metrics": '["accuracy"]',
    "train.loss_args": "{ delta = 0.5 }",
    "train.batch_size": "20",
    "train.delta": "0.01",
    "film.latest": '"latest.mp4"',
    "film.keep": "14",
    "film.panels": '["loss", "residuals"]',
    "film.title": '"A network learns $y = x^3$"',
    "film.subtitle": '"32 ReLU units, 32 sigmoid units"',
    "film.caption": '"full batch, SGD"',
    "film.x_label": '"minutes"',
    "film.y_label": '"temperature in °C"',
    "film.words": '{ epoch = "step" }',
    "film.font": '"Noto Sans CJK SC"',
    "film.pace": '"even"',
    "film.duration": "30.0",
    "film.hold_start": "2.0",
    "film.hold_end": "3.0",
    "film.interpolate": "true",
    "film.limits": '"film"',
    "film.page_snapshots": "400",
    "film.view": '"regions"',
    "compare.vary": '{ "train.lr" = [0.01, 0.05], "train.optimizer" = ["SGD", "Adam"] }',
    "compare.panel": '[{ label = "ReLU", "network.activations" = ["relu", "relu"] }]',
    "compare.group": '"seed"',
    "compare.table": '"ranking.md"',
}


def template(name: str) -> str:
    """A job file with every key, what it means, its default and the choices.

    Args:
        name: what the job is called.

    Returns:
        TOML; what differs from nothing said is commented out, so the job is the demo.
    """
    lines = [
        "# A job for fitreel. Every key has a default: a line that starts with # can stay so.",
        f"# fitreel run {name}.toml",
        "",
    ]
    tables = []
    for key, info in Job.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Settings):
            tables.append((key, kind))
        else:
            default = name if key == "name" else info.default
            lines += _entry(key, key, info, default, descriptions(Job))
    for table, kind in tables:
        lines += ["", f"[{table}]"]
        for key, info in kind.model_fields.items():
            lines += _entry(f"{table}.{key}", key, info, info.default, descriptions(kind))
    return "\n".join(lines) + "\n"


def write_template(path: Path, *, force: bool = False) -> None:
    """Write `template` as the file `path`.

    Raises:
        BadInput: it doesn't end in .toml, or it exists and `force` isn't given.
        CannotWrite: the system refuses.
    """
    if path.suffix != ".toml":
        raise BadInput(f"{path}: a job file ends in .toml")
    if os.path.lexists(path) and not force:  # also a link that leads nowhere
        raise BadInput(f"{path}: exists already; --force overwrites it")
    make_folder_of(path)
    name = path.stem.encode(errors="replace").decode()  # a file's may be no UTF-8
    write_whole(path, template(name).encode())


def _entry(
    path: str, key: str, info: FieldInfo, default: Any, described: dict[str, str]
) -> list[str]:
    text = " ".join(described.get(key, "").split())
    choices = _choices(info.annotation)
    if choices:
        text += f" Choices: {', '.join(choices)}."
    lines = [f"# {line}" for line in textwrap.wrap(text, 96)]
    if default is None or default in ({}, ()):
        value = SUGGESTIONS[path] + ("" if default in ({}, ()) else "  # default: not set")
        return [*lines, f"# {key} = {value}"]
    return [*lines, f"{key} = {toml_text(default)}"]


def _choices(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(choice) for choice in get_args(kind)]
    return []
