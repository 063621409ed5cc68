"""The project's own Python, parsed once for all house rules."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "gongzhi"


@dataclass(frozen=True)
class Module:
    """One Python file: its place within the project, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def parts(self) -> tuple[str, ...]:
        return self.path.relative_to(SRC).parts if self.path.is_relative_to(SRC) else ()

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file below the folders, without generated migrations."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    texts = ((path, path.read_text("utf-8")) for path in paths if "migrations" not in path.parts)
    return tuple(Module(path, text, ast.parse(text)) for path, text in texts)


def product() -> tuple[Module, ...]:
    """The product's modules without their tests."""
    return tuple(module for module in modules("src") if "tests" not in module.parts)


def words(name: str) -> set[str]:
    """The words of an identifier: `readCreditCode` and `read_credit_code` both give read, credit, code."""
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_").split("_"))


def defined(module: Module) -> Iterator[tuple[int, str]]:
    """Names that the module itself gives: functions, classes, parameters, variables, attributes of self."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def docstrings(module: Module) -> set[int]:
    """Identities of the constants that are docstrings."""
    found = set()
    for node in module.nodes(ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef):
        first = node.body[0] if node.body else None  # type: ignore[attr-defined]  # nodes() keeps these kinds only
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            found.add(id(first.value))
    return found


def nothing(lines: Iterator[str]) -> None:
    """Fails with every line at once."""
    found = sorted(set(lines))
    assert not found, f"{len(found)} 处不合家规：\n" + "\n".join(found)
