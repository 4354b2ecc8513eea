"""A page as one file: its numbers, plots, colours and scripts, in bytes."""

import html
import json
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from fitreel.render.mpl.theme import Theme
from fitreel.render.web.charts import Chart
from fitreel.render.web.description import Description, describe
from fitreel.render.web.figures import Figures, script_of_library
from fitreel.render.web.packed import compressed_text
from fitreel.render.web.page_size import check_size
from fitreel.render.web.page_subject import PageSubject

ASSETS = Path(__file__).with_name("assets")
SCRIPTS = (
    "numbers.js", "marks.js", "plots.js", "fields.js", "inside.js", "player.js", "page.js",
    "live.js", "main.js",
)  # fmt: skip
"""In the order in which they need each other."""
NO_SCRIPT = "This page needs JavaScript."


def page_of(subject: PageSubject) -> bytes:
    """The whole page, as a file.

    Raises:
        BadInput: it would be too large.
        Unavailable: bokeh isn't installed.
        Damaged: a record's file has changed since it was opened.
    """
    check_size(subject)
    theme, content = subject.theme, describe(subject)
    return document_of(content | plots_of(content, theme, subject), theme, subject, None)


def plots_of(content: Description, theme: Theme, subject: PageSubject) -> Description:
    """The plots, the colours, and what else doesn't change while a run grows."""
    figures = Figures(theme)
    losses = content["losses"] | {
        "plot": figures.losses(
            len(content["groups"] or content["runs"]),
            content["clock"]["name"],
            content["losses"]["noise_name"],
        )
    }
    return {
        "losses": losses,
        "plots": [
            None if chart["kind"] == "confusion" else figures.chart(chart, _curves(chart, content))
            for chart in content["charts"]
        ],
        "truth": subject.picture.truth,
        "colours": {
            "axes": theme.axes, "text": theme.text, "points": theme.points,
            "quiet": theme.quiet_points, "classes": list(theme.classes),
            "lines": list(theme.lines),
        },
    }  # fmt: skip


def document_of(
    content: Description, theme: Theme, subject: PageSubject, live: dict[str, Any] | None
) -> bytes:
    """The file around a page's content; `live`: what the script of one that grows asks with."""
    if live is not None:
        content = content | {"live": live}
    values = {
        "language": html.escape(subject.picture.language, quote=True),
        "title": html.escape(content["title"]),
        "subtitle": html.escape(content["subtitle"]),
        "layout": subject.layout,
        "colours": _colours(theme),
        "connect": "'self'" if live is not None else "'none'",
        "style": (ASSETS / "page.css").read_text("utf-8"),
        "noscript": NO_SCRIPT,
        "page": json_in_markup(content),
        "library": _library(),
        "script": "\n".join((ASSETS / name).read_text("utf-8") for name in SCRIPTS),
    }
    template = Template((ASSETS / "page.html").read_text("utf-8"))
    return template.substitute(values).encode()


def json_in_markup(content: Any) -> str:
    """JSON that ends no script element and begins none, whatever texts are in it."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _curves(chart: Chart, content: Description) -> int:
    """How many curves a plot has."""
    runs = chart["runs"]
    if "lines" in chart:
        return len(chart["lines"])
    if chart["kind"] == "units":
        return len(chart["colours"])
    return int(content["runs"][runs[0]]["columns"]) if chart["kind"] == "curves" else len(runs)


def _colours(theme: Theme) -> str:
    """The theme's colours as the style names them."""
    named = {
        "text": theme.text, "background": theme.background, "axes": theme.axes,
        "muted": theme.muted, "grid": theme.grid, "warning": theme.warning, "edge": theme.muted,
        "prediction": theme.prediction, "focus": theme.data_text,
        "title-weight": theme.title_weight,
    }  # fmt: skip
    return " ".join(f"--{name}: {value};" for name, value in named.items())


@cache
def _library() -> str:
    return compressed_text(script_of_library().encode())
