"""How pages call the kinds of columns and their attributes."""

from __future__ import annotations

TYPES = {
    "credit_code": "统一社会信用代码", "person_id": "身份证件号码",
    "code_or_id": "统一社会信用代码或身份证号码",
    "name": "名称", "person_name": "姓名", "text": "文字", "date": "日期", "period": "期间", "year": "年份",
    "money": "金额", "area": "面积", "number": "数值", "count": "整数", "percent": "百分比", "enum": "选项",
    "boolean": "是或否", "phone": "电话", "address": "地址", "certificate": "证照、文书编号",
}  # fmt: skip
SENSITIVITIES = {
    "open": "公开", "business": "经营信息", "tax": "涉税保密信息", "personal": "个人信息",
    "sensitive": "敏感个人信息",
}  # fmt: skip
ABOUT = {
    "title": "名称", "providers": "提供单位", "frequency": "报送要求", "clause": "条款", "document": "文号",
    "since": "起始日期", "note": "说明", "stock": "存量也报一次", "restated": "在册情况，各期可再报",
    "scored": "计入评分", "minimal": "只收模板内的列", "use": "用途",
}  # fmt: skip
LISTED = {"aliases": "别名", "values": "选项"}
ATTRIBUTES = {
    "unit": "计量单位", "help": "说明", "example": "示例", "minimum": "下限", "maximum": "上限",
    "max_length": "最长字数", "pattern": "格式", "masked": "须脱敏", "counted": "缺填计入考核",
    "in_period": "须在所属期间内",
    "sensitivity": "密级",
    "value_aliases": "选项的别名", "item": "对应的数据项", "proposed": "建议增加",
}  # fmt: skip


def type_word(kind: object) -> str:
    return TYPES.get(str(kind), "未定")
