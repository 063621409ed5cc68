"""Read the definitions in force: resources with their fields, rules with their law, dated parameters."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from gongzhi.editions.queries import in_force
from gongzhi.gate import needs
from gongzhi.lists import back_to

PLACES = re.compile(r"\{[^{}]*\}")
"""What a hit fills into a formula."""
WORDS = {
    "credit_code": "统一社会信用代码", "person_id": "身份证件号码",
    "code_or_id": "统一社会信用代码或身份证号码",
    "name": "名称", "person_name": "姓名", "text": "文字", "date": "日期", "period": "期间", "year": "年份",
    "money": "金额", "area": "面积", "number": "数值", "count": "整数", "percent": "百分比", "enum": "选项",
    "boolean": "是或否", "phone": "电话", "address": "地址", "certificate": "证照、文书编号",
}  # fmt: skip


@needs("see_definitions")
def definitions(request: HttpRequest) -> HttpResponse:
    """Everything that is shared, and the rules that compare it."""
    found = in_force()
    text = request.GET.get("q", "").strip()
    resources = [
        {"resource": resource, "providers": "、".join(found.units[key].name for key in resource.providers)}
        for resource in found.resources.values()
        if not text or text in resource.title or resource.number.startswith(text)
    ]
    rules = [
        folder.rule
        for folder in found.rules.values()
        if not text or text in folder.rule.name or text == folder.rule.code
    ]
    context = {"resources": resources, "rules": rules, "definitions": found, "q": text}
    return render(request, "editions/definitions.html", context)


@needs("see_definitions")
def resource(request: HttpRequest, number: str) -> HttpResponse:
    """One resource: who provides it, by when, and every column."""
    found = in_force()
    if number not in found.resources:
        raise Http404
    one = found.resources[number]
    providers = [found.units[key].name for key in one.providers]
    tables = {sheet.code for sheet in one.sheets}
    fed = [folder.rule for folder in found.rules.values() if tables & set(folder.rule.tables)]
    context = {
        "resource": one,
        "sheets": [(sheet, [(field, WORDS[field.type]) for field in sheet.fields]) for sheet in one.sheets],
        "back": back_to(request, "/definitions"),
        "providers": providers,
        "rules": fed,
        "frequency": found.frequencies[one.frequency],
    }
    return render(request, "editions/resource.html", context)


@needs("see_definitions")
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: what it compares, the formula, the law, its parameters and worked examples."""
    found = in_force()
    if code not in found.rules:
        raise Http404
    folder = found.rules[code]
    today = timezone.localdate()
    used = [(found.parameters[key], found.parameters[key].at(today)) for key in folder.rule.parameters]
    tables = [(name, found.tables[name][0]) for name in folder.rule.tables]
    context = {
        "rule": folder.rule,
        "formula": PLACES.sub("…", folder.rule.formula),
        "back": back_to(request, "/definitions"),
        "sql": folder.sql,
        "cases": folder.cases.cases,
        "used": used,
        "tables": tables,
    }
    return render(request, "editions/rule.html", context)


@needs("see_definitions")
def parameters(request: HttpRequest) -> HttpResponse:
    """Every dated value with its source; what a site must confirm is marked."""
    today = timezone.localdate()
    rows = [(one, one.at(today)) for one in in_force().parameters.values()]
    return render(request, "editions/parameters.html", {"rows": rows})
