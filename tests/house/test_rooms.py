"""The house: rooms have only the allowed names, and inside a room the arrows point one way."""

import ast
import tomllib

import pytest
from tests.house.source import ROOT, SRC, Module, nothing, product

ORDER = ["urls", "views", "forms", "actions", "queries", "models", "states"]
ALLOWED = {"__init__", *ORDER, "templates", "tests", "migrations"}
SURFACES = {"engine", "gate", "lists", "web", "worker", "cli", "synth"}  # no domain rooms: they own no fact


def layers() -> list[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    names = next(contract["layers"] for contract in contracts if contract["containers"] == ["gongzhi"])
    return [room for layer in names for room in layer.split(" | ")]


def rooms() -> list[str]:
    return [room for room in layers() if room not in SURFACES]


def test_every_folder_is_a_room_of_the_design():
    found = {path.parent.name for path in SRC.glob("*/__init__.py")}
    assert found == set(layers())


@pytest.mark.parametrize("room", rooms())
def test_a_room_has_only_the_allowed_names(room):
    nothing(
        path.relative_to(ROOT).as_posix()
        for path in (SRC / room).iterdir()
        if path.name != "__pycache__" and path.stem not in ALLOWED
    )


@pytest.mark.parametrize("room", rooms())
def test_a_room_says_what_it_is_in_five_lines(room):
    text = ast.get_docstring(ast.parse((SRC / room / "__init__.py").read_text("utf-8")))
    assert text
    assert len(text.split("\n")) <= 5


def test_no_name_that_a_package_gives_is_that_of_another_of_its_modules():
    """Else `package.name` is one or the other, whichever was imported last."""
    nothing(
        f"{module.name}:{node.lineno}: {name}"
        for module in product()
        if module.path.name == "__init__.py"
        for node in module.nodes(ast.ImportFrom)
        if node.level == 1 and node.module
        for name in (alias.asname or alias.name for alias in node.names)
        if name != node.module and (module.path.parent / f"{name}.py").exists()
    )


def imported(module: Module) -> list[tuple[int, str]]:
    """What a module of a room imports from the same room, by the name of the part."""
    room = module.parts[0]
    depth = len(module.parts) - 1
    found: list[tuple[int, str]] = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            found += [(node.lineno, part) for part in _parts(node, room, depth)]
        elif isinstance(node, ast.Import):
            prefix = f"gongzhi.{room}."
            names = (alias.name for alias in node.names if alias.name.startswith(prefix))
            found += [(node.lineno, name.removeprefix(prefix).split(".")[0]) for name in names]
    return found


def _parts(node: ast.ImportFrom, room: str, depth: int) -> list[str]:
    source = node.module or ""
    if node.level:
        if node.level != depth:
            return []  # a neighbour inside one split part
    elif source == f"gongzhi.{room}":
        source = ""
    elif source.startswith(f"gongzhi.{room}."):
        source = source.removeprefix(f"gongzhi.{room}.")
    else:
        return []
    return [source.split(".")[0]] if source else [alias.name for alias in node.names]


def test_inside_a_room_each_part_imports_only_what_lies_below():
    rank = {name: place for place, name in enumerate(ORDER)}

    def lines():
        for module in product():
            if len(module.parts) < 2 or module.parts[0] in SURFACES:
                continue
            part = module.parts[1].removesuffix(".py")
            for line, other in imported(module):
                if part in rank and other in rank and rank[other] < rank[part]:
                    yield f"{module.name}:{line} {part} 引用了上层的 {other}"

    nothing(lines())


WRITES = {"save", "bulk_create", "bulk_update", "create", "get_or_create", "update_or_create"}


def test_only_actions_write():
    """Calls on `objects`, and `save`, outside `actions`: reading parts must not write."""

    def lines():
        for module in product():
            if len(module.parts) < 2 or module.parts[0] in SURFACES:
                continue
            if module.parts[1].removesuffix(".py") in {"actions", "models"}:
                continue
            for node in module.nodes(ast.Call):
                called = node.func
                if isinstance(called, ast.Attribute) and called.attr in WRITES and _on_model(called):
                    yield f"{module.name}:{node.lineno} {ast.unparse(called)}"

    nothing(lines())


def _on_model(called: ast.Attribute) -> bool:
    return called.attr == "save" or ".objects" in f".{ast.unparse(called.value)}"
