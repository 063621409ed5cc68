"""House rule 6, and the words of the trail: what a test can hold of them over all rooms."""

import ast
import re
from importlib import import_module

import pytest
from django.apps import apps
from tests.house.source import SRC, nothing, product

from gongzhi.audit.states import DETAILS, SUBJECTS, VERBS
from gongzhi.organisation.queries import definitions

ROOMS = sorted(config.label for config in apps.get_app_configs() if config.name.startswith("gongzhi."))
WITH_MODELS = [room for room in ROOMS if any(apps.get_app_config(room).get_models())]


@pytest.mark.parametrize("room", WITH_MODELS)
def test_every_room_with_models_says_what_may_be_seen(room):
    queries = import_module(f"gongzhi.{room}.queries")
    seeing = [name for name in vars(queries) if name == "visible_to" or name.endswith("_visible_to")]
    assert seeing, f"{room}.queries has no visible_to(sight)"


def recorded():
    """Every verb that the product writes into the trail, with where; also one that is put in a name first."""
    for module in product():
        for node in module.nodes(ast.Call):
            named = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if named == "record" and node.args:
                kinds = [keyword.value for keyword in node.keywords if keyword.arg == "subject"]
                kind = kinds[0].elts[0] if kinds and isinstance(kinds[0], ast.Tuple) else None
                for verb in verbs(node.args[0], module):
                    yield f"{module.name}:{node.lineno}", verb, getattr(kind, "value", None)


def verbs(said, module):
    """What may stand in the place of a verb: a text, either of two, or what its name was given before."""
    if isinstance(said, ast.IfExp):
        return verbs(said.body, module) + verbs(said.orelse, module)
    if isinstance(said, ast.Name):
        given = [node.value for node in module.nodes(ast.Assign) if said.id in map(name_of, node.targets)]
        return [verb for value in given if not isinstance(value, ast.Name) for verb in verbs(value, module)]
    return [said.value] if isinstance(said, ast.Constant) else []


def name_of(target):
    return getattr(target, "id", "")


def test_every_recorded_verb_and_subject_has_a_chinese_word():
    nothing(
        f"{where} {verb}：audit/states.py 没有它的中文" for where, verb, _ in recorded() if verb not in VERBS
    )
    nothing(
        f"{where} {kind}：audit/states.py 没有它的中文"
        for where, _, kind in recorded()
        if kind and kind not in SUBJECTS
    )


def details():
    """Every part of a detail that the product writes down, with where."""
    for module in product():
        for node in module.nodes(ast.Call):
            if getattr(node.func, "id", getattr(node.func, "attr", "")) not in {"record", "noted"}:
                continue
            for said in (keyword.value for keyword in node.keywords if keyword.arg == "detail"):
                for key in parts(said, module):
                    yield f"{module.name}:{node.lineno}", key


def parts(said, module):
    """The keys of a dict, of dicts put together, of what a name was given or a function gives back."""
    if isinstance(said, ast.Dict):
        return {one.value for one in said.keys if isinstance(one, ast.Constant)}
    if isinstance(said, ast.BinOp | ast.IfExp | ast.BoolOp):
        return set().union(*(parts(one, module) for one in ast.iter_child_nodes(said)))
    if isinstance(said, ast.Name):
        given = [node.value for node in module.nodes(ast.Assign) if said.id in map(name_of, node.targets)]
        added = [node.value for node in module.nodes(ast.AugAssign) if said.id == name_of(node.target)]
        return set().union(*(parts(one, module) for one in given + added if not isinstance(one, ast.Name)))
    if isinstance(said, ast.Call):
        made = [one for one in module.nodes(ast.FunctionDef) if one.name == name_of(said.func)]
        back = [node.value for one in made for node in ast.walk(one) if isinstance(node, ast.Return)]
        return set().union(*(parts(one, module) for one in back))
    return set()


def test_every_part_of_a_detail_has_a_chinese_word():
    found = sorted(set(details()))
    assert len(found) > 100
    nothing(f"{where} {key}：audit/states.py 没有它的中文" for where, key in found if key not in DETAILS)


def test_no_view_asks_for_a_role():
    """The gate decides on duties; a role named in a view would be a second gate."""
    roles = set(definitions().roles)
    nothing(
        f"{module.name}:{node.lineno} {node.value}"
        for module in product()
        for node in module.nodes(ast.Constant)
        if "views" in str(module.name) and node.value in roles - {"office", "leader", "enterprise"}
    )


def test_templates_never_mark_text_as_safe():
    nothing(
        f"{path.relative_to(SRC)}：{word}"
        for path in SRC.rglob("*.html")
        for word in ("|safe", "autoescape off", " style=", "<style", " onclick=", "javascript:")
        if word in path.read_text("utf-8")
    )


FORM = re.compile(r"<form.*?</form>", re.DOTALL)
VERDICT = re.compile(r"<button[^>]* name=")
ONE_LINE = re.compile(r"<input(?![^>]*type=\"(?:hidden|checkbox|radio|file|date)\")[^>]*>")


def test_enter_in_a_text_takes_no_decision():
    """Enter in a text of one line presses the form's first button: a reason to refuse would agree."""
    forms = [(path, form) for path in SRC.rglob("*.html") for form in FORM.findall(path.read_text("utf-8"))]
    deciding = [(path, form) for path, form in forms if len(VERDICT.findall(form)) > 1]
    assert len(deciding) > 5
    nothing(
        f"{path.relative_to(SRC)}：{text}，请用 textarea"
        for path, form in deciding
        for text in ONE_LINE.findall(form)
    )
