"""A real notebook kernel with inline plots: it stays as it was, and shows films."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.frames import decoded

from fitreel.render.metadata.checksum import check_whole

pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib_inline")
jupyter_client = pytest.importorskip("jupyter_client")

LOOP = """
fig, ax = plt.subplots(figsize=(1, 1))
with fitreel.film("{name}") as film:
    for i in {numbers}:
        ax.cla(); ax.plot([0, i]); film.frame()
"""


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[tuple[Any, Any]]:
    manager = jupyter_client.KernelManager()
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


RECORDED = """
import fitreel, numpy as np, time
print("before")
x = np.linspace(-1, 1, 20)
rec = fitreel.Recorder("run", x, x**3, name="<b>bold</b>")
rec.live()
began = time.perf_counter()
for step in range(3000):
    rec.log(step, 1 / (step + 1), x * step / 3000)
took = time.perf_counter() - began
rec.close()
share = rec._run_log.shown._spent / took
"""


def cell(client: Any, code: str) -> list[tuple[str, dict[str, Any]]]:
    """Run a cell; what the notebook would have shown below it."""
    shown: list[tuple[str, dict[str, Any]]] = []

    def note(message: dict[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind in ("display_data", "execute_result", "update_display_data"):
            shown.append((kind, content["data"]))
        elif kind in ("stream", "error", "clear_output"):
            shown.append((kind, {"text": str(content)}))

    client.execute_interactive(code, output_hook=note, timeout=60, store_history=False)
    return shown


@pytest.mark.filterwarnings("ignore")  # of these libraries' own
def test_a_notebook_stays_as_it_was_and_shows_films(
    kernel: tuple[Any, Any], tmp_path: Path
) -> None:
    manager, client = kernel
    state = "(matplotlib.get_backend(), dict(matplotlib.rcParams), plt.isinteractive())"
    assert not cell(
        client,
        "%matplotlib inline\nimport matplotlib, matplotlib.pyplot as plt, threading\n"
        f"plt.style.use('ggplot')\nbefore = {state}",
    )
    plot = "plt.figure(figsize=(1, 1)); plt.plot([1, 2]); plt.show()"
    ((kind, picture),) = cell(client, plot)
    assert kind == "display_data" and "image/png" in picture
    (shown,) = cell(client, "import fitreel" + LOOP.format(name="a.mp4", numbers="range(9)"))
    assert "image/png" in shown[1], "the figure, as any that a cell leaves open"
    ((kind, film),) = cell(client, "fitreel.Writer, fitreel.animate; film")
    assert kind == "execute_result" and film["text/html"].startswith("<video ")
    ((_, film),) = cell(client, "film.path")
    assert film["text/html"].startswith("<video ")
    assert cell(client, plot) == [("display_data", picture)]
    assert not cell(client, f"assert {state} == before\nassert not plt.get_fignums()")
    check_whole(tmp_path / "a.mp4")

    endless = LOOP.format(name="b.mp4", numbers="iter(int, 1)")
    message = client.execute(endless.replace("0, i", "0, 1"))
    while not list(tmp_path.glob(".b.mp4*.tmp")):
        time.sleep(0.05)
    time.sleep(0.3)
    manager.interrupt_kernel()
    while True:
        reply = client.get_shell_msg(timeout=60)
        if reply["parent_header"]["msg_id"] == message:
            break
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    check_whole(tmp_path / "b.mp4")
    assert len(decoded(tmp_path / "b.mp4"))


def test_a_recorder_draws_in_place_and_shows_its_page(
    kernel: tuple[Any, Any], tmp_path: Path
) -> None:
    _, client = kernel
    (_, printed), (kind, first), *updates = cell(client, RECORDED)
    assert "before" in printed["text"] and kind == "display_data" and "<svg" in first["text/html"]
    assert updates and {kind for kind, _ in updates} == {"update_display_data"}
    last = updates[-1][1]["text/html"]
    assert "step 2999" in last and "&lt;b&gt;bold" in last and "<b>" not in last
    ((_, said),) = cell(client, "print(share < 0.05)")
    assert "True" in said["text"]
    for value in ("rec", "fitreel.Run('run')"):
        ((kind, shown),) = cell(client, value)
        page = shown["text/html"]
        assert kind == "execute_result" and page.startswith('<iframe sandbox="allow-scripts"')
        assert len(page) < 1_500_000 and "<b>bold" not in page
