"""Units, posts and cells against annexes 1, 2 and 4 and the division codes, both ways."""

import csv

from tests.definitions.compared import differences, nothing

from gongzhi.engine.definitions import UnitKind

ANNEX1, ANNEX2, ANNEX4 = (
    "annex1_leading_group.yaml",
    "annex2_sharing_catalogue.yaml",
    "annex4_collaboration_items.yaml",
)


def of_kind(definitions, kind):
    return {unit.key for unit in definitions.units.values() if kind in unit.kinds}


def keyed(definitions, names):
    """Units by the names that an annex uses; a name that no unit bears stands for itself."""
    return {definitions.unit(name).key if known(definitions, name) else f"？{name}" for name in names}


def known(definitions, name):
    try:
        return bool(definitions.unit(name))
    except KeyError:
        return False


def compare(notice, ours, word):
    nothing(differences(dict.fromkeys(notice), dict.fromkeys(ours), word))


def test_members_are_those_of_annex_1(definitions, mission):
    posts = mission(ANNEX1)["leading_group"]["posts"]
    named = {post["unit"] for post in posts if post["role"] == "成员"}
    compare(keyed(definitions, named), of_kind(definitions, UnitKind.MEMBER), "成员单位")
    short = {post["name_in_annexes_2_4"]: post["unit"] for post in posts if post.get("name_in_annexes_2_4")}
    nothing(
        f"附件2、4的“{name}”应为“{unit}”"
        for name, unit in short.items()
        if definitions.unit(name) is not definitions.unit(unit)
    )


def test_providers_are_those_of_annex_2_under_their_numbers(definitions, mission):
    notice = {entry["seq"]: entry["provider"] for entry in mission(ANNEX2)["providers"]}
    ours = {unit.annex2: unit for unit in definitions.units.values() if unit.annex2}
    assert len(notice) == 20
    nothing(
        differences(
            notice,
            {
                number: notice[number] if notice.get(number) in unit.names else unit.name
                for number, unit in ours.items()
            },
            "数据提供单位",
        )
    )
    members = {one.unit for one in definitions.unit("streets").members}
    compare(
        {unit.key for unit in ours.values()} | members,
        of_kind(definitions, UnitKind.PROVIDER),
        "数据提供单位",
    )


def test_partners_are_those_of_annex_4(definitions, mission):
    items = mission(ANNEX4)["items"]
    named = {name for item in items for name in (*item["partners"], item.get("partners_open")) if name}
    streets = {definitions.unit("streets").key, *(one.unit for one in definitions.unit("streets").members)}
    compare(keyed(definitions, named) | streets, of_kind(definitions, UnitKind.PARTNER), "协作单位")


def test_a_class_that_the_notice_leaves_open_is_open(definitions, mission):
    items = mission(ANNEX4)["items"]
    named = {item["partners_open"] for item in items if item.get("partners_open")}
    named |= {"各金融机构", "各行政事业单位", "国有平台", "各建设单位"}
    ours = {unit.key for unit in definitions.units.values() if unit.members_open}
    compare(keyed(definitions, named), ours, "开放的单位类别")


def test_every_unit_stands_in_an_annex(definitions):
    annexed = {UnitKind.LEADING, UnitKind.MEMBER, UnitKind.PROVIDER, UnitKind.PARTNER}
    nothing(
        f"{unit.key} 不在任何附件" for unit in definitions.units.values() if annexed.isdisjoint(unit.kinds)
    )


def test_grid_units_are_the_members_and_the_streets(definitions):
    streets = {"streets", *(one.unit for one in definitions.unit("streets").members)}
    compare(of_kind(definitions, UnitKind.MEMBER) | streets, of_kind(definitions, UnitKind.GRID), "网格单位")


def test_posts_are_those_of_annex_1_and_nobody_is_named(definitions, mission):
    annex = mission(ANNEX1)
    stated = [*annex["leading_group"]["posts"], *annex["office"]["posts"]]
    notice = {(post["role"], definitions.unit(post["unit"]).key): post["post"] for post in stated}
    ours = {(post.role, post.unit): post.title for post in definitions.posts.values()}
    assert len(ours) == len(definitions.posts) == len(stated)
    nothing(differences(notice, ours, "岗位"))


def test_the_office_sits_where_annex_1_puts_it(definitions, mission):
    assert definitions.unit(mission(ANNEX1)["office"]["located_in"]).key == definitions.district.office


def test_cells_are_the_17_streets_and_352_communities(definitions, data):
    rows = {definitions.district.code: (definitions.district.name, 1, None)}
    with (data / "01_divisions/yuecheng_330602_streets.csv").open(encoding="utf-8-sig") as file:
        rows |= {row["code"]: (row["name"], 2, row["code"][:6]) for row in csv.DictReader(file)}
    with (data / "01_divisions/yuecheng_330602_villages.csv").open(encoding="utf-8-sig") as file:
        rows |= {row["code"]: (row["name"], 3, row["street_code"]) for row in csv.DictReader(file)}
    assert len(rows) == 1 + 17 + 352
    ours = {cell.code: (cell.name, cell.level, cell.parent) for cell in definitions.cells.values()}
    nothing(differences(rows, ours, "网格"))


def test_every_street_is_a_unit_and_every_street_unit_a_cell(definitions):
    streets = {cell.code: f"street_{cell.code}" for cell in definitions.cells.values() if cell.level == 2}
    units = {unit.division: unit.key for unit in definitions.units.values() if unit.division}
    nothing(differences(streets, units, "街道（镇）"))
    assert {one.unit for one in definitions.unit("streets").members} == set(units.values())


def test_an_old_town_is_an_alias_only_where_it_became_the_street_whole(definitions):
    aliases = {alias: cell.name for cell in definitions.cells.values() for alias in cell.aliases}
    whole = ("斗门", "马山", "东浦", "孙端", "陶堰", "灵芝")
    nothing(differences({f"{name}镇": f"{name}街道" for name in whole}, aliases, "旧地名"))
