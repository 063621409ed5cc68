"""Frequencies, grid tasks, collaboration items and clauses against the notice, both ways."""

from pathlib import Path

import pytest
from tests.definitions.compared import differences, nothing

PERIODS = {"on_request": "request", "daily": "standing"}


def test_frequencies_are_the_notices_fourteen_wordings(definitions, mission):
    entries = mission("frequency_table.yaml")["frequencies"]
    notice = {
        entry["wording"]: (
            PERIODS.get(entry["period"], entry["period"]),
            entry["due"],
            entry["min_per_period"],
            entry.get("max_per_period"),
        )
        for entry in entries
    }
    ours = {
        wording: (found.period, found.due_days, found.at_least, found.at_most)
        for wording, found in definitions.frequencies.items()
    }
    assert len(notice) == 14
    nothing(differences(notice, ours, "频率"))


def test_grid_tasks_are_the_seventeen_of_annex_3(definitions, mission):
    categories = mission("annex3_grid_tasks.yaml")["categories"]
    notice = {item["id"]: (item["name"], group["name"]) for group in categories for item in group["items"]}
    ours = {number: (task.title, task.category) for number, task in definitions.grid_tasks.items()}
    assert len(notice) == 17
    nothing(differences(notice, ours, "任务"))


@pytest.mark.parametrize("number", ["三.7", "四.2", "四.3", "四.4"])
def test_a_grid_worker_only_assists_where_money_or_consequences_are_decided(definitions, number):
    assert not definitions.grid_tasks[number].grid_worker


def item_of_notice(definitions, item):
    open_part = item.get("partners_open")
    names = [*item["partners"], *([open_part] if open_part and open_part not in item["partners"] else [])]
    fields = [field if isinstance(field, str) else field["name"] for field in item["data_fields"]]
    partners = tuple(definitions.unit(name).key for name in names)
    source = item.get("source_name")
    return item["name"], source, partners, item["partners_source"], item["frequency"], tuple(fields)


def test_collaboration_items_are_the_forty_one_of_annex_4(definitions, mission):
    notice = {
        item["seq"]: item_of_notice(definitions, item)
        for item in mission("annex4_collaboration_items.yaml")["items"]
    }
    ours = {
        number: (
            item.title,
            item.source_title,
            item.partners,
            item.partners_source,
            item.frequency,
            item.fields,
        )
        for number, item in definitions.collaboration.items()
    }
    assert len(notice) == 41
    nothing(differences(notice, ours, "协作事项"))


def test_an_items_trigger_follows_its_frequency(definitions):
    triggers = {"standing": "standing", "request": "request"}
    nothing(
        f"第{item.number}项：频率“{item.frequency}”，触发写作 {item.trigger}"
        for item in definitions.collaboration.values()
        if triggers.get(definitions.frequencies[item.frequency].period, "periodic") != item.trigger
    )


def test_items_7_9_and_18_to_37_deliver_a_resource(definitions):
    owed = {7, 9, *range(18, 38)}
    ours = {item.number: item.resource for item in definitions.collaboration.values() if item.resource}
    nothing(differences({number: f"K.{number}" for number in owed}, ours, "协作事项的资源"))


def test_clauses_are_the_98_of_the_body_verbatim(definitions, mission):
    entries = mission("body_requirements.yaml")["requirements"]
    keys = ("section", "text", "actor", "kind")
    notice = {entry["id"]: tuple(entry[key] for key in keys) for entry in entries}
    ours = {id_: tuple(getattr(clause, key) for key in keys) for id_, clause in definitions.clauses.items()}
    assert len(notice) == 98
    nothing(differences(notice, ours, "条款"))


def test_every_clause_is_served_by_a_room_of_the_house(definitions, folder):
    rooms = {path.parent.name for path in (folder.parent / "src/gongzhi").glob("*/__init__.py")}
    nothing(
        f"{clause.id} 的 room“{clause.room}”不是一个房间"
        for clause in definitions.clauses.values()
        if clause.room not in rooms
    )


def test_a_clause_that_is_done_names_a_journey_that_exists(definitions, folder):
    journeys = {path.stem for path in Path(folder.parent / "tests/journeys").rglob("test_*.py")}
    nothing(
        f"{clause.id} 的 journey“{clause.journey}”不存在"
        for clause in definitions.clauses.values()
        if clause.journey and clause.journey not in journeys
    )
