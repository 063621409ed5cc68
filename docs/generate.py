"""Writes the pages of docs/ that are made from definitions/: `.venv/bin/python docs/generate.py`."""

from pathlib import Path

from gongzhi.engine.definitions import load
from gongzhi.engine.definitions.pages import glossary_page

ROOT = Path(__file__).resolve().parents[1]


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    definitions = load(ROOT / "definitions")
    return {ROOT / "docs" / "glossary.md": glossary_page(definitions.terms.values())}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, "utf-8")
