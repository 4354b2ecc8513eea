"""What the golden digests are of: commands, each run in an empty folder of its own.

All that such a command leaves there is digested, and so is what it prints where it says so. Beside
the folder lie the kept records and films of tests/data.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FONT = "film.font=../bars.ttf"
OWN_THEME = "../theme.toml"
SMALL = "film.size=[320,240]"
MIDDLE = "film.size=[480,360]"
WIDE = "film.size=720p"
PANELS = ("loss", "residuals", "units", "error", "weights", "gradients")
THEMES = ("demo", "light", "dark", "chalkboard", "paper", OWN_THEME)
RACE = ("relu", "tanh", "adam", "wild")

QUICK = {
    "demo", "demo-at", "plain-sine", "theme-theme", "panels", "panels-batches", "language-de",
    "title", "pace-between-log", "pace-loss", "transparent", "sheet-paper", "overlay-epoch",
    "grid-time-loss", "grid-mixed", "export-demo", "info-demo-json", "info-film-demo.mp4",
    "up-to-date", "schema", "help-render", "refused-theme", "refused-units-module",
    "refused-race-size",
}  # fmt: skip
"""Names of commands that show a little of everything."""


@dataclass(frozen=True)
class Command:
    """One call of the program."""

    name: str
    """Of its folder, too."""
    arguments: tuple[str, ...]
    prints: bool = False
    """Whether what it prints is digested as well."""
    code: int = 0
    """How it should end; of what is refused, its message is kept."""


def render(
    name: str,
    records: str | Sequence[str],
    outputs: str,
    *values: str,
    options: Sequence[str] = (),
    code: int = 0,
) -> Command:
    """`fitreel render` of one record or several, into `outputs` with spaces between them."""
    records = [records] if isinstance(records, str) else records
    words = ["render", *(f"../records/{record}" for record in records)]
    for output in outputs.split():
        words += ["-o", output]
    for value in values:
        words += ["--set", value]
    return Command(name, (*words, *options, *([] if code else ["-q"])), code=code)


def shown(name: str, *arguments: str) -> Command:
    """A command that prints what it was asked for."""
    return Command(name, arguments, prints=True)


def plain_films() -> Iterator[Command]:
    """The demo's own picture, in all formats and sizes."""
    every = "film.mp4 film.gif film.webm film.png film/ film.srt film.vtt"
    yield render("demo", "demo", every)
    yield render("demo-at", "demo", "still.png", options=("--at", "100"))
    yield render("demo-small", "demo", "film.mp4 film.gif film.webm film/", SMALL)
    yield render("demo-odd", "demo", "film.mp4 film.png", "film.size=[323,241]", "film.fps=25")
    yield render("demo-1080p", "tanh", "film.mp4 film.png", "film.size=1080p")
    yield render("demo-vertical", "demo", "film.gif film.png", "film.size=[180,320]")
    yield render("open", "open", "film.gif film.png film.vtt", SMALL)
    yield render("demo-truth", "demo", "film.mp4 film.png", "film.truth=true", SMALL)
    for record in ("sine", "diverged", "batches", "points", "linear", "batched", "module", "norm",
                   "one", "crowd", "large", "wild"):  # fmt: skip
        truth = "film.truth=false" if record == "points" else "film.truth=true"
        yield render(f"plain-{record}", record, "film.gif film.png film.vtt", MIDDLE, truth)


def themed_films() -> Iterator[Command]:
    """Themes, panels and languages."""
    for theme in THEMES:
        name = theme.removeprefix("../").removesuffix(".toml")
        texts = ("film.title=A title", "film.subtitle=A subtitle", "film.caption=A caption")
        look = (f"film.theme={theme}", 'film.panels=["loss"]', "film.truth=true")
        yield render(f"theme-{name}", "sine", "film.mp4 film.png", *look, *texts)
    for panel in PANELS:
        yield render(f"panel-{panel}", "tanh", "film.mp4 film.png", f'film.panels=["{panel}"]')
    all_panels = "film.panels=[" + ",".join(f'"{panel}"' for panel in PANELS) + "]"
    yield render("panels", "sine", "film.mp4 film.png", all_panels, WIDE, "film.theme=dark")
    yield render("panels-vertical", "sine", "film.png", all_panels, "film.size=vertical")
    yield render("panels-square", "batches", "film.webm", all_panels, "film.size=square")
    for record, panels, theme in [
        ("batches", '["units","residuals","gradients"]', "light"),
        ("points", '["residuals","weights","gradients"]', "paper"),
        ("linear", '["weights","gradients"]', "light"),
        ("batched", '["units","gradients","error"]', "chalkboard"),
        ("module", '["loss","residuals"]', "light"),
        ("norm", '["loss","error"]', "dark"),
        ("large", '["loss","error"]', "paper"),
        ("diverged", '["loss","units","weights"]', "light"),
        ("one", '["loss","units"]', "light"),
        ("crowd", '["residuals","gradients"]', OWN_THEME),
    ]:
        look = (f"film.panels={panels}", f"film.theme={theme}")
        yield render(f"panels-{record}", record, "film.gif film.png", *look)


def worded_films() -> Iterator[Command]:
    """Languages, words of a job's own, titles and fonts."""
    for language in ("en", "de", "fr", "es"):
        look = [f"film.language={language}", 'film.panels=["loss","units"]', "film.truth=true"]
        outputs = "film.gif film.png film.srt film.vtt sheet.svg"
        outputs += " sheet.pdf" if language == "de" else ""
        yield render(f"language-{language}", "sine", outputs, *look)
        yield render(f"language-{language}-diverged", "wild", "film.png film.srt", *look[:1],
                     *look[3:])  # fmt: skip
    dutch = 'film.words={ epoch = "tijdperk", loss = "verlies" }'
    yield render("words", "demo", "film.gif film.srt", "film.language=nl", dutch)
    step = 'film.words={ epoch = "step" }'
    yield render("words-demo", "demo", "film.gif", step, "film.theme=demo", SMALL)
    mathematics = ("film.title=A network learns $y = x^3$\nline two",
                   r"film.subtitle=$\frac{1}{n}\sum_i (y_i - \hat{y}_i)^2$")  # fmt: skip
    yield render("title", "demo", "film.mp4 film.png sheet.svg sheet.pdf", *mathematics)
    yield render("title-light", "demo", "film.png", *mathematics, "film.theme=light", WIDE)
    chinese = ("film.title=网络学习函数", "film.subtitle=$y = x^3$", "film.caption=噪声点")
    yield render("title-chinese", "demo", "film.mp4 film.png sheet.pdf", *chinese, FONT)
    serif = ("film.font=DejaVu Serif", "film.theme=paper", "film.title=A serif title")
    yield render("font", "demo", "film.png sheet.svg", *serif)
    long = "film.title=A title that only just fits into one line of a small film"
    yield render("title-long", "demo", "film.png", long)


def paced_films() -> Iterator[Command]:
    """Pace, duration, holds, frames between snapshots, frame rates."""
    for name, values in {
        "even": ("film.duration=3.0",),
        "log": ("film.pace=log", "film.duration=2.5"),
        "loss": ("film.pace=loss", "film.duration=2.5"),
        "points": ("film.pace=[[0,0],[20,1],[600,1.5]]",),
        "holds": ("film.hold_start=0.5", "film.hold_end=0.75"),
        "short": ("film.duration=0.4",),
        "between": ("film.interpolate=true", "film.duration=2.5", "film.fps=30"),
        "between-log": ("film.interpolate=true", "film.pace=log", "film.duration=2",
                        "film.theme=light", "film.hold_end=0.5"),
        "slow": ("film.fps=0.5",),
        "fast": ("film.fps=60",),
        "ntsc": ("film.fps=29.97",),
    }.items():  # fmt: skip
        yield render(f"pace-{name}", "sine", "film.mp4 film.gif film.vtt", SMALL, *values)


def pages() -> Iterator[Command]:
    """No background; sheets."""
    clear = "film.transparent=true"
    yield render("transparent", "demo", "film.webm film.png film/", clear, SMALL)
    dark = ("film.theme=dark", 'film.panels=["loss"]')
    yield render("transparent-dark", "sine", "film.webm film.png sheet.png", clear, *dark)
    every = "sheet.pdf sheet.svg sheet.png"
    yield render("sheet", "demo", every, options=("--sheet", "3x2"))
    look = ("film.theme=paper", "film.truth=true", "film.title=A sheet", "film.caption=below")
    yield render("sheet-paper", "sine", every, *look, options=("--sheet", "2x3"))
    yield render("sheet-default", "batches", "sheet.pdf", "film.theme=dark", "film.pace=log",
                 "film.duration=5")  # fmt: skip


def comparisons() -> Iterator[Command]:
    """Several records in one clip, and their tables."""
    tables = ("--table", "t.csv", "--table", "t.md", "--table", "t.json")
    every = "clip.mp4 clip.gif clip.webm clip.png clip/"
    size = "film.size=[960,720]"
    few = "film.fps=5"
    for layout in ("grid", "overlay"):
        for clock in ("epoch", "time"):
            for panel in ("false", "true"):
                name = f"{layout}-{clock}" + ("-loss" if panel == "true" else "")
                how = (f"compare.layout={layout}", f"compare.clock={clock}",
                       f"compare.loss_panel={panel}")  # fmt: skip
                outputs = every if name == "overlay-epoch" else "clip.mp4 clip.png"
                yield render(name, RACE, outputs, size, few, *how, options=tables)
        for theme in THEMES:
            look = (f"film.theme={theme}", f"compare.layout={layout}", "compare.loss_panel=true")
            own = theme.removeprefix("../").removesuffix(".toml")
            yield render(f"{layout}-{own}", RACE[:3], "clip.png", size, few, *look)
    mixed = ("demo", "sine", "batches", "points", "diverged", "one")
    yield render("grid-mixed", mixed, "clip.png", few, options=tables)
    yield render("overlay-mixed", mixed, "clip.png", "compare.layout=overlay", few)
    everything = (*RACE, *mixed, "linear", "batched", "module", "norm", "crowd", "large")
    yield render("grid-16", everything, "clip.png", "film.theme=light")
    yield render("overlay-16", everything, "clip.png", "compare.layout=overlay", "film.theme=dark")
    paced = ("film.pace=log", "film.duration=6", "film.hold_start=1", "film.hold_end=0.5")
    yield render("grid-paced", RACE, "clip.mp4", size, few, *paced)
    yield render("overlay-at", RACE, "clip.png", size, "compare.layout=overlay",
                 options=("--at", "40"))  # fmt: skip


def texts() -> Iterator[Command]:
    """Exports, descriptions and what else is no picture of a record."""
    for record in ("demo", "sine", "wild", "one", "points"):
        words = ("export", f"../records/{record}", "-o", "record.npz", "-o", "record.csv", "-q")
        yield Command(f"export-{record}", words)
    for record in ("demo", "sine", "wild", "points", "module", "open"):
        yield shown(f"info-{record}-json", "info", f"../records/{record}", "--json")
        yield shown(f"info-{record}", "info", f"../records/{record}")
    for film in ("demo.mp4", "demo.gif", "demo.webm", "demo.png", "demo", "comparison.gif"):
        yield shown(f"info-film-{film}", "info", f"../films/{film}", "--json")
    # A film of the version before, of the same record and settings, is up to date.
    again = [word for end in (".mp4", ".gif", ".webm", ".png", "/")
             for word in ("-o", f"../films/demo{end}")]  # fmt: skip
    small = ("--set", "film.size=[160,120]")
    yield shown("up-to-date", "render", "../records/linear", *again, *small)
    yield shown("targets", "targets")
    yield Command("targets-sheet", ("targets", "-o", "sheet.png", "-q"))
    yield Command("new", ("new", "job.toml", "-q"))
    yield shown("schema", "schema")
    yield shown("help", "--help")
    for command in ("run", "film", "train", "render", "compare", "export", "info", "new", "schema",
                    "targets", "doctor"):  # fmt: skip
        yield shown(f"help-{command}", command, "--help")


def refusals() -> Iterator[Command]:
    """What is not made: the exit code and the message."""
    for name, record, outputs, value in [
        ("key", "demo", "a.mp4", "film.sise=[3,4]"),
        ("theme", "demo", "a.mp4", "film.theme=drak"),
        ("theme-file", "demo", "a.mp4", "film.theme=none.toml"),
        ("panel", "demo", "a.mp4", 'film.panels=["los"]'),
        ("panel-twice", "demo", "a.mp4", 'film.panels=["loss","loss"]'),
        ("units-linear", "linear", "a.mp4", 'film.panels=["units"]'),
        ("units-large", "large", "a.mp4", 'film.panels=["units"]'),
        ("units-module", "module", "a.mp4", 'film.panels=["units"]'),
        ("weights-norm", "norm", "a.mp4", 'film.panels=["weights"]'),
        ("error-points", "points", "a.mp4", 'film.panels=["error"]'),
        ("truth-points", "points", "a.mp4", "film.truth=true"),
        ("size-small", "demo", "a.mp4", "film.size=[10,10]"),
        ("size-name", "demo", "a.mp4", "film.size=8k"),
        ("language", "demo", "a.mp4", "film.language=xx"),
        ("font", "demo", "a.mp4", "film.font=No Such Font"),
        ("characters", "demo", "a.mp4", "film.title=\U00010900"),
        ("mathematics", "demo", "a.mp4", r"film.title=$\nosuch$"),
        ("pace", "demo", "a.mp4", "film.pace=quick"),
        ("pace-order", "demo", "a.mp4", "film.pace=[[0,0],[5,2],[3,4]]"),
        ("title-long", "demo", "a.mp4", "film.title=" + "A title that is too long. " * 18),
        ("pace-duration", "demo", "a.mp4", "film.duration=1e-9"),
        ("holds", "demo", "a.mp4", "film.hold_end=90000"),
        ("transparent", "demo", "a.mp4", "film.transparent=true"),
        ("ending", "demo", "a.avi", "film.fps=20"),
        ("folder", "demo", "../theme.toml/a.mp4", "film.fps=20"),
        ("train", "demo", "a.mp4", "train.lr=0.1"),
        ("fps", "demo", "a.mp4", "film.fps=many"),
        ("missing", "none", "a.mp4", "film.fps=20"),
        ("twice", "demo", "a.mp4 a.mp4", "film.fps=20"),
    ]:
        code = 69 if name in ("font", "characters") else 74 if name == "folder" else 65
        yield render(f"refused-{name}", record, outputs, value, code=code)
    for name, value in [
        ("panels", 'film.panels=["units"]'),
        ("layout", "compare.layout=pile"), ("size", "film.size=[100,100]"),
        ("duration", "film.duration=0.01"),
    ]:  # fmt: skip
        yield render(f"refused-race-{name}", RACE, "a.mp4", value, code=65)
    yield render("refused-race-same", ("relu", "relu"), "a.mp4", code=65)
    yield render("refused-race-table", RACE, "a.mp4", options=("--table", "t.txt"), code=65)
    yield render("refused-at", "demo", "a.png", options=("--at", "3"), code=65)
    yield render("refused-sheet", "demo", "a.pdf", options=("--sheet", "3"), code=65)
    yield Command("refused-info", ("info", "../points.csv"), code=65)
    yield Command("refused-export", ("export", "../records/demo", "-o", "a.txt"), code=65)
    yield Command("refused-option", ("render", "--nosuch"), code=2)
    yield Command("refused-command", ("rendre",), code=2)


def commands() -> list[Command]:
    """All of them, each under a name of its own."""
    parts = (plain_films, themed_films, worded_films, paced_films, pages, comparisons, texts,
             refusals)  # fmt: skip
    return [command for part in parts for command in part()]
