"""`fitreel.callbacks` imports a framework when it is named, and says which one is missing."""

import subprocess
import sys
import tomllib

import pytest
from support.program import ROOT

import fitreel

LIBRARIES = {
    "HuggingFace": ("transformers", "huggingface"),
    "Keras": ("keras", "keras"),
    "Lightning": ("lightning", "lightning"),
    "Skorch": ("skorch", "skorch"),
}


def test_naming_the_room_imports_nothing() -> None:
    libraries = {"torch", "numpy", "matplotlib", *(library for library, _ in LIBRARIES.values())}
    code = f"import sys, fitreel; fitreel.callbacks; print({libraries!r} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("name", LIBRARIES)
def test_one_that_is_missing_is_said(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    library, extra = LIBRARIES[name]
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setitem(sys.modules, "pytorch_lightning", None)
    with pytest.raises(fitreel.Unavailable) as caught:
        getattr(fitreel.callbacks, name)
    assert str(caught.value) == (
        f"fitreel.callbacks.{name} needs {library}, which is not installed: "
        f'pip install "fitreel[{extra}]"'
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert any(it.startswith(library) for it in project["optional-dependencies"][extra])


def test_no_others() -> None:
    assert {*fitreel.callbacks.__all__} == LIBRARIES.keys() <= {*dir(fitreel.callbacks)}
    with pytest.raises(AttributeError, match="Trainer"):
        fitreel.callbacks.Trainer  # type: ignore[attr-defined]  # noqa: B018
