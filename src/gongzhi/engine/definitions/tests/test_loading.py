"""A definitions folder loads whole or is refused with every fault at its file and line."""

import datetime as dt
import shutil

import pytest

from gongzhi.engine.definitions import DefinitionError, load, load_once

UNITS = "organisation/units.yml"
PERMITS = "catalogue/planning/land_permits.yml"


def refused(district):
    with pytest.raises(DefinitionError) as caught:
        load(district.root)
    return [(problem.file, problem.line, problem.message) for problem in caught.value.problems]


def only(district):
    problems = refused(district)
    assert len(problems) == 1, problems
    return problems[0]


def test_the_small_district_loads_and_looks_up_by_every_name(district):
    found = load(district.root)
    assert found.district.name == "云溪区"
    assert found.unit("规划局") is found.unit("云溪区规划局") is found.unit("planning")
    assert found.resource("1.1") is found.resource("land_permits")
    assert found.sheet("2.1")[1].code == "market_stalls"
    assert set(found.tables) == {"land_permits", "market_stalls", "taxpayer_register"}
    with pytest.raises(KeyError):
        found.resource("9.9")
    with pytest.raises(KeyError):
        found.unit("教育局")


def test_a_class_of_units_opens_into_its_members_and_an_open_class_into_none(district):
    district.edit(
        UNITS, "    kinds: [provider, partner]\n    annex2: 1", "    kinds: [partner]\n    members_open: true"
    )
    found = load(district.root)
    assert [unit.key for unit in found.providers(found.resource("2.1"))] == ["street_north", "street_south"]
    assert found.opened(["planning", "finance"]) == (found.unit("finance"),)


def test_members_of_a_class_count_from_day_to_day(district):
    """Designated by an act, left, and come back by another; who is open has such members too."""
    district.edit(
        UNITS, "    kinds: [provider, partner]\n    annex2: 1",
        "    kinds: [provider]\n    annex2: 1\n    members_open: true\n    members:\n"
        "      - {unit: finance, since: 2025-01-01, until: 2025-06-30, document: 云税领办〔2025〕1号}\n"
        "      - {unit: finance, since: 2026-01-01, document: 云税领办〔2026〕2号}",
    )  # fmt: skip
    found = load(district.root)
    permits = found.resource("1.1")
    for day, members in (
        ("2024-12-31", []), ("2025-01-01", ["finance"]), ("2025-06-30", ["finance"]), ("2025-07-01", []),
        ("2026-01-01", ["finance"]), ("2030-01-01", ["finance"]),
    ):  # fmt: skip
        assert [one.key for one in found.providers(permits, dt.date.fromisoformat(day))] == members, day
    assert [one.key for one in found.providers(permits)] == ["finance"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("unit: street_north, since", "unit: street_nowhere, since", "没有这个单位：street_nowhere"),
        ("unit: street_north, since", "unit: streets, since", "是一类单位，不能作成员：streets"),
        ("unit: street_north, since", "unit: street_south, since", "成员 street_south 的起止日期重叠"),
        ("since: 2024-03-01, doc", "since: 2024-03-01, until: 2024-02-01, doc", "until 早于 since"),
        (
            "since: 2024-03-01, document: 云政办发〔2024〕3号}",
            "document: 云政办发〔2024〕3号}",
            "缺少必填的键",
        ),
        (", document: 云政办发〔2024〕3号}", "}", "缺少必填的键"),
    ],
)
def test_a_member_without_its_day_and_act_is_refused(district, old, new, fault):
    text = district.path(UNITS).read_text("utf-8")
    district.edit(UNITS, old, new)
    assert text != district.path(UNITS).read_text("utf-8")
    assert fault in only(district)[2]


def test_an_edition_from_before_members_had_days_still_loads(district):
    """The notice that its file names is their document."""
    entries = "".join(
        f"\n      - {{unit: {key}, since: 2024-03-01, document: 云政办发〔2024〕3号}}"
        for key in ("street_north", "street_south")
    )
    before = load(district.root)
    district.edit(UNITS, f"    members:{entries}", "    members: [street_north, street_south]")
    assert load(district.root).units == before.units


def test_an_unknown_key_is_refused_at_its_line(district):
    line = district.edit(PERMITS, "frequency: 月后10日内", "frequencey: 月后10日内")
    problems = refused(district)
    assert (PERMITS, line, "frequencey: 不认识的键") in problems
    assert (PERMITS, 1, "frequency: 缺少必填的键") in problems


def test_an_unknown_key_deep_in_a_field_is_refused_at_its_line(district):
    line = district.edit(PERMITS, "    in_period: true", "    in_periode: true")
    assert only(district)[:2] == (PERMITS, line)


def test_a_repeated_key_is_refused_at_the_line_that_repeats_it(district):
    line = district.edit(PERMITS, "document: 云政办发", "since: 2024-04-01\ndocument: 云政办发")
    assert only(district) == (PERMITS, line, "键“since”重复")


def test_a_repeated_entry_is_refused_at_the_line_that_repeats_it(district):
    line = district.edit(UNITS, "  - key: finance", "  - key: tax_bureau")
    assert (UNITS, line, "单位“tax_bureau”重复") in refused(district)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (PERMITS, "providers: [planning]", "providers: [planing]", "没有这个单位：planing"),
        (PERMITS, "frequency: 月后10日内", "frequency: 每周", "没有定义这个频率：每周"),
        ("district.yml", "office: finance", "office: finances", "没有这个单位：finances"),
        (UNITS, "unit: street_south", "unit: street_west", "没有这个单位：street_west"),
        (UNITS, 'division: "990101002"', 'division: "990101003"', "没有这个网格：990101003"),
        (UNITS, "    annex_names: [规划局]", "    annex_names: [云溪区财政局]", "已被前面的单位使用"),
        ("organisation/posts.yml", "unit: finance", "unit: finances", "没有这个单位：finances"),
        (
            "calendar/frequencies.yml",
            "due_parameter: quarter_days",
            "due_parameter: quarter",
            "没有这个参数：quarter",
        ),
        ("collaboration/items.yml", "partners: [planning]", "partners: [plan]", "没有这个单位：plan"),
        (
            "collaboration/items.yml",
            "frequency: 随时",
            "frequency: 随时\n    resource: K.1",
            "没有这个资源：K.1",
        ),
        ("roles.yml", "duties: [read_audit]", "duties: [read_books]", "没有这个职责：read_books"),
        ("roles.yml", "    excludes: [liaison]", "    excludes: [liaisons]", "没有这个角色：liaisons"),
    ],
)
def test_an_unresolved_reference_is_refused_where_it_is_made(district, name, old, new, message):
    line = district.edit(name, old, new)
    problems = refused(district)
    lines = range(line - 8, line + 2)  # an entry's own line, when the fault is about the entry
    assert any(file == name and at in lines and message in said for file, at, said in problems), problems


def test_a_resource_in_the_wrong_folder_or_under_the_wrong_name_is_refused(district):
    district.path("catalogue/finance").mkdir()
    shutil.move(district.path(PERMITS), district.path("catalogue/finance/land_permits.yml"))
    assert only(district) == (
        "catalogue/finance/land_permits.yml",
        4,
        "文件应放在提供单位的文件夹下，现在在 finance/",
    )
    shutil.move(
        district.path("catalogue/finance/land_permits.yml"), district.path("catalogue/planning/permits.yml")
    )
    assert only(district) == ("catalogue/planning/permits.yml", 2, "文件名应为 land_permits.yml")


@pytest.mark.parametrize(
    "name", ["catalogue/land.yml", "notes.txt", "organisation/units.yaml", "rules/R01/rule.yml"]
)
def test_a_file_that_no_kind_claims_is_refused(district, name):
    district.put(name, "code: x\n")
    assert only(district) == (name, 1, "不认识的文件（位置或扩展名不对）")


@pytest.mark.parametrize("name", ["district.yml", "roles.yml", "calendar/holidays.yml", UNITS])
def test_a_missing_file_is_refused_by_name(district, name):
    district.path(name).unlink()
    assert (name, 1, "缺少这个文件") in refused(district)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("district.yml", 'code: "990101"', "code: 990101", "code: 应为文字（数字和日期请加引号）"),
        ("district.yml", "since: 2024-03-01", "since: 三月", "since: "),
        (PERMITS, "required: true", "required: 也许", "required"),
        (PERMITS, "type: certificate", "type: number_plate", "fields.0.type: "),
        (UNITS, "kinds: [bureau, member]", "kinds: [tax]", "units.0.kinds.0: "),
        ("organisation/cells.yml", 'code: "990101002"', 'code: "99010100"', "cells.3"),
    ],
)
def test_a_wrong_type_is_refused_at_its_line(district, name, old, new, message):
    line = district.edit(name, old, new)
    problems = refused(district)
    assert any(file == name and at == line and message in said for file, at, said in problems), problems


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: [\n", 3, "不是合法的 YAML"),
        ("", 1, "文件是空的"),
        ("# 只有注释\n", 1, "文件是空的"),
        ("- a\n", 1, "最外层应为键和值"),
        ("a: &x [1]\nb: *x\n", 1, "不允许锚点引用"),
        ("a: &x\n  - *x\n", 1, "不允许锚点引用"),
        ("base: {k: 1}\n<<: {k: 2}\n", 2, "不允许合并键"),
        ("? [a, b]\n: 1\n", 1, "键应为文字"),
        ("a: !!python/object:os.system x\n", 1, "不允许写明类型"),
        ("a: !!int x\n", 1, "不允许写明类型"),
        ("a: !!timestamp\n", 1, "不允许写明类型"),
        ("a: !!str 1\n", 1, "不允许写明类型"),
        ("a: \x01\n", 1, "控制字符，请删去"),
        ("a: 甲\nb: \x01\n", 2, "控制字符，请删去"),
        ("since: 2024-13-45\n", 1, "不认识的值"),
    ],
)
def test_what_yaml_would_let_pass_is_refused(district, text, line, message):
    district.put("district.yml", text)
    problems = refused(district)
    assert any(f == "district.yml" and at == line and message in said for f, at, said in problems), problems


def test_text_that_is_not_utf8_is_refused(district):
    district.path("district.yml").write_bytes("name: 云溪区".encode("gb18030"))
    assert only(district) == ("district.yml", 1, "不是 UTF-8 编码")


def test_two_resources_may_not_claim_one_table(district):
    district.edit("catalogue/streets/market_stalls.yml", "code: market_stalls", "code: land_permits")
    district.path("catalogue/streets/market_stalls.yml").rename(
        district.path("catalogue/streets/land_permits.yml")
    )
    problems = refused(district)
    assert [message for _, _, message in problems] == ["表名 land_permits 已被 1.1 使用"]
    assert problems[0][1] == 2


def test_two_resources_may_not_claim_one_number(district):
    district.edit("catalogue/streets/market_stalls.yml", 'number: "2.1"', 'number: "1.1"')
    assert only(district)[2] == "资源编号“1.1”重复"


def test_all_faults_are_reported_at_once(district):
    district.edit("district.yml", "office: finance", "offices: finance")
    district.edit("roles.yml", "title: 联络员", "titel: 联络员")
    district.put("stray.yml", "a: 1\n")
    assert {file for file, _, _ in refused(district)} == {"district.yml", "roles.yml", "stray.yml"}


def test_any_byte_changes_the_digest(district):
    digest = load(district.root).digest
    assert len(digest) == 64
    assert load(district.root).digest == digest
    seen = {digest}
    for name in (PERMITS, "roles.yml", "glossary.yml", "policy/clauses.yml"):
        path = district.path(name)
        path.write_bytes(path.read_bytes() + b"#\n")
        seen.add(load(district.root).digest)
    district.put("linkage/words.yml", "words: [厂]\n")
    seen.add(load(district.root).digest)
    assert len(seen) == 6


def test_a_renamed_file_changes_the_digest(district):
    digest = load(district.root).digest
    district.path("parameters/calendar.yml").rename(district.path("parameters/days.yml"))
    assert load(district.root).digest != digest


def test_loading_once_keeps_what_was_in_force_when_the_process_started(district):
    first = load_once(district.root)
    district.edit("district.yml", "name: 云溪区", "name: 云山区")
    assert load_once(district.root) is first
