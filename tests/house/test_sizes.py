"""House rules 13 and 15: files, functions and views stay small."""

import ast

from tests.house.source import modules, nothing, product

FILE, FUNCTION, VIEW = 400, 40, 25


def length(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1


def test_no_file_over_400_lines():
    nothing(
        f"{module.name} 有 {count} 行"
        for module in modules("src", "tests", "bench", "docs")
        if (count := module.text.count("\n")) > FILE
    )


def test_no_function_over_40_lines():
    nothing(
        f"{module.name}:{node.lineno} {node.name} 有 {length(node)} 行"
        for module in product()
        for node in module.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if length(node) > FUNCTION
    )


def test_no_view_over_25_lines():
    nothing(
        f"{module.name}:{node.lineno} {node.name} 有 {length(node)} 行"
        for module in product()
        if "views" in (module.path.stem, module.path.parent.name)
        for node in module.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if length(node) > VIEW
    )
