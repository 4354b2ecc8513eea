"""A job: all that a job file may say, as frozen, checked settings."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from fitreel.model.settings import DataSettings, NetworkSettings, Seed, Settings, TrainSettings
from fitreel.render.film_settings import FilmSettings

LONGEST_NAME = 100


class CompareSettings(Settings):
    """A comparison: several configurations of this job in one clip."""

    vary: dict[str, tuple[Any, ...]] = Field(default={})
    """Values by dotted key; every combination of them is a panel."""
    panel: tuple[dict[str, Any], ...] = ()
    """Panels picked by hand: a label, and any keys."""
    layout: Literal["auto", "grid", "overlay"] = "auto"
    """A panel each, or all lines in one; auto: grid up to 16 panels."""
    clock: Literal["epoch", "time"] = "epoch"
    """What the panels advance in together: epochs, or seconds of training."""
    loss_panel: bool = True
    """Draw all loss curves as well."""
    group: str | tuple[str, ...] = ()
    """A key, or keys, that vary within a group: "seed". A configuration has one colour then, its
    median and the band of its runs (5 to 95 %)."""
    ranking: bool = False
    """End with the ranking as a table."""
    table: str | None = Field(default=None, min_length=1, max_length=4096)
    """Write the ranking as a file, too: .csv, .md or .json."""

    @property
    def is_comparison(self) -> bool:
        """Whether the job makes a comparison at all."""
        return bool(self.vary or self.panel)

    @property
    def group_keys(self) -> tuple[str, ...]:
        """The keys that vary within a group; none: no groups."""
        return (self.group,) if isinstance(self.group, str) else self.group


class Job(Settings):
    """Everything that a job file may say. An empty one is the demo."""

    name: str = Field(default="demo", min_length=1, max_length=LONGEST_NAME)
    """What the run and the film are called; default: the file's stem."""
    seed: Seed = 0
    """Decides the noise and the network's first weights."""
    data: DataSettings = DataSettings()
    network: NetworkSettings = NetworkSettings()
    train: TrainSettings = TrainSettings()
    film: FilmSettings = FilmSettings()
    compare: CompareSettings = CompareSettings()

    @model_validator(mode="after")
    def _usable_as_a_file_name(self) -> Self:
        if self.name.startswith(".") or any(c in "/\\\0" or ord(c) < 32 for c in self.name):
            raise ValueError("name: becomes part of file names: no slash, no dot in front")
        if self.film.truth and self.data.file is not None:
            raise ValueError("film.truth and data.file: points from a file have no formula to draw")
        return self


TABLES: dict[str, type[Settings]] = {
    name: info.annotation
    for name, info in Job.model_fields.items()
    if isinstance(info.annotation, type) and issubclass(info.annotation, Settings)
}


def dump_job(job: Job) -> dict[str, Any]:
    """What of `job` differs from the defaults, as JSON; holds no absolute path.

    A path keeps its last part only where it is absolute: films are handed on.
    """
    values: dict[str, Any] = job.model_dump(mode="json", exclude_defaults=True)
    values["name"] = job.name
    if job.compare.is_comparison and job.film.given("size"):
        # A comparison has another size where nothing is said, so that the default says something.
        values.setdefault("film", {})["size"] = job.model_dump(mode="json")["film"]["size"]
    if "film" in values:
        for key in ("latest", "keep"):  # of this machine's folders, not of the film
            values["film"].pop(key, None)
    if "film" in values and "outputs" in values["film"]:
        values["film"]["outputs"] = [relative(text) for text in job.film.outputs]
    if job.film.theme_is_file:
        values["film"]["theme"] = relative(job.film.theme)
    if job.film.font is not None and job.film.font_is_file:
        values["film"]["font"] = relative(job.film.font)
    if job.compare.table is not None:
        values["compare"]["table"] = relative(job.compare.table)
    if job.data.file is not None:
        values["data"]["file"] = relative(job.data.file)
    if job.network.module is not None:
        values["network"]["module"] = relative(job.network.module)
    if job.train.has_own_loss and job.train.loss is not None:
        values["train"]["loss"] = relative(job.train.loss)
    return values


def relative(text: str) -> str:
    """A path as it may be handed on: of an absolute one, the last part."""
    path = Path(text)
    return path.name if path.is_absolute() or text.startswith("~") else text
