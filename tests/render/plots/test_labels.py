"""Names in the fit: where nothing comes in the whole film, or in a key."""

import time
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from support.fit_scene import FitScene
from support.program import train_here

from fitreel.model.record.reader import Record
from fitreel.render.geometry import Box
from fitreel.render.plots.labels.direct_labels import place_labels
from fitreel.render.raster.frame_drawer import FrameDrawer
from fitreel.render.shown_snapshots import shown_snapshots


@pytest.mark.parametrize(
    ("name", "size"),
    [("demo_run", (1280, 720)), ("demo_run", (640, 480)), ("crowd", (1280, 720))],
)
def test_nothing_comes_where_a_name_stands(
    request: pytest.FixtureRequest, name: str, size: tuple[int, int]
) -> None:
    run = request.getfixturevalue(name)
    scene = FitScene(run, size=size, labelled=False)
    assert [place.label.text for place in scene.plan.places] == ["true function", "data"]
    assert not scene.plan.missing and not scene.plan.notes
    drawer = FrameDrawer(scene)
    ground = np.round(np.array(to_rgb(scene.page.theme.background)) * 255)
    network = np.round(np.array(to_rgb(scene.page.theme.prediction)) * 255)
    # Between the snapshots that the places were looked for with, too.
    for snapshot in shown_snapshots(run, range(0, len(run), 3 if len(run) > 100 else 1)):
        scene.show(float(snapshot.epoch), snapshot.prediction)
        picture = drawer.draw()[..., :3]
        for place in scene.plan.places:
            width = scene.page.width_of(place.label.text, scene.size)
            box = Box(place.x, place.baseline - 0.2 * scene.size, width, 0.95 * scene.size)
            assert (scene.crop(picture, box) == ground).all(), (snapshot.epoch, place.label.text)
            if place.leader is not None:  # its tip ends beside the truth, where the curve may lie
                x = np.linspace(*place.leader.x, 9)[:6].astype(int)
                y = size[1] - 1 - np.linspace(*place.leader.y, 9)[:6].astype(int)
                assert not (picture[y, x] == network).all(axis=1).any()


def test_names_keep_clear_of_the_curves_of_several_runs(demo_run: Record) -> None:
    scene = FitScene(demo_run, size=(1280, 720), labelled=False)
    labels = [place.label for place in scene.plan.places]
    plan = place_labels(
        scene.page, scene.axes, [demo_run, demo_run], labels,
        axis=scene.axis, size=scene.size, diameter=scene.points.diameter,
    )  # fmt: skip
    assert len(plan.places) == 2
    drawer = FrameDrawer(scene)
    network = np.round(np.array(to_rgb(scene.page.theme.prediction)) * 255)
    for snapshot in shown_snapshots(demo_run, range(0, len(demo_run), 4)):
        scene.show(float(snapshot.epoch), snapshot.prediction)
        picture = drawer.draw()[..., :3]
        for place in plan.places:
            width = scene.page.width_of(place.label.text, scene.size)
            box = Box(place.x, place.baseline - 0.2 * scene.size, width, 0.95 * scene.size)
            assert not (scene.crop(picture, box) == network).all(axis=2).any(), snapshot.epoch


def test_names_stand_near_what_they_name_and_apart(demo_run: Record) -> None:
    scene = FitScene(demo_run, size=(1280, 720))
    boxes = []
    for place in scene.plan.places:
        width = scene.page.width_of(place.label.text, scene.size)
        assert scene.box.left < place.x and place.x + width < scene.box.right
        boxes.append((place.x, place.baseline, place.x + width, place.baseline + scene.size))
        if place.leader is not None:
            length = np.hypot(np.diff(place.leader.x), np.diff(place.leader.y))[0]
            assert length < 30
    (a, b, c, d), (e, f, g, h) = boxes
    assert c < e or g < a or d < f or h < b


def test_the_same_run_has_the_same_places(demo_run: Record) -> None:
    assert FitScene(demo_run).plan == FitScene(Record(demo_run.path)).plan


def test_without_a_place_there_is_a_key(cloud: Record) -> None:
    scene = FitScene(cloud, size=(640, 480))
    assert [label.text for label in scene.plan.missing] == ["true function"]
    (note,) = scene.plan.notes
    assert "'true function'" in note and "key" in note
    picture = scene.picture()
    row = Box(scene.box.left, scene.box.top + 1, scene.box.width + 60, 40)
    ground = np.round(np.array(to_rgb(scene.page.theme.background)) * 255)
    columns = np.flatnonzero((scene.crop(picture, row) != ground).any(axis=(0, 2)))
    # It ends where the fit does.
    assert columns.max() == pytest.approx(scene.box.width, abs=3)


def test_places_of_a_long_record_are_found_fast(tmp_path: Path) -> None:
    run = train_here(
        tmp_path, "train.epochs=4000", "train.snapshot_every=1", "network.hidden=[2]",
        "data.points=300",
    )  # fmt: skip
    assert len(run) == 4001
    scene = FitScene(run)
    labels = [place.label for place in scene.plan.places] + [*scene.plan.missing]
    start = time.process_time()
    place_labels(
        scene.page, scene.axes, [run], labels,
        axis=scene.axis, size=scene.size, diameter=scene.points.diameter,
    )  # fmt: skip
    assert time.process_time() - start < 0.5
