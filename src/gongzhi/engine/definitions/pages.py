"""Reference pages that are made from definitions, so that they cannot say anything else."""

from __future__ import annotations

from collections.abc import Iterable

from .words import Term

_GLOSSARY = """\
# Glossary

One English word for each Chinese concept, everywhere: code, tests, addresses, file names. Official titles
stay verbatim in the definitions. Made from `definitions/glossary.yml` by `docs/generate.py`; change it there.

| 中文 | English | 说明 | not |
|---|---|---|---|
"""


def glossary_page(terms: Iterable[Term]) -> str:
    """`docs/glossary.md` as text: the terms in the order in which the file gives them."""
    rows = (f"| {t.chinese} | {t.english} | {t.meaning or ''} | {', '.join(t.avoid)} |" for t in terms)
    return _GLOSSARY + "\n".join(rows) + "\n"
