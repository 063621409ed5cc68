"""What is listed can be taken away: the view of every list offers its file."""

import ast
from collections.abc import Iterator

from tests.house.source import nothing, product


def called(node: ast.AST) -> set[str]:
    calls = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
    return {getattr(one, "id", getattr(one, "attr", "")) for one in calls}


def takers() -> dict[str, set[str]]:
    """What each function of the views calls, that of the functions of its module that it calls included."""
    found = {}
    for module in product():
        if "views" not in module.name:
            continue
        own = {node.name: called(node) for node in module.nodes(ast.FunctionDef)}
        for name, calls in own.items():
            found[f"{module.name}:{name}"] = calls.union(*(own[one] for one in calls & set(own)))
    return found


def test_every_view_of_a_list_offers_its_file():
    """`listing` and `table` make a list; whoever renders one answers `export` first."""
    nothing(
        f"{name} 列出清单，却不能导出"
        for name, calls in takers().items()
        if calls & {"listing", "table"} and "render" in calls and "exported" not in calls
    )


OF_TAXPAYERS = {"registry", "risk", "grid", "collaboration", "credit", "cultivation"}
"""Rooms whose things are taxpayers and what is held of them."""


def lists() -> Iterator[tuple[str, str, str | None]]:
    """Every call that makes a list: where, in which room, and whether it is guarded, as it is written."""
    for module in product():
        if len(module.parts) < 2 or not module.parts[1].startswith("views"):
            continue
        for node in module.nodes(ast.Call):
            if getattr(node.func, "id", "") in {"listing", "table"}:
                said = {one.arg: ast.unparse(one.value) for one in node.keywords}
                yield f"{module.name}:{node.lineno}", module.parts[0], said.get("guarded")


def test_every_list_says_whether_it_is_guarded():
    """What shows more of enterprises or persons than the public knows is taken away with others' word."""
    nothing(f"{where} 没有写明 guarded" for where, _, said in lists() if said is None)


def test_a_list_of_taxpayers_is_guarded():
    nothing(
        f"{where} 列出纳税人，却没有看护"
        for where, room, said in lists()
        if room in OF_TAXPAYERS and said == "False"
    )


def test_there_are_lists_to_look_at():
    assert sum("exported" in calls for calls in takers().values()) > 20
