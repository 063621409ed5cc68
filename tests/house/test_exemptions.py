"""House rule 15: nothing is let off without saying why, and no list of exemptions grows."""

import io
import re
import tokenize
import tomllib

from tests.house.source import ROOT, modules, nothing

SILENCING = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:|nosec|pylint:\s*disable|mypy:\s*ignore)", re.I)
RULE = r"(noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|type:\s*ignore\[[a-z-, ]+\])"
REASONED = re.compile(rf"#\s*{RULE}\s+[#-]\s*\S.{{5,}}")


def comments(text: str):
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def test_what_is_silenced_names_its_rule_and_its_reason():
    nothing(
        f"{module.name}:{line} {comment}"
        for module in modules("src", "tests", "bench", "docs")
        for line, comment in comments(module.text)
        if SILENCING.search(comment) and not REASONED.search(comment)
    )


def test_no_file_is_let_off_whole():
    nothing(
        f"{module.name}:{line} {comment}"
        for module in modules("src", "tests", "bench", "docs")
        for line, comment in comments(module.text)
        if re.search(r"#\s*(ruff|flake8):|#\s*mypy:\s*ignore-errors|#\s*fmt:\s*off", comment)
    )


def test_settings_let_off_only_tests_benches_and_migrations():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    ruff = set(settings["ruff"]["lint"]["per-file-ignores"])
    assert ruff <= {"**/tests/**", "tests/**", "bench/**", "run", "**/migrations/*"}
    for override in settings["mypy"]["overrides"]:
        if override.get("ignore_errors"):
            assert all("tests" in module or "migrations" in module for module in override["module"])
    for contract in settings["importlinter"]["contracts"]:
        assert not contract.get("ignore_imports"), contract["name"]


def test_no_work_is_promised_in_a_comment():
    nothing(
        f"{module.name}:{line} {comment}"
        for module in modules("src", "tests", "bench", "docs")
        for line, comment in comments(module.text)
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", comment)
    )
