"""Yearly income tax: R52 罚款税前扣除, R61 高新取消仍享15%."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from gongzhi.synth import oracle
from gongzhi.synth.chance import day_between, round_amount
from gongzhi.synth.parties import Taxpayer
from gongzhi.synth.world import Value, World

from .model import NOTHING, Teller, Theme

TABLES = frozenset(
    {"environmental_penalties", "income_tax_returns", "income_tax_lines", "high_tech_enterprises",
     "high_tech_reliefs"}
)  # fmt: skip
DAY = dt.timedelta(days=1)
SETTLED = 5  # months after the year


@dataclass(frozen=True)
class Fine:
    """One kind of fine. `back`: the share that was added back; `income`: the year's taxable income."""

    kind: str
    why: str
    back: Decimal = NOTHING
    small: bool = False
    state: str = "有效"
    warned: bool = False
    loss: bool = False
    method: str = "查账征收"
    this_year: bool = False


FINES = (
    Fine("hit", "罚款未调增"),
    Fine("hit", "罚款只调增一半", Decimal("0.5")),
    Fine("hit", "小型微利企业罚款未调增", small=True),
    Fine("near_miss", "罚款已足额调增", Decimal(1)),
    Fine("near_miss", "处罚决定正在复议", state="复议或诉讼中"),
    Fine("near_miss", "处罚决定已撤销", state="撤销"),
    Fine("near_miss", "只给予警告", warned=True),
    Fine("near_miss", "当年亏损，调增后仍无所得", loss=True),
    Fine("near_miss", "核定征收", method="核定征收"),
    Fine("near_miss", "汇算清缴期未到", this_year=True),
)


def tell(world: World) -> None:
    teller = Teller(world, "income_tax")
    if _filing_day(teller) is not None:
        _fined(teller, Fine("hit", "罚款未调增（算例）"), Decimal(200_000))
        _status(teller, Status("hit", "取消后仍享受（算例）"), Decimal(5_000_000))
        for _ in range(teller.times):
            for fine in FINES:
                _fined(teller, fine)
            for status in STATES:
                _status(teller, status)
    for _ in range(max(5, len(world.taxpayers) // 12)):
        _return(teller, world.draw(), round_amount(teller.random, 10_000, 9_000_000))


def _filing_day(teller: Teller) -> dt.date | None:
    """A day in March to May of the scan's year, where these months are closed."""
    year = teller.as_of.year
    last = min(teller.world.year.last_day, dt.date(year, 5, 31))
    first = max(teller.world.year.first_day, dt.date(year, 3, 1))
    return day_between(teller.random, first, last) if last >= dt.date(year, 5, 20) and first < last else None


def _return(
    teller: Teller, one: Taxpayer, income: Decimal, *, small: bool = False, method: str = "查账征收"
) -> dt.date | None:
    """The yearly return of last year; the day of its filing."""
    filed = _filing_day(teller)
    if filed is None:
        return None
    year = filed.year - 1
    due = oracle.cents(max(income, NOTHING) * (Decimal("0.05") if small else Decimal("0.25")))
    amounts: dict[str, Value] = dict.fromkeys(
        ("other_gains", "non_operating_income", "investment_income", "overseas_income", "adjusted_up",
         "adjusted_down", "exempt_income", "overseas_offset", "income_relief", "loss_offset",
         "property_offset", "relief", "credit"), NOTHING,
    )  # fmt: skip
    teller.world.put(
        "income_tax_returns", filed, {"taxpayer": one}, year=year, method=method, revenue=abs(income) * 8,
        costs=abs(income) * 6, profit=income, taxable_income=income, rate=Decimal(25), due=due, payable=due,
        paid=due, balance=NOTHING, small_profit=small, staff=teller.random.randint(3, 300), filed_on=filed,
        voucher=teller.world.number("企年"), **amounts,
    )  # fmt: skip
    return filed


def _fined(teller: Teller, fine: Fine, amount: Decimal | None = None) -> None:
    world, random = teller.world, teller.random
    day = _penalty_day(teller, fine)
    if day is None:
        return
    one = world.draw("plant", "wall")
    charged = NOTHING if fine.warned else amount or round_amount(random, 30_000, 800_000)
    world.put(
        "environmental_penalties", day, {"subject": one}, penalised_on=day, fine=charged,
        cause="超标排放水污染物", document_number=world.number("绍演环罚"), cause_class="超标或超总量排放",
        production_stopped=False,
        decision_state=fine.state,
    )  # fmt: skip
    income = Decimal(-9_000_000) if fine.loss else round_amount(random, 900_000, 9_000_000)
    filed = _return(teller, one, income, small=fine.small, method=fine.method)
    back = oracle.cents(charged * fine.back)
    if filed and fine.back:
        world.put(
            "income_tax_lines", filed, {"taxpayer": one}, year=filed.year - 1, form="A105000",
            line="19", topic="罚金罚款和被没收财物的损失", title="（七）罚金、罚款和被没收财物的损失",
            book_amount=charged,
            tax_amount=NOTHING, increase=back, decrease=NOTHING, filed_on=filed,
        )  # fmt: skip
    _judge(teller, fine, one, day.year, (charged, back))


def _judge(teller: Teller, fine: Fine, one: Taxpayer, year: int, amounts: tuple[Decimal, Decimal]) -> None:
    charged, back = amounts
    counted = fine.state == "有效" and not fine.this_year
    left, right = (charged, back) if counted else (None, None)
    tax = oracle.fine_tax(charged, back, Decimal(5 if fine.small else 25))
    teller.case(
        "R52", fine, one, "罚金罚款", str(year), left=left, right=right, missing=charged - back, tax=tax
    )


def _penalty_day(teller: Teller, fine: Fine) -> dt.date | None:
    """A day of last year, or of this one where the settlement is not due yet."""
    span = teller.world.days("environmental_penalties", before=40)
    if span is None:
        return None
    turn = dt.date(teller.as_of.year, 1, 1)
    first, last = (max(span[0], turn), span[1]) if fine.this_year else (span[0], min(span[1], turn - DAY))
    return day_between(teller.random, first, last) if first <= last else None


@dataclass(frozen=True)
class Status:
    """One kind of high-tech status that ended. `since`: first lost year less the relief's year."""

    kind: str
    why: str
    since: int = 0
    again: bool = False
    reason: str = "不再符合认定条件"
    relieved: bool = True
    ended: bool = True


STATES = (
    Status("hit", "取消后仍享受"),
    Status("hit", "追溯取消，以前年度仍享受", -1),
    Status("near_miss", "享受年度在取消起始年度之前", 1),
    Status("near_miss", "已重新认定", again=True),
    Status("near_miss", "更名后重新认定", reason="更名后重新认定"),
    Status("near_miss", "取消后没有减免", relieved=False),
    Status("ordinary", "资格有效", ended=False),
)


def _status(teller: Teller, status: Status, income: Decimal | None = None) -> None:
    world, random = teller.world, teller.random
    filed, cancelled = _filing_day(teller), teller.day("high_tech_enterprises", before=40)
    if filed is None or cancelled is None:
        return
    one, year = world.draw("tech", "plant"), filed.year - 1
    facts: dict[str, Value] = {"recognised_year": year - 3, "street": one.place.street}
    facts |= {"certificate_no": world.number("GR"), "valid_from": dt.date(year - 3, 12, 1)}
    ended: dict[str, Value] = {
        "cancelled_on": cancelled, "cancel_from_year": year + status.since, "cancel_reason": status.reason
    }  # fmt: skip
    world.put(
        "high_tech_enterprises", cancelled, {"enterprise": one}, **facts | (ended if status.ended else {})
    )
    if status.again:
        renewed: dict[str, Value] = {"recognised_year": year, "valid_from": dt.date(year, 11, 1)}
        world.put("high_tech_enterprises", cancelled, {"enterprise": one}, **facts | renewed)
    base = income or round_amount(random, 1_000_000, 20_000_000)
    relief = oracle.lost_relief(base) if status.relieved else NOTHING
    world.put(
        "high_tech_reliefs", filed, {"taxpayer": one}, year=year, certificate_number=facts["certificate_no"],
        certified_on=facts["valid_from"], certificate_until=dt.date(year + 1, 12, 1),
        field="先进制造与自动化", high_tech_revenue=base * 6, total_revenue=base * 8, research_cost=base / 2,
        research_staff=12, staff=80, taxable_income=base, relief=relief, preference_code="04099906",
        filed_on=filed,
    )  # fmt: skip
    lost = oracle.lost_relief(base)
    teller.case("R61", status, one, "高新技术企业减免", str(year), left=relief, right=Decimal(status.again),
                missing=relief, tax=lost)  # fmt: skip


INCOME_TAX = Theme(TABLES, tell)
