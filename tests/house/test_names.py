"""House rule 12: one English word per concept, and no words that say nothing."""

import re

import pytest
from docs.generate import pages
from tests.house.source import ROOT, SRC, defined, nothing, product, words

from gongzhi.engine.definitions import load

EMPTY = {
    "manager",
    "helper",
    "helpers",
    "util",
    "utils",
    "service",
    "services",
    "process",
    "handle",
    "handler",
}
# Hooks that Django and html.parser call by these names.
HOOKS = {"process_view", "process_exception", "handle", "handle_starttag", "handle_endtag", "handle_data"}


def test_no_identifier_says_nothing():
    nothing(
        f"{module.name}:{line} {name}"
        for module in product()
        for line, name in defined(module)
        if words(name) & EMPTY and name not in HOOKS
    )


def test_no_file_or_folder_says_nothing():
    nothing(
        path.relative_to(ROOT).as_posix()
        for path in SRC.rglob("*")
        if "__pycache__" not in path.parts and words(path.stem) & (EMPTY | {"common", "misc"})
    )


def test_no_identifier_uses_a_word_that_the_glossary_gives_up():
    terms = load(ROOT / "definitions").terms.values()
    given_up = {word: term.english for term in terms for word in term.avoid}
    patterns = {word: re.compile(rf"(^|_){word}s?(_|$)") for word in given_up}

    def spelled(name: str) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()

    nothing(
        f"{module.name}:{line} {name}：请用 {given_up[word]}"
        for module in product()
        for line, name in defined(module)
        for word, pattern in patterns.items()
        if pattern.search(spelled(name))
    )


def test_the_glossary_gives_no_word_to_two_concepts_and_gives_up_none_that_it_uses():
    terms = list(load(ROOT / "definitions").terms.values())
    english = [term.english for term in terms]
    assert len(set(english)) == len(english)
    assert not {word for term in terms for word in term.avoid} & set(english)


@pytest.mark.parametrize("path", list(pages()), ids=lambda path: path.name)
def test_generated_pages_are_current(path):
    assert path.read_text("utf-8") == pages()[path], "请运行 .venv/bin/python docs/generate.py"
