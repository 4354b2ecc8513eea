"""A key that a job file has no place for, and what was probably meant."""

import json
from typing import Any

from fitreel.jobs.job.job import TABLES, Job
from fitreel.model.settings import FeaturesSettings, Settings
from fitreel.model.suggestions import nearest

SYNONYMS = {
    "learning_rate": "lr",
    "eta": "lr",
    "momentum": "optimizer_args",
    "layers": "hidden",
    "neurons": "hidden",
    "hidden_layers": "hidden",
    "width": "hidden",
    "steps": "epochs",
    "iterations": "epochs",
    "formula": "function",
    "target": "function",
    "csv": "file",
    "samples": "points",
    "range": "domain",
    "interval": "domain",
    "tolerance": "delta",
    "framerate": "fps",
    "frame_rate": "fps",
    "resolution": "size",
    "output": "outputs",
    "batch": "batch_size",
    "criterion": "loss",
    "initialization": "init",
}
"""What people call our keys."""


INNER: dict[str, type[Settings]] = {"network.features": FeaturesSettings}
"""Tables within those of a job."""


def _tables() -> dict[str, list[str]]:
    """Keys by table; the top of the file is ''."""
    return {"": list(Job.model_fields)} | {
        name: list(kind.model_fields) for name, kind in TABLES.items()
    }


def all_parts() -> set[str]:
    """The names of all tables and keys."""
    inner = {key for kind in INNER.values() for key in kind.model_fields}
    return inner | {part for table, keys in _tables().items() for part in (table, *keys) if part}


def unknown_key(location: list[str]) -> str:
    """What is said of a key that isn't there, by its table and name."""
    tables = _tables()
    inner = ".".join(location[:-1])
    if inner in INNER:
        names = list(INNER[inner].model_fields)
        advice = nearest(location[-1], names) or f"; there are {', '.join(names)}"
        return f"{'.'.join(location)}: there is no such key{advice}"
    table, key = (location[0], location[1]) if len(location) > 1 else ("", location[0])
    where = f"[{table}] " if table else ""
    message = f"{where}{key if key.isprintable() else shortened_value(key)}: there is no such key"
    meant = SYNONYMS.get(key)
    for home, keys in tables.items():
        if meant in keys:
            return f'{message}; did you mean "{meant}"' + (
                "?" if home == table else f" in [{home}]?"
            )
    near = nearest(key, tables.get(table, ()))
    if near and not any(key in keys for keys in tables.values()):
        return message + near
    for other, keys in tables.items():
        if key in keys:
            home = f"belongs in [{other}]" if other else "belongs at the top, before any table"
            return f"{message}; it {home}"
    for other, keys in tables.items():
        near = nearest(key, keys)
        if near:
            return message + near + (f" in [{other}]" if other else "")
    return f"{message}; there are {', '.join(tables.get(table, tables['']))}"


def shortened_value(value: Any) -> str:
    """A value as TOML would write it, shortened."""
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, float) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
