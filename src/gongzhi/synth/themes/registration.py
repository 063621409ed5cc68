"""The register, new and closed enterprises: R01 有照无税, R03 注销未清税."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from gongzhi.synth.chance import day_between, round_amount
from gongzhi.synth.parties import Taxpayer
from gongzhi.synth.world import Party, Value, World, anybody

from .model import Plain, Teller, Theme

TABLES = frozenset({"taxpayer_register", "enterprise_changes", "clearance_certificates", "tax_arrears"})
DAY = dt.timedelta(days=1)


def tell(world: World) -> None:
    teller = Teller(world, "registration")
    for _ in range(max(6, len(world.taxpayers) // 60)):
        _ordinary_opening(teller)
        _ordinary_closing(teller)
    for _ in range(teller.times * 2):
        _opened(teller)
        _closed(teller)
    _arrears(teller)


def tell_register(world: World) -> None:
    """Everybody who is known, told last, when all themes have founded whom they need."""
    teller = Teller(world, "register")
    first = world.year.first_day
    for one in world.taxpayers:
        registered = one.opened_on + DAY * teller.random.randint(0, 20)
        in_register(world, one, day_between(teller.random, first, first + DAY * 27), registered)


def in_register(
    world: World,
    one: Taxpayer,
    updated: dt.date,
    registered: dt.date,
    status: str = "正常",
    **more: Value,
) -> None:
    """One row of the bureau's register."""
    parties: dict[str, Party | None] = {
        "taxpayer": one,
        "legal_representative": one.person,
        "head_office": one.parent,
    }
    facts: dict[str, Value] = {
        "old_tax_number": one.old_code or None, "former_name": one.former_name or None, "kind": one.kind,
        "institution": "分支机构" if one.parent else "非总分机构", "industry_code": one.industry_code,
        "industry_name": one.industry, "registered_capital": one.capital, "opened_on": one.opened_on,
        "registered_address": one.place.address, "street": one.place.street,
        "community": one.place.community, "status": status, "registered_on": registered, "scale": one.scale,
        "small_profit": one.small_profit, "updated_on": updated,
        "collection_method": "查账征收" if one.kind == "企业" else "定期定额征收",
    }  # fmt: skip
    world.put("taxpayer_register", updated, parties, **facts | more)


def change(world: World, one: Taxpayer, kind: str, day: dt.date, *, firm: bool = True, **more: Value) -> None:
    """One row of the market bureau's list."""
    facts: dict[str, Value] = {
        "happened_on": day, "established_on": one.opened_on, "change_type": kind,
        "legal_representative": one.person.name,
        "registered_capital": f"{one.capital / 10_000:.0f}万元人民币",
        "enterprise_type": "有限责任公司", "industry": one.industry,
        "register_authority": f"{world.places.seat.full}演示登记局",
    }  # fmt: skip
    line = world.put("enterprise_changes", day, {"enterprise": one}, **facts | more)
    if line:
        line.firm = firm


def _founded(teller: Teller, day: dt.date) -> Taxpayer:
    fresh = teller.world.founder.enterprise(teller.random)
    one = replace(fresh, opened_on=day, former_name="", old_code="")
    teller.world.newcomers.append(one)
    return one


def _ordinary_opening(teller: Teller) -> None:
    """A licence, and some days later the registration."""
    day = teller.day("enterprise_changes", before=60)
    if day:
        one = _founded(teller, day)
        change(teller.world, one, "新办", day, firm=False)
        registered = day + DAY * teller.random.randint(0, 25)
        in_register(teller.world, one, registered, registered)


def _ordinary_closing(teller: Teller) -> None:
    """Clearance first, then the licence is given back; the register follows."""
    day = teller.day("enterprise_changes", before=60)
    if day:
        one = teller.world.draw(fits=anybody)
        _clear(teller.world, one, max(teller.world.year.first_day, day - DAY * 9))
        change(teller.world, one, "注销", day, firm=False)
        _struck_off(teller.world, one, day, "注销")


def _clear(world: World, one: Taxpayer, day: dt.date) -> None:
    number = world.number("绍越税清")
    world.put(
        "clearance_certificates", day, {"taxpayer": one}, certificate_number=number,
        applied_on=day - DAY * 5, issued_on=day, kind="一般流程", settled=Decimal(0),
    )  # fmt: skip


def _struck_off(world: World, one: Taxpayer, day: dt.date, status: str, **more: Value) -> None:
    ended = day if status == "注销" else None
    if ended:
        world.closed[one.code] = ended
    in_register(world, one, day, one.opened_on, status, deregistered_on=ended, **more)


def _opened(teller: Teller) -> None:
    """R01: never registered; registered late; still within the days; closed again."""
    ways = (
        ("hit", "领照后一直没有登记", 75, None), ("near_miss", "登记晚于三十日，但已经登记", 90, None),
        ("near_miss", "登记期限和宽限期未满", 26, 40), ("near_miss", "领照后又简易注销", 120, None),
    )  # fmt: skip
    for kind, why, before, after in ways:
        day = teller.day("enterprise_changes", before=before, after=after)
        if day is None:
            continue
        one = _founded(teller, day)
        change(teller.world, one, "新办", day)
        if "已经登记" in why:
            in_register(teller.world, one, day + DAY * 50, day + DAY * 50)
        if "简易注销" in why:
            change(teller.world, one, "注销", day + DAY * 40, simple=True)
        right = Decimal("已经登记" in why)
        age = Decimal((teller.as_of - day).days)
        teller.case("R01", Plain(kind, why), one, one.code, day.isoformat(), left=age, right=right)


def _closed(teller: Teller) -> None:
    """R03 in its three ways, and what looks like them."""
    for kind, why, status, change_type in (
        ("hit", "注销没有清税证明，税务登记仍为正常", "正常", "注销"),
        ("hit", "吊销后税务登记仍为正常", "正常", "吊销"),
        ("hit", "注销后仍有欠税", "注销", "注销"),
        ("near_miss", "简易注销免办清税证明", "注销", "注销"),
        ("near_miss", "税务登记注明免办清税证明", "注销", "注销"),
        ("near_miss", "清税证明先于注销出具", "注销", "注销"),
        ("near_miss", "吊销户已认定非正常", "非正常", "吊销"),
        ("near_miss", "欠税已在最近一期前清缴", "注销", "注销"),
    ):
        day = teller.day("enterprise_changes", before=90)
        if day:
            _one_closed(teller, (kind, why), status, change_type, day)


def _one_closed(teller: Teller, what: tuple[str, str], status: str, change_type: str, day: dt.date) -> None:
    world, (kind, why) = teller.world, what
    one = world.draw()
    change(world, one, change_type, day, simple="简易注销" in why)
    more: dict[str, Value] = {"simple_deregistration": True} if "注明免办" in why else {}
    if status != "正常":
        _struck_off(world, one, day, status, **more)
    certified = "清税证明先于" in why or "欠税" in why
    if certified:
        _clear(world, one, max(world.year.first_day, day - DAY * 4))
    balance = Decimal(0)
    if "仍有欠税" in why:
        balance = round_amount(teller.random, 20_000, 900_000)
        _owe(teller, one, balance, last=True)
    if "已在最近一期前" in why:
        _owe(teller, one, round_amount(teller.random, 20_000, 90_000), last=False)
    teller.case("R03", Plain(kind, why), one, change_type, day.isoformat(), left=balance,
                right=Decimal(certified), missing=balance)  # fmt: skip


def _owe(teller: Teller, one: Taxpayer, balance: Decimal, *, last: bool) -> None:
    """Arrears at the end of some months: the last one too, or only earlier ones."""
    world = teller.world
    periods = world.year.periods(world.definitions.tables["tax_arrears"][0])
    start = world.year.first_day - DAY * 60
    for period in periods[-3:] if last else periods[:3]:
        world.put(
            "tax_arrears", period.end, {"taxpayer": one}, tax="增值税", item="销售货物", period_start=start,
            period_end=start + DAY * 29, due_on=start + DAY * 45, arisen_on=start + DAY * 46,
            balance=balance, state="一般欠税", balance_on=period.end,
        )  # fmt: skip


def _arrears(teller: Teller) -> None:
    """Some who owe and go on."""
    for _ in range(max(3, len(teller.world.taxpayers) // 90)):
        one = teller.world.draw(fits=anybody)
        _owe(teller, one, round_amount(teller.random, 1_000, 400_000), last=teller.random.random() < 0.7)


REGISTRATION = Theme(TABLES, tell)
REGISTER = Theme(frozenset({"taxpayer_register"}), tell_register)
