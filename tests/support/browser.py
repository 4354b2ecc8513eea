"""A real browser without a window, what it said, and what it asked for."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.program import time_limit

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
]  # fmt: skip
SIZE = 960, 600
READY = "body[data-ready], body[data-broken]"
PATIENCE = time_limit(8)
"""Seconds until what is waited for has to be there."""


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium; where it or playwright isn't installed, the tests are skipped."""
    playwright = pytest.importorskip("playwright.sync_api")
    pytest.importorskip("bokeh")
    if CHROMIUM is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield opened
        finally:
            opened.close()


class Tab:
    """A page that is open: `complaints` are errors and warnings, `requests` all that it loaded."""

    def __init__(self, opened: Any, address: str | os.PathLike[str], **options: Any) -> None:
        width, height = options.pop("size", SIZE)
        self.page = opened.new_page(viewport={"width": width, "height": height}, **options)
        self.page.set_default_timeout(1000 * PATIENCE)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        url = address if isinstance(address, str) else Path(address).as_uri()
        self.page.goto(url)
        # A page whose script has failed says so at once; one that was cut off has no script.
        self.page.wait_for_selector(READY, state="attached")
        broken = self.page.get_attribute("body", "data-broken") or self.complaints
        assert not broken, broken

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def at(self, step: int) -> None:
        """Wait until this step is on screen."""
        self.page.wait_for_selector(f'body[data-step="{step}"]')

    def until(self, function: str) -> None:
        """Wait until a function of the page, without arguments, says so."""
        limit = time.monotonic() + PATIENCE
        while not self.page.evaluate(function):
            assert time.monotonic() < limit, function
            self.page.wait_for_timeout(20)

    def press(self, key: str, step: int) -> None:
        """Press a key, which leads to a step."""
        self.page.keyboard.press(key)
        self.at(step)

    def text(self, selector: str) -> str:
        """What is read there."""
        return str(self.page.inner_text(selector))

    def point_at(self, name: str, number: int) -> str:
        """Hold the pointer over a point of the losses; what is read there."""
        x, y = self.page.evaluate(
            """([name, number]) => {
                const {view} = page.lossPlot, {x, y} = page.lossPlot.source(name).data;
                const {left, top} = view.el.getBoundingClientRect();
                const across = view.frame.x_scale.compute(x[number]);
                return [left + across, top + view.frame.y_scale.compute(y[number])];
            }""",
            [name, number],
        )
        self.page.mouse.move(x, y)
        return str(self.page.inner_text(".bk-tooltip-content"))

    def table(self, plot: int, name: str) -> dict[str, list[float]]:
        """What a plot draws, by the name of its table; plot -1 is that of the losses."""
        values = self.page.evaluate(
            """([at, name]) => {
                const plot = at < 0 ? page.lossPlot : page.plots[at].plot;
                const data = plot.data(name);
                return Object.fromEntries(Object.entries(data).map(([k, v]) => [k, [...v]]));
            }""",
            [plot, name],
        )
        return dict(values)
