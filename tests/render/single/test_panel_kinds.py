"""The table of panels: all of them are there everywhere, and what can't be had is refused early."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from support.program import Fitreel
from support.run_states import show_in

from fitreel.model.record.reader import Record
from fitreel.model.record.snapshot import Snapshot
from fitreel.model.record.writer import RecordWriter, begin, new_header
from fitreel.render.panel_kinds import PANEL_KINDS
from fitreel.render.picture_settings import PictureSettings
from fitreel.render.single.scene_choice import scene_of
from fitreel.render.text.translations import languages, translation_of

MODULE = """
import torch

class Net(torch.nn.Linear):
    def __init__(self):
        super().__init__(1, 1)
"""


@pytest.mark.parametrize("name", sorted(PANEL_KINDS.keys() - {"metrics"}))  # which no job has
def test_every_panel_can_be_drawn_and_has_a_title(short_run: Record, name: str) -> None:
    scene = scene_of(short_run, PictureSettings(panels=(name,), theme="light"))
    show_in(scene, next(short_run.snapshots([3], weights=True)))
    assert len(scene.figure.axes) >= 2
    for language in languages():
        assert translation_of(language).text(f"panel_{name}")


def test_editors_know_the_panels(fitreel: Fitreel) -> None:
    schema = json.loads(fitreel("schema").stdout)
    settings = schema["$defs"]["FilmSettings"]["properties"]["panels"]
    assert settings["items"] == {"type": "string", "enum": list(PANEL_KINDS)}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["film.panels=['units']", "network.module=net.py:Net"], ["units", "network.module"]),
        (["film.panels=['weights']", "network.hidden=[100, 100]"], ["10,401", "up to 10,000"]),
        (["film.panels=['loss', 'units']", "network.hidden=[]"], ["units", "hidden layers"]),
        (["film.panels=['gradients']", "network.batch_norm=true"], ["network.batch_norm"]),
        (["film.panels=['units']", "network.activations=sigmod"], ['did you mean "sigmoid"']),
        (["film.panels=['error']", "data.file=points.csv"], ["error", "data.function"]),
        (["film.duration=1", "film.hold_end=2"], ["film.hold_end", "longer than film.duration"]),
        (["film.duration=3", "film.pace=[[0, 0], [9, 2]]"], ["film.duration and film.pace"]),
        (["film.duration=0.01"], ["shorter than one frame"]),
        (["film.font=No Such Font", "-o", "a.pdf"], ["No Such Font"]),
        (["-o", "a.pdf", "--sheet", "99x2"], ["--sheet 99x2"]),
        (["-o", "a.pdf", "film.size=4k", "film.title=" + "long " * 40], ["long for a page"]),
        (["film.duration=0.05", "--vary", "seed=0,1"], ["no frame before the ranking"]),
        (["film.duration=4", "film.hold_start=4", "--vary", "seed=0,1"], ["film.hold_start"]),
    ],
)
def test_what_the_job_alone_rules_out_is_refused_before_training(
    fitreel: Fitreel, tmp_path: Path, settings: list[str], words: list[str]
) -> None:
    (tmp_path / "points.csv").write_text("x,y\n0,1\n1,2\n2,3\n")
    (tmp_path / "net.py").write_text(MODULE)
    options = []
    for text in settings:
        options += ["--set", text] if "." in text.partition("=")[0] and "=" in text else [text]
    done = fitreel("compare" if "--vary" in options else "run", *options)
    assert done.returncode in (65, 69), done.stderr
    for word in words:
        assert word in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert not (tmp_path / "runs").exists(), "nothing was trained"


def test_a_gradient_over_very_many_points_takes_no_long_time(tmp_path: Path) -> None:
    x = np.linspace(-1, 1, 200_000, dtype=np.float32)
    layout = {"0.weight": (64, 1), "0.bias": (64,), "2.weight": (64, 64), "2.bias": (64,),
              "4.weight": (1, 64), "4.bias": (1,)}  # fmt: skip
    job = {"network": {"hidden": [64, 64]}}
    header = new_header("test", "0" * 64, job, layout=layout)
    run = begin(tmp_path / "run", header, {"x": x, "y": x**3, "grid": x[::1000]})
    recorder = RecordWriter(run, {})
    weights = np.linspace(-1, 1, 4353, dtype=np.float32)
    for epoch in range(3):
        recorder.add(Snapshot(epoch, 1.0, 0.0, x[::1000], weights * epoch))
    recorder.finish("complete", 3)
    run = Record(tmp_path / "run")
    started = time.process_time()
    scene_of(run, PictureSettings(panels=("gradients",)))
    assert time.process_time() - started < 3
