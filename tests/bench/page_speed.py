"""How fast pages are in Chromium: bytes, time to the first picture, pictures a second.

.venv/bin/python tests/bench/page_speed.py PAGE.html …
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.browser import Tab, browser

SCRUB = """async () => {
    const began = performance.now();
    let shown = 0;
    while (performance.now() - began < 3000) {
        page.show((shown * 7) % page.player.count);
        shown++;
        await new Promise((done) => setTimeout(done, 0));  // in which it is painted
    }
    return shown / ((performance.now() - began) / 1000);
}"""


def measure(opened: Any, path: Path) -> str:
    """A line on one page."""
    firsts = []
    for _ in range(3):
        tab = Tab(opened, path.absolute(), size=(1280, 720))
        firsts.append(int(tab.page.get_attribute("body", "data-ready")))
    rate = tab.page.evaluate(SCRUB)
    size = path.stat().st_size / 1e6
    return f"{path}: {size:.2f} MB, first picture {min(firsts)} ms, {rate:.0f} pictures/s"


if __name__ == "__main__":
    with browser() as chromium:
        for argument in sys.argv[1:]:
            print(measure(chromium, Path(argument)))
