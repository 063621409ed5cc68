"""What is listed can be taken away: the view of every list offers its file."""

import ast

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


def test_there_are_lists_to_look_at():
    assert sum("exported" in calls for calls in takers().values()) > 20
