"""The notebooks run from beginning to end and show what they promise."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


@pytest.fixture(scope="module")
def libraries() -> None:
    for name in ("nbclient", "ipykernel", "matplotlib", "networkx", "pandas", "rdflib"):
        pytest.importorskip(name)


def run(name: str) -> list[dict[str, Any]]:
    """The outputs of a notebook's cells; a cell that fails raises."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    return [dict(output) for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


@pytest.mark.slow
@pytest.mark.usefixtures("libraries")
@pytest.mark.parametrize(
    ("name", "plots", "shown"), [("first_steps.ipynb", 3, "小城读书会"), ("archive_study.ipynb", 1, "True")]
)
def test_notebook_runs_and_shows_its_plots(name: str, plots: int, shown: str):
    outputs = run(name)
    assert sum("image/png" in output.get("data", {}) for output in outputs) == plots
    assert any(shown in str(output.get("data", {}).get("text/plain", "")) for output in outputs)


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name)
def test_notebook_is_kept_without_outputs(path: Path):
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


def test_a_font_that_draws_chinese_is_found_or_missed_with_advice():
    pytest.importorskip("matplotlib")
    from jishi.exports.plotting import use_chinese_font

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        family = use_chinese_font()
    if family is None:
        assert "fonts-noto-cjk" in str(caught[-1].message)
        return
    from matplotlib import font_manager

    font = font_manager.get_font(font_manager.findfont(family, fallback_to_default=False))
    assert all(font.get_char_index(ord(character)) for character in "纪事會議")


def test_without_a_font_nothing_fails(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("matplotlib")
    from jishi.exports import plotting

    monkeypatch.setattr(plotting, "_find_families", lambda: iter(()))
    with pytest.warns(UserWarning, match="jishi\\[fonts\\]"):
        assert plotting.use_chinese_font() is None
