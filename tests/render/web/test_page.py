"""A page for a browser, opened from disk in a real one."""

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops
from support.browser import Tab
from support.program import ROOT, train_here
from typer.testing import CliRunner

from fitreel.jobs.cli import app
from fitreel.jobs.watch.watched import subject_of
from fitreel.model.record.reader import Record
from fitreel.render.captions.run_captions import run_captions
from fitreel.render.network.recorded_network import Loss, Network
from fitreel.render.text.loss_format import LossFormat
from fitreel.render.text.translations import translation_of
from fitreel.render.web import page_size
from fitreel.render.web.plain_math import plain_math

HOSTILE = '</script><img src=x onerror="window.hit=1"><b>&amp;'
LOOK = "film.theme=light"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def made(folder: Path, name: str, *arguments: str) -> Path:
    """A page that the command line makes."""
    done = CliRunner().invoke(app, [*arguments, "-q", "-o", str(folder / name)])
    assert done.exit_code == 0, done.output
    return folder / name


@pytest.fixture(scope="module")
def page(folder: Path, short_run: Record) -> Path:
    return made(
        folder, "run.html", "render", str(short_run.path), "--set", LOOK,
        "--set", f"film.title={HOSTILE}", "--set", 'film.captions=[[20, "<i>twenty</i>"]]',
        "--set", "film.pace=even", "--set", 'film.panels=["residuals"]',
    )  # fmt: skip


@pytest.fixture(scope="module")
def comparison(folder: Path, short_run: Record, hostile_run: Record) -> Path:
    both = str(short_run.path), str(hostile_run.path)
    return made(folder, "both.html", "render", *both, "--set", LOOK, "--set", "film.pace=even")


@pytest.fixture(scope="module")
def hostile_run(folder: Path) -> Record:
    """A program's record, every text of which would be markup."""
    from fitreel import Recorder, Run

    x = np.linspace(-1, 1, 9)
    path = folder / "hostile"
    with Recorder(path, x, x**3, name=HOSTILE, info={"note": HOSTILE}) as recorder:
        for step in range(6):
            recorder.log(step, 1.0 / (step + 1), x * step / 6, **{"<b>metric</b>": float(step)})
    assert len(Run(path).epoch) == 6
    return Record(path)


def test_from_disk_alone_and_by_keyboard(chromium: Any, page: Path, short_run: Record) -> None:
    tab = Tab(chromium, page)
    tab.at(0)
    spelling = LossFormat.of(short_run.losses, translation_of())
    predictions = [snapshot.prediction for snapshot in short_run.snapshots()]
    last = len(short_run) - 1
    for key, step in (("ArrowRight", 1), ("ArrowRight", 2), ("End", last), ("ArrowLeft", last - 1),
                      ("Home", 0)):  # fmt: skip
        tab.press(key, step)
        assert tab.text("#epoch") == str(short_run.epochs[step])
        assert tab.text("#loss") == spelling.write(float(short_run.losses[step]))
        drawn = tab.table(0, "line-0")
        assert np.array_equal(np.float32(drawn["y"]), predictions[step])
        assert np.array_equal(np.float32(drawn["x"]), np.float32(short_run.prediction_x))
        path = tab.table(-1, "past-0")
        assert len(path["x"]) == step + 1
        away = np.float32(tab.table(1, "line-0")["y"])
        assert np.allclose(away, short_run.y - predictions[step], atol=1e-6)
    tab.press("End", last)
    said = f"epoch 60, loss {spelling.write(float(short_run.losses[last]))}"
    tab.page.wait_for_selector(f'#spoken:has-text("{said}")', state="attached")
    assert tab.complaints == [] and tab.requests == [page.as_uri()]


def test_what_is_inside_the_network(chromium: Any, folder: Path, short_run: Record) -> None:
    panels = 'film.panels=["units", "weights", "gradients"]'
    sets = ("--set", LOOK, "--set", panels, "--set", "film.pace=even")
    tab = Tab(chromium, made(folder, "inside.html", "render", str(short_run.path), *sets))
    network, x, y = Network(short_run.header), *map(np.float64, (short_run.x, short_run.y))
    for step in (0, 7):
        (snapshot,) = short_run.snapshots([step], weights=True)
        assert snapshot.weights is not None
        tab.page.evaluate(f"page.player.go({step})")
        tab.at(step)
        total = tab.table(1, f"line-{network.units}")
        expected = np.interp(total["x"], short_run.prediction_x, snapshot.prediction)
        assert np.allclose(total["y"], expected, atol=1e-4)
        numbers = [tab.page.evaluate(f"[...page.plots[{at}].plot.row({step})]") for at in (2, 3)]
        weights = network.matrices(snapshot.weights)
        slopes = network.gradient(snapshot.weights, x, y, Loss(short_run.header))
        for matrices, row in zip((weights, slopes), numbers, strict=True):
            assert np.allclose(row, np.concatenate([each.ravel() for each in matrices]), atol=1e-7)
    # The bias of the first unit lies right of its weight, at the top.
    assert tab.page.evaluate("page.plots[2].plot.read(0.07, 0.999, 7)").startswith("layer 1: ")
    drawn = tab.page.evaluate(
        "page.plots[2].plot.source('image').data.image[0].filter(Boolean).length"
    )
    assert drawn > 1000 and not tab.complaints


def test_units_of_several_outputs_have_no_sum(chromium: Any, tmp_path: Path) -> None:
    run = train_here(
        tmp_path, 'data.function=["x", "-x", "x**2"]', "data.points=9", "train.epochs=4",
        "network.hidden=[3]", "network.activations=tanh",
    )  # fmt: skip
    sets = ("--set", 'film.panels=["units"]', "--set", "film.pace=even")
    tab = Tab(chromium, made(tmp_path, "units.html", "render", str(run.path), *sets))
    tab.at(0)
    (snapshot,) = run.snapshots([0], weights=True)
    assert snapshot.weights is not None
    for unit, far in enumerate(Network(run.header).pushes(snapshot.weights, run.prediction_x)):
        drawn = tab.table(1, f"line-{unit}")
        expected = np.interp(drawn["x"], run.prediction_x, far)
        assert np.allclose(drawn["y"], expected, atol=1e-4)
    assert len(tab.page.evaluate("page.plots[1].plot.chart.colours")) == 3 and not tab.complaints


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("A network learns $y = x^3$", "A network learns y = x³"),
        (r"$x_{12}^{n+1}$ costs 3 \$", "x₁₂ⁿ⁺¹ costs 3 $"),
        (r"$\alpha \cdot e^{-x^2}$, <b>", "α·e^(−x^2), <b>"),
    ],
)
def test_mathematics_in_plain_letters(text: str, plain: str) -> None:
    assert plain_math(text) == plain


@pytest.fixture(scope="module")
def numbers(folder: Path, hostile_run: Record) -> Path:
    panels = 'film.panels=["metrics"]'
    return made(folder, "numbers.html", "render", str(hostile_run.path), "--set", panels)


def test_texts_are_never_markup(chromium: Any, page: Path, comparison: Path, numbers: Path) -> None:
    tab = Tab(chromium, f"{page.as_uri()}#epoch=20")
    assert tab.text("h1") == HOSTILE and tab.page.title() == HOSTILE
    assert tab.text("#caption") == "<i>twenty</i>" and tab.text("#epoch") == "20"
    other = Tab(chromium, comparison)
    assert HOSTILE in other.text("#runs")
    assert HOSTILE in other.point_at("path-1", 2)
    third = Tab(chromium, numbers)
    assert "<b>metric</b>" in third.text("#charts")
    third.press("End", 5)
    assert third.table(1, "past-0")["y"] == [0, 1, 2, 3, 4, 5]
    for each in (tab, other, third):
        assert each.page.locator("img, b, i").count() == 0
        assert each.page.evaluate("window.hit") is None and not each.complaints


def test_it_plays_to_the_end(chromium: Any, page: Path, short_run: Record) -> None:
    tab = Tab(chromium, page)
    tab.page.select_option("#speed", "8")
    tab.page.keyboard.press(" ")
    tab.at(len(short_run) - 1)
    tab.page.wait_for_selector("#play[aria-label=Play]")
    assert not tab.complaints


@pytest.mark.long
def test_what_is_switched_off_is_not_drawn(chromium: Any, comparison: Path) -> None:
    tab = Tab(chromium, comparison)
    tab.press("End", tab.page.evaluate("page.player.count") - 1)
    assert len(tab.table(-1, "now-1")["x"]) == 1
    tab.page.uncheck("#run-1")
    tab.page.select_option("#layout", "overlay")
    assert tab.table(-1, "now-1")["x"] == [] and tab.table(0, "line-1")["x"] == []
    assert len(tab.table(0, "line-0")["x"]) == 100 and not tab.complaints


def test_on_a_phone_all_is_in_reach(chromium: Any, page: Path) -> None:
    tab = Tab(chromium, page, size=(390, 844), is_mobile=True, has_touch=True)
    tab.page.tap("#forward")
    tab.at(1)
    assert tab.page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [390, 390]
    for button in tab.page.locator("#controls button, #controls select").all():
        box = button.bounding_box()
        assert box["y"] + box["height"] <= 844 and min(box["width"], box["height"]) >= 38
    assert not tab.complaints


@pytest.mark.long
def test_who_wants_little_motion_gets_two_pictures_a_second(chromium: Any, page: Path) -> None:
    counts = []
    for motion in ("no-preference", "reduce"):
        tab = Tab(chromium, page, reduced_motion=motion)
        tab.page.select_option("#speed", "8")
        tab.page.evaluate("""() => {
            window.drawn = new Set();
            new MutationObserver(() => window.drawn.add(document.body.dataset.step))
                .observe(document.body, {attributeFilter: ["data-step"]});
        }""")
        tab.page.click("#play")
        tab.page.wait_for_timeout(600)
        counts.append(tab.page.evaluate("window.drawn.size"))
    assert counts[1] <= 2 < counts[0]


@pytest.mark.long
def test_it_prints_as_it_stands(chromium: Any, page: Path) -> None:
    """On one sheet: plots keep their sizes, since nothing is drawn anew for paper."""
    tab = Tab(chromium, page, size=(1920, 1080))
    tab.press("End", 12)
    sizes = """() => page.drawn().map(({place, view}) => [
        place.clientWidth, place.clientHeight, view.el.clientWidth, view.el.clientHeight])"""
    before = tab.page.evaluate(sizes)
    tab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    tab.page.emulate_media(media="print")
    assert tab.page.evaluate(sizes) == before
    assert tab.page.evaluate("document.body.getBoundingClientRect().width") <= 720
    assert not tab.page.is_visible("#controls") and tab.page.is_visible("#caption")
    tab.page.emulate_media(media="null")
    tab.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.page.pdf(format="A4").count(b"/Type /Page\n") == 1
    assert tab.page.evaluate(sizes) == before and not tab.complaints


@pytest.fixture(scope="module")
def field(folder: Path) -> Path:
    settings = ("data.function=ripple", "data.points=40", "data.validation=0.25", "data.grid=12",
                "train.epochs=4", "train.snapshot_every=1")  # fmt: skip
    sets = [part for each in settings for part in ("--set", each)]
    return made(folder, "field.html", "run", "--runs", str(folder / "field"), *sets)


SCALES = """() => page.plots.map(({plot, chart: {x, y}}) => {
    const {width, height} = plot.view.frame.bbox, [[left, right], [low, high]] = [x.span, y.span];
    return width / (right - left) / (height / (high - low));
})"""
"""How much longer a unit is across than up, in each plot."""


def test_squares_are_squares_in_every_window(chromium: Any, field: Path) -> None:
    tab = Tab(chromium, field)
    for width, height in ((1280, 720), (390, 844), (320, 568), (1920, 1080), (640, 360)):
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.until(f"() => ({SCALES})().every((each) => Math.abs(each - 1) < 0.02)")
        widths = tab.page.evaluate("page.plots.map(({plot}) => plot.view.frame.bbox.width)")
        assert min(widths) > 60, (width, height, widths)
        tab.until("() => document.documentElement.scrollWidth <= innerWidth")
    assert not tab.complaints


@pytest.mark.long
def test_a_field_beside_its_target(chromium: Any, folder: Path, field: Path) -> None:
    """Its error in numbers, its lines, its points kept aside; another follows by hand."""
    run = Record(next((folder / "field").glob("[!.]*")))
    tab = Tab(chromium, field)
    tab.press("End", 4)
    (last,) = run.snapshots([4])
    assert run.truth is not None
    error = tab.page.evaluate("[...page.plots[2].plot.errorOf(page.runs[0].prediction(4))]")
    assert np.allclose(error, np.abs(last.prediction - run.truth).ravel(), atol=1e-6)
    drawn = tab.page.evaluate("page.plots.map(({plot}) => plot.source('image').data.image.length)")
    assert drawn == [1, 1, 1]
    assert len(tab.table(0, "aside")["x"]) == 10 and len(tab.table(0, "points")["x"]) == 30
    assert tab.page.evaluate(INK) > 50, "no contour lines"
    assert not tab.complaints


INK = """() => {
    const {canvas} = page.plots[1].plot.marks;
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((each, at) => at % 4 === 3 && each > 0).length;
}"""
"""How many pixels are drawn by hand over the target: its contour lines."""


@pytest.mark.long
@pytest.mark.parametrize("function", ["lissajous", "moons"])
def test_every_box_of_other_shapes(chromium: Any, folder: Path, function: str) -> None:
    """A curve in the plane, and classes."""
    panels = 'film.panels=["weights", "units"]' if function == "moons" else "film.panels=[]"
    settings = (f"data.function={function}", "data.points=30", "train.epochs=3",
                "train.snapshot_every=1", panels)  # fmt: skip
    sets = [part for each in settings for part in ("--set", each)]
    runs = str(folder / function)
    tab = Tab(chromium, made(folder, f"{function}.html", "run", "--runs", runs, *sets))
    tab.press("End", 3)
    for box in tab.page.locator("#shown input").all():
        box.click()
    tab.press("Home", 0)
    assert not tab.complaints


@pytest.mark.long
def test_noisy_losses_of_many_have_their_median(chromium: Any, folder: Path) -> None:
    from fitreel import Recorder

    x, noise = np.linspace(-1, 1, 9), np.random.default_rng(0).lognormal(0, 0.6, (2, 60))
    paths = [folder / f"noisy-{number}" for number in range(2)]
    for path, factors in zip(paths, noise, strict=True):
        with Recorder(path, x, x**3) as recorder:
            for step, factor in enumerate(factors):
                recorder.log(step, factor / (step + 1), x * step / 60)
    tab = Tab(chromium, made(folder, "noisy.html", "render", *map(str, paths), "--set", LOOK))
    assert "running median" in tab.text("#losses")
    tab.press("End", 59)
    drawn, own = tab.table(-1, "past-0")["y"], tab.table(-1, "path-0")["y"]
    assert np.abs(np.diff(drawn)).sum() < 0.5 * np.abs(np.diff(own)).sum()


@pytest.mark.long
def test_groups_are_medians_and_bands(chromium: Any, folder: Path) -> None:
    """As in films, from the numbers of their runs; a group is switched off as one."""
    settings = ("compare.group=seed", "train.epochs=2", "train.snapshot_every=1", "data.points=9",
                "compare.layout=overlay", "film.pace=even")  # fmt: skip
    sets = [part for each in settings for part in ("--set", each)]
    varied = ("--vary", "train.lr=0.01,0.1", "--vary", "seed=0,1,2")
    runs = str(folder / "grouped")
    tab = Tab(chromium, made(folder, "groups.html", "compare", "--runs", runs, *varied, *sets))
    records = [Record(path) for path in (folder / "grouped").glob("[!.]*")]
    tab.press("End", 2)
    assert "3 runs each" in tab.text("#runs") and tab.page.locator("#runs input").count() == 2
    for number, rate in enumerate((0.01, 0.1)):
        ours = [record for record in records if record.header.job["train"]["lr"] == rate]
        assert len(ours) == 3
        last = [next(iter(record.snapshots([2]))) for record in ours]
        rows = np.sort([each.prediction for each in last], axis=0)
        assert np.array_equal(np.float32(tab.table(0, f"line-{number}")["y"]), rows[1])
        band = tab.table(0, f"band-{number}")
        assert np.array_equal(np.float32([band["y1"], band["y2"]]), rows[[0, 2]])
        median = LossFormat.of(np.concatenate([each.losses for each in records]), translation_of())
        spelled = median.write(float(np.median([each.loss for each in last])))
        assert spelled in tab.page.locator("#runs li").nth(number).inner_text()
        assert len(tab.table(-1, f"loss-band-{number}")["x"]) == 3
    shown = "page.plots[0].plot.part('show-band').map(({visible}) => visible)"
    assert tab.page.evaluate(shown) == [True, True]
    tab.page.uncheck("#show-band")
    assert tab.page.evaluate(shown) == [False, False]
    tab.page.uncheck("#run-1")
    assert tab.table(0, "line-1")["x"] == tab.table(-1, "now-1")["x"] == []
    assert len(tab.table(0, "line-0")["x"]) == 9 and not tab.complaints


@pytest.mark.long
def test_each_of_4000_snapshots_is_reached(chromium: Any, folder: Path) -> None:
    """By keys and by the slider, with its own numbers, also of blocks not yet unpacked."""
    from fitreel import Recorder

    x = np.linspace(-1, 1, 900)
    with Recorder(folder / "many", x[:9], x[:9], at=x) as recorder:
        for step in range(4000):
            recorder.log(step, 1 / (step + 1), x * step)
    tab = Tab(chromium, made(folder, "many.html", "render", str(folder / "many")))
    tab.press("End", 3999)
    for step in (3998, 3997, 3996):
        tab.press("ArrowLeft", step)
        assert np.allclose(tab.table(0, "line-0")["y"], x * step, atol=0.1)
    tab.page.focus("#position")
    tab.press("PageDown", 3986)
    missed = tab.page.evaluate("""() => page.player.places.filter((place, step) => {
        page.slider.value = place;
        page.player.toPlace(Number(page.slider.value));
        return page.player.step !== step;
    })""")
    assert missed == [] and not tab.complaints


@pytest.mark.long
def test_a_broken_page_says_so_at_once(chromium: Any, page: Path, folder: Path) -> None:
    broken = folder / "broken.html"
    broken.write_bytes(page.read_bytes().replace(b"class LossPlot", b"class Other", 1))
    with pytest.raises(AssertionError, match="LossPlot"):
        Tab(chromium, broken)


@pytest.mark.long
def test_an_accessibility_checker_finds_nothing(chromium: Any, comparison: Path) -> None:
    """A comparison has all that the page of one run has, and more."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(Tab(chromium, comparison).page).response["violations"]
    assert not found, [(rule["id"], rule["nodes"][0]["html"]) for rule in found]


@pytest.mark.long
def test_it_looks_as_it_did(chromium: Any, page: Path, folder: Path) -> None:
    """Within a bound: letters differ from machine to machine."""
    tab = Tab(chromium, f"{page.as_uri()}#epoch=40")
    tab.page.wait_for_timeout(200)
    tab.page.screenshot(path=folder / "now.png")
    with (
        Image.open(folder / "now.png") as now,
        Image.open(ROOT / "tests" / "data" / "page.png") as accepted,
    ):
        assert now.size == accepted.size
        difference = np.asarray(ImageChops.difference(now.convert("RGB"), accepted.convert("RGB")))
    assert difference.mean() < 4


def test_sentences_of_all_snapshots_are_those_of_each(short_run: Record) -> None:
    """Found in one go, they take thousands of snapshots no longer than a film."""
    subject = subject_of([short_run], ["film.theme=light"]).on_page()
    track = run_captions(short_run, subject.picture, subject.timeline, subject.words)
    each = [track.of_snapshot(number) for number in range(len(short_run))]
    assert [subject.caption(number, 0.0) for number in range(len(short_run))] == each
    assert len({caption.text for caption in each}) > 2


def test_it_is_made_once(folder: Path, page: Path, short_run: Record) -> None:
    content = page.read_bytes()
    again = made(folder, "again.html", "render", str(short_run.path), "--set", LOOK)
    first = again.read_bytes()
    assert (
        CliRunner()
        .invoke(app, ["render", str(short_run.path), "--set", LOOK, "-o", str(again)])
        .output.endswith("up to date\n")
    )
    assert first == again.read_bytes() != content
    assert not re.search(rb"https?://(?!www\.w3\.org)", first)


def test_what_is_missing_or_too_large_is_said_before(
    short_run: Record, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, output = str(short_run.path), str(folder / "no.html")
    with monkeypatch.context() as patch:
        patch.setattr(page_size, "LARGEST", 1000)
        done = CliRunner().invoke(app, ["render", record, "-o", output])
    assert done.exit_code == 65 and "film.page_snapshots=" in done.stderr
    few = made(folder, "few.html", "render", record, "--set", "film.page_snapshots=4")
    assert b'"count":4,' in few.read_bytes()
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "bokeh", None)
        done = CliRunner().invoke(app, ["run", "--runs", str(folder / "runs"), "-o", output])
    assert done.exit_code == 69 and 'pip install "fitreel[page]"' in done.stderr
    large = ("data.function=ripple", "data.grid=300", "train.epochs=900", "train.snapshot_every=1")
    settings = [part for each in large for part in ("--set", each)]
    done = CliRunner().invoke(app, ["run", "--runs", str(folder / "runs"), "-o", output, *settings])
    assert done.exit_code == 65 and "89 MB" in done.stderr, done.stderr
    assert "film.page_snapshots = 505" in done.stderr
    assert not (folder / "runs").exists() and not Path(output).exists()
