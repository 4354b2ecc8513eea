"""What is wrong in a job file, in one line: table, key, value, what would be right."""

import json
from typing import Any

from pydantic import ValidationError

from fitreel.jobs.job.job import TABLES, Job
from fitreel.model.settings import descriptions
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


def explain(error: ValidationError) -> str:
    """The first thing that is wrong, in one line: table, key, value, what would be right."""
    problems = error.errors(include_url=False)
    # A value with several allowed kinds fails once for each; an unknown key says the most.
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    same = [p for p in problems if p["loc"][:2] == problem["loc"][:2]]
    location = [str(part) for part in problem["loc"]]
    if problem["type"] == "extra_forbidden":
        return _unknown_key(location)
    # Of "str | tuple" the kind that failed stands in the location; it isn't part of the key.
    key = ".".join(part for part in location if part in _all_parts() or part.isdigit())
    advice = " or ".join(dict.fromkeys(_advice(p) for p in same))
    if problem["type"] == "value_error" and not isinstance(problem["input"], str | int | float):
        return f"{key}: {advice}" if key else advice
    return f"{key} = {_shortened(problem['input'])}: {advice}"


def _advice(problem: Any) -> str:
    """What would be right, in a job file's own words."""
    kind = problem["type"]
    if kind in IN_OUR_WORDS:
        return IN_OUR_WORDS[kind]
    if kind == "string_pattern_mismatch":
        return f"must be {_description(problem['loc'])}"
    text = str(problem["msg"]).removeprefix("Value error, ")
    if kind == "value_error":
        return text
    text = text.replace("Input should be", "must be")
    return text[0].lower() + text[1:]


IN_OUR_WORDS = {
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a table such as { name = value }",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "missing": "one more value is needed",
    "too_long": "has too many values",
}
"""What pydantic says in the words of JSON and Python."""


def _description(location: tuple[str | int, ...]) -> str:
    table, key = str(location[0]), str(location[-1])
    return " ".join(descriptions(TABLES.get(table, Job)).get(key, "").split()).rstrip(".")


def _shortened(value: Any) -> str:
    """A value as TOML would write it, shortened."""
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, float) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _tables() -> dict[str, list[str]]:
    """Keys by table; the top of the file is ''."""
    return {"": list(Job.model_fields)} | {
        name: list(kind.model_fields) for name, kind in TABLES.items()
    }


def _all_parts() -> set[str]:
    return {part for table, keys in _tables().items() for part in (table, *keys) if part}


def _unknown_key(location: list[str]) -> str:
    tables = _tables()
    table, key = (location[0], location[1]) if len(location) > 1 else ("", location[0])
    where = f"[{table}] " if table else ""
    message = f"{where}{key if key.isprintable() else _shortened(key)}: there is no such key"
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
