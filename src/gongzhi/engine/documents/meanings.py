"""What a column means and why it is asked: from what its definition knows, where nobody has written it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from gongzhi.engine.definitions import (
    AnyOf,
    Check,
    Field,
    FieldType,
    Needs,
    Order,
    Party,
    Product,
    Resource,
    Sheet,
    Total,
    Use,
)

_TIMES = {FieldType.DATE, FieldType.PERIOD, FieldType.YEAR}
_OTHER = "其他"
_HOW: Mapping[FieldType, str] = MappingProxyType(
    {
        FieldType.CREDIT_CODE: "照营业执照或登记证书填写。",
        FieldType.PERSON_ID: "照身份证件填写。",
        FieldType.CODE_OR_ID: "单位照营业执照或登记证书填，个人照身份证件填。",
        FieldType.NAME: "写登记的全称，不写简称。",
        FieldType.PERSON_NAME: "写证件上的姓名。",
        FieldType.TEXT: "照文书或台账上的写法填。",
        FieldType.DATE: "照文书或台账上的日期填到日。",
        FieldType.PERIOD: "写这一行数据所属的期间。",
        FieldType.YEAR: "写四位数的年份。",
        FieldType.MONEY: "照合同、文书或账上的金额填，只填数字。",
        FieldType.AREA: "照证件、文书上的面积填，只填数字。",
        FieldType.NUMBER: "照统计或台账上的数填，只填数字。",
        FieldType.COUNT: "照统计或台账上的数填，只填整数。",
        FieldType.PERCENT: "只填百分号前面的数字。",
        FieldType.BOOLEAN: "是的填“是”，不是的填“否”，不清楚的空着。",
        FieldType.PHONE: "写能找到人的电话，固定电话带区号。",
        FieldType.ADDRESS: "写到路名和门牌号；没有门牌的写到村，或写四至。",
        FieldType.CERTIFICATE: "照原件把编号写全，字母、括号、横线都不省略。",
    }
)
_IN_TOUCH = "需要核实时好联系"
_WHOSE = "便于认准说的是哪个单位、哪个人"
_WHEN = "看得出属于哪一期、哪件在先"
_WHICH_CASE = "便于分清不同情形，少发错的疑点"
_HOW_MUCH = "便于核对数量和规模"
_WHY: Mapping[FieldType, str] = MappingProxyType(
    {
        FieldType.CREDIT_CODE: _WHOSE,
        FieldType.PERSON_ID: _WHOSE,
        FieldType.CODE_OR_ID: _WHOSE,
        FieldType.NAME: _WHOSE,
        FieldType.PERSON_NAME: _IN_TOUCH,
        FieldType.PHONE: _IN_TOUCH,
        FieldType.TEXT: "情况写清楚，省得回头再问",
        FieldType.DATE: _WHEN,
        FieldType.PERIOD: _WHEN,
        FieldType.YEAR: _WHEN,
        FieldType.MONEY: "便于与申报的金额比对",
        FieldType.AREA: "便于与登记、申报的面积核对",
        FieldType.NUMBER: _HOW_MUCH,
        FieldType.COUNT: _HOW_MUCH,
        FieldType.PERCENT: _HOW_MUCH,
        FieldType.ENUM: _WHICH_CASE,
        FieldType.BOOLEAN: _WHICH_CASE,
        FieldType.ADDRESS: "没有代码时可以凭地址认出是哪一户、哪一处",
        FieldType.CERTIFICATE: "凭编号找得到原件，也便于与其他资源对上",
    }
)


def meaning(sheet: Sheet, field: Field) -> str:
    """Whose it is or the notice's own words for it, how it is written, and how it stands to other columns."""
    told = [_of_party(sheet, field) or _in_the_notice(sheet, field), _how(field), *_beside(sheet, field)]
    if not field.required and field.type is not FieldType.BOOLEAN:
        told.append("没有的空着。")
    return "".join(told)


def has_own_meaning(sheet: Sheet, field: Field) -> bool:
    """Whether the definition itself says what a column means, so that nothing general stands in for it."""
    said = _in_the_notice(sheet, field) if field.item != sheet.item else ""
    return bool(field.help or _of_party(sheet, field) or said)


def basis_of(resource: Resource, sheet: Sheet, field: Field) -> str:
    """On what ground the column is asked; where the notice does not name it, what for."""
    if field.proposed:
        return f"文件未列，建议增加：{_reason(resource, sheet, field)}。可以不填"
    item = field.source_title or field.item or field.title
    return f"{resource.document} {resource.clause}“{item}”"


def in_words(check: Check, sheet: Sheet) -> str:
    """A check across columns, as the sender will meet it."""
    match check:
        case Order():
            return f"{_named(sheet, check.later)}{_not_below(sheet, check)}{_named(sheet, check.earlier)}。"
        case Total():
            minus = f" - {_names(sheet, check.minus, ' - ')}" if check.minus else ""
            return f"{_named(sheet, check.total)} = {_names(sheet, check.parts, ' + ')}{minus}。"
        case Product():
            return f"{_named(sheet, check.product)} = {_names(sheet, check.factors, ' × ')}。"
        case AnyOf():
            return f"{_names(sheet, check.fields)}至少填一项。"
        case Needs():
            return f"{_when(sheet, check)}，{_named(sheet, check.needs)}也要填。"


def _of_party(sheet: Sheet, field: Field) -> str:
    for party in sheet.parties:
        if field.key in party.fields:
            return f"{party.title}的{_part(party, field)}。"
    return ""


def _part(party: Party, field: Field) -> str:
    words = {party.code: "代码", party.name: "名称", party.address: "地址", party.phone: "电话"}
    return words[field.key]


def _in_the_notice(sheet: Sheet, field: Field) -> str:
    """The notice's own words for the column, or for the whole table where it names no columns."""
    said = field.source_title or field.item
    if not said or said == field.title:
        return ""
    return f"文件中“{said}”的一项。" if said == sheet.item else f"即文件中的“{said}”。"


def _how(field: Field) -> str:
    """How a value of the column is written."""
    within = "应在报送的期间之内。" if field.in_period else ""
    if field.type is FieldType.ENUM:
        return f"从所列的几种里选一种{'，都不合适的选“其他”' if _OTHER in field.values else ''}。"
    return _HOW[field.type] + within


def _beside(sheet: Sheet, field: Field) -> Iterator[str]:
    """How the column stands to the others: what names a row, and every check that it is part of."""
    others = [key for key in sheet.key if key != field.key]
    if field.key in sheet.key:
        yield f"与{_named(sheet, others[0])}等一起分清各行。" if others else "相同的只报一次。"
    for check in sheet.checks:
        yield _place(check, sheet, field.key)


def _place(check: Check, sheet: Sheet, key: str) -> str:
    """The part of one column in one check; empty where it has none."""
    match check:
        case Order():
            return _in_order(check, sheet, key)
        case Total():
            return _in_total(check, sheet, key)
        case Product():
            return _in_product(check, sheet, key)
        case AnyOf():
            return in_words(check, sheet) if key in check.fields else ""
        case Needs():
            return f"{_when(sheet, check)}要填。" if key == check.needs else ""


def _in_order(check: Order, sheet: Sheet, key: str) -> str:
    if key == check.later:
        return f"{_not_below(sheet, check)}{_named(sheet, check.earlier)}。"
    if key == check.earlier:
        return f"{'不晚于' if _timed(sheet, check) else '不大于'}{_named(sheet, check.later)}。"
    return ""


def _in_total(check: Total, sheet: Sheet, key: str) -> str:
    if key == check.total:
        minus = f"减去{_names(sheet, check.minus)}" if check.minus else ""
        return f"等于{_names(sheet, check.parts)}之和{minus}。"
    if key in check.parts:
        return f"计入{_named(sheet, check.total)}。"
    return f"从{_named(sheet, check.total)}中减去。" if key in check.minus else ""


def _in_product(check: Product, sheet: Sheet, key: str) -> str:
    if key == check.product:
        return f"等于{_names(sheet, check.factors)}相乘。"
    return f"用来计算{_named(sheet, check.product)}。" if key in check.factors else ""


def _reason(resource: Resource, sheet: Sheet, field: Field) -> str:
    """Why a column is asked that the notice does not name."""
    for party in sheet.parties:
        if field.key in {party.code, party.name}:
            return f"便于认准{party.title}是谁"
    if field.key in sheet.key:
        return "用来分清各行，同一件事不收两次"
    for check in sheet.checks:
        if isinstance(check, Total | Product) and _place(check, sheet, field.key):
            return f"用来核对{_named(sheet, check.total if isinstance(check, Total) else check.product)}"
    if field.type is FieldType.MONEY and resource.use is not Use.JOIN:
        return _HOW_MUCH
    return _WHY[field.type]


def _when(sheet: Sheet, check: Needs) -> str:
    of = f"是{'、'.join(check.values)}" if check.values else "填了"
    return f"{_named(sheet, check.field)}{of}的"


def _timed(sheet: Sheet, check: Order) -> bool:
    return sheet.field(check.later).type in _TIMES


def _not_below(sheet: Sheet, check: Order) -> str:
    return "不早于" if _timed(sheet, check) else "不小于"


def _named(sheet: Sheet, key: str) -> str:
    return f"“{sheet.field(key).title}”"


def _names(sheet: Sheet, keys: Sequence[str], sign: str = "、") -> str:
    return sign.join(_named(sheet, key) for key in keys)
