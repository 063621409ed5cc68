"""The catalogue against annexes 2 and 4, both ways: nothing missing, nothing invented unmarked."""

from collections.abc import Iterator
from typing import Any

from tests.definitions.compared import differences, nothing

from gongzhi.engine.definitions import Definitions, Field, Resource, Sheet

LOST = "（资源名称缺失）"  # how the checked text marks the one resource whose name was lost


def annex2(mission) -> dict[str, dict[str, Any]]:
    groups = mission("annex2_sharing_catalogue.yaml")["providers"]
    return {entry["id"]: entry | {"seq": group["seq"]} for group in groups for entry in group["resources"]}


def annex4(mission, definitions: Definitions) -> dict[str, dict[str, Any]]:
    items = mission("annex4_collaboration_items.yaml")["items"]
    delivering = {number for number, item in definitions.collaboration.items() if item.resource}
    return {f"K.{item['seq']}": item for item in items if item["seq"] in delivering}


def items_of(entries: list[Any]) -> dict[str, str | None]:
    """Data items by their corrected name, with the damaged wording of the source where there is one."""
    pairs = [
        (entry, None) if isinstance(entry, str) else (entry["name"], entry.get("source_name"))
        for entry in entries
    ]
    return dict(pairs)


def realised(field: Field, sheet: Sheet, items: dict[str, str | None]) -> str:
    """The data item that a field stands for: stated, its own title, or that of its whole sheet."""
    if field.item or field.title in items:
        return field.item or field.title
    return sheet.item or field.title


def field_lines(resource: Resource, items: dict[str, str | None]) -> Iterator[str]:
    sources: dict[str, set[str | None]] = {}
    for sheet in resource.sheets:
        for field in (field for field in sheet.fields if not field.proposed):
            item = realised(field, sheet, items)
            sources.setdefault(item, set()).add(field.source_title)
            if item not in items:
                yield f"{resource.number} {field.key}：数据项“{item}”不在附件中，又未注 proposed"
    for item, source in items.items():
        if item not in sources:
            yield f"{resource.number} 缺少数据项“{item}”"
        elif source and source not in sources[item]:
            yield f"{resource.number}“{item}”应保留原文 source_title：{source}"
        elif not source and sources[item] != {None}:
            yield f"{resource.number}“{item}”原文无误，不应有 source_title"


def resource_lines(resource: Resource, entry: dict[str, Any]) -> Iterator[str]:
    title = entry["name"].removeprefix(LOST)
    if resource.title not in {title, entry["name"]}:
        yield f"{resource.number} 名称：附件为“{title}”，定义为“{resource.title}”"
    source = entry.get("source_name")
    if source != resource.source_title:
        yield f"{resource.number} source_title：原文 {source!r}，定义 {resource.source_title!r}"
    if resource.frequency != entry["frequency"]:
        yield f"{resource.number} 频率：附件为“{entry['frequency']}”，定义为“{resource.frequency}”"


def test_annex_2_has_20_providers_61_resources_308_fields(mission):
    entries = annex2(mission)
    assert len({entry["seq"] for entry in entries.values()}) == 20
    assert len(entries) == 61
    assert sum(len(entry["fields"]) for entry in entries.values()) == 308


def test_resources_are_those_of_annex_2_and_4_and_the_bureaus_own(definitions, mission):
    notice = [*annex2(mission), *annex4(mission, definitions)]
    ours = [number for number in definitions.resources if not number.startswith("T.")]
    nothing(differences(dict.fromkeys(notice), dict.fromkeys(ours), "资源"))
    bureau = definitions.district.bureau
    nothing(
        f"{number} 不在附件中，须由税务局提供并注 proposed"
        for number, resource in definitions.resources.items()
        if number.startswith("T.") and (resource.providers != (bureau,) or not resource.proposed)
    )


def test_titles_and_frequencies_are_the_notices(definitions, mission):
    entries = annex2(mission) | annex4(mission, definitions)
    found = {number: definitions.resources.get(number) for number in entries}
    nothing(
        line
        for number, entry in entries.items()
        if (resource := found[number])
        for line in resource_lines(resource, entry)
    )


def test_a_resource_is_owed_by_the_units_that_the_notice_names(definitions, mission):
    owing = {unit.annex2: unit.key for unit in definitions.units.values() if unit.annex2}
    notice = {number: {owing[entry["seq"]]} for number, entry in annex2(mission).items()}
    for number in annex4(mission, definitions):
        notice[number] = set(definitions.collaboration[int(number[2:])].partners)
    ours = {number: set(definitions.resources[number].providers) for number in notice}
    nothing(differences(notice, ours, "提供单位"))


def test_every_field_of_annex_2_is_there_and_none_is_invented(definitions, mission):
    nothing(
        line
        for number, entry in annex2(mission).items()
        if number in definitions.resources and "duplicate_of" not in entry
        for line in field_lines(definitions.resources[number], items_of(entry["fields"]))
    )


def test_every_field_of_annex_4_is_there_and_none_is_invented(definitions, mission):
    nothing(
        line
        for number, entry in annex4(mission, definitions).items()
        if number in definitions.resources
        for line in field_lines(definitions.resources[number], items_of(entry["data_fields"]))
    )


def test_a_repeated_resource_points_at_the_one_that_is_kept(definitions, mission):
    notice = {
        number: entry["duplicate_of"] for number, entry in annex2(mission).items() if "duplicate_of" in entry
    }
    ours = {n: found.duplicate_of for n, found in definitions.resources.items() if found.duplicate_of}
    nothing(differences(notice, ours, "重复资源"))
    nothing(
        f"{number} 是重复资源，不设表、不计分"
        for number in ours
        if definitions.resources[number].sheets or definitions.resources[number].scored
    )


def test_every_clause_reference_names_its_annex(definitions):
    nothing(
        f"{number} 的 clause“{resource.clause}”应为“{wanted}”"
        for number, resource in definitions.resources.items()
        if (wanted := _clause(number)) and resource.clause != wanted
    )


def _clause(number: str) -> str | None:
    head, _, tail = number.partition(".")
    return {"K": f"附件4第{tail}项", "T": None}.get(head, f"附件2第{head}项")


def test_a_table_with_a_code_says_whose_it_is(definitions):
    codes = {"credit_code", "code_or_id", "person_id"}
    nothing(
        f"{resource.number} {sheet.code}：有代码栏，须写明 parties 和主要当事方"
        for resource in definitions.resources.values()
        for sheet in resource.sheets
        if not sheet.main_party and any(field.type in codes for field in sheet.fields)
    )


def test_what_joins_has_a_table_that_names_somebody(definitions):
    nothing(
        f"{resource.number}：use 为 join，却没有一张表写明当事方"
        for resource in definitions.resources.values()
        if resource.use == "join"
        and resource.sheets
        and not any(sheet.main_party for sheet in resource.sheets)
    )
