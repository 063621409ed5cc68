"""How the forms of all kinds call what a definition says; a key without a word here is changed as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gongzhi.engine.definitions import Definitions

from .words import TYPES

COMMON = {
    "title": "名称", "document": "文号", "clause": "条款", "since": "从哪天起", "until": "到哪天止",
    "note": "说明", "severity": "级别",
    "message": "提示的文字", "mend": "怎样改",
    "chinese": "中文", "english": "英文", "meaning": "说明", "avoid": "不用的英文", "category": "类别",
    "grid_worker": "网格员可单独办理", "source_title": "原文写法", "partners": "协作单位",
    "partners_source": "原文的协作单位", "trigger": "怎样发起", "frequency": "频率", "fields": "内容",
    "resource": "对应的数据资源", "due_parameter": "期限（参数）", "legal_review": "须先作法律审核",
    "wording": "原文写法", "period": "周期", "due_days": "期末后天数", "counted": "怎样计日",
    "at_least": "至少次数", "at_most": "至多次数", "purpose": "用来做什么", "assignee": "承办一方的职责",
    "reviewer": "交办审核一方的职责", "may": "谁可以做什么", "subjects": "关于什么", "reminders": "提醒阶梯",
    "given_by_hand": "可以在页面上交办", "page": "在哪一页办理", "form": "填报项", "type": "填什么",
    "required": "必填", "choices": "选项", "help": "填写说明", "obligations": "用于报送事项", "steps": "提醒",
    "days": "到期后几天（到期前写负数）", "to": "提醒谁", "letter": "拟什么函", "salutation": "抬头",
    "paragraphs": "正文", "signature": "落款", "months": "几个月续签一次", "opens": "看到哪些信息前要承诺",
    "table": "哪张表", "compares": "怎样核对", "elsewhere": "对照哪张表", "match": "对照的列",
    "finding": "提示", "unknown": "代码不在册时的提示", "differs": "名称不一致时的提示", "code": "代码列",
    "name": "名称", "also": "还有哪些表", "columns": "列名不同的",
    "closed": "注销以后发生的提示", "measure": "比什么", "field": "合计哪一列",
    "same": "哪些列相同才核对", "stock": "结存或累计", "before": "上期的结存在哪一列", "plus": "加上哪些列",
    "minus": "减去哪些列", "roles": "哪些角色可以用", "sensitive": "可以看敏感个人信息",
    "about": "须有哪种没有办完的事作依据", "reason": "须写明原因",
    "years": "同期看几年", "recent": "没有同期时看几期",
    "deviations": "偏离几倍算异常", "share": "至少偏离中位数的几成",
    "below": "少于中位数的几成算过少",
    "summary": "比什么", "left": "左边", "right": "右边", "unit": "单位", "formula": "算式", "tax": "税费种",
    "basis": "依据", "article": "第几条", "explanations": "可能的正当原因", "tables": "用到的表",
    "waivable": "可以经批准暂不问", "cuts": "超出的内容不留存",
    "kinds": "类别", "annex_names": "附件中的名称", "annex2": "目录中的位次",
    "members": "包括哪些单位", "division": "区划代码", "members_open": "成员由办公室指定", "role": "职务",
    "level": "级别", "parent": "上级网格", "aliases": "也叫", "origin": "来自", "rank": "先后",
    "section": "章节",
    "text": "原文", "actor": "由谁", "binds": "约束哪些单位", "state": "状态", "journey": "由哪个测试证明",
    "source": "原来的类型", "targets": "可以改为", "scope": "范围", "duties": "职责", "excludes": "不得兼任",
    "second_factor": "须第二因素", "id": "编号", "expect": "应当得到", "given": "给出的数据", "as_of": "日期",
    "result": "结果", "subject": "对象", "object": "标的", "says": "说明", "cells": "证据列",
    "parameters": "用到的参数", "theme": "主题", "kind": "类别", "key": "代码", "number": "编号",
    "marks": "满分", "proposed": "拟定，待核定",
    "evidence": "证据", "side": "哪一边", "where": "取哪些行", "values": "取值", "value": "取值",
    "confirm_locally": "须本地核定", "year": "年份", "first": "放假第一天", "last": "放假最后一天",
    "worked": "调休上班", "confirm": "还须与原文核对", "holidays": "放假安排",
    "known_until": "已公布到哪一天",
    "apart": "不得与哪些职责集于一人", "quota": "查看个人信息的限额", "handbook": "操作手册",
    "day": "每天几行",
    "burst": "几分钟内几行",
    "minutes": "按几分钟算", "room": "由平台的哪一部分办理", "succession": "人员变动怎么办", "city": "设区市",
    "province": "省", "notice": "文号", "notice_title": "文件名称", "office": "领导小组办公室设在",
    "bureau": "税务局", "weak_words": "密码里不得出现的词", "changes": "可以怎样改",
    "latest_by": "同一代码有几行时按哪一列取最新", "old_code": "旧税号列", "former_name": "曾用名列",
    "status": "状态列", "scale": "规模列", "industry": "行业列", "address": "地址列", "street": "街道列",
    "phone": "电话列", "person": "法定代表人证件列", "opened_on": "成立日期列",
    "closed_on": "注销日期列", "statuses": "状态",
    "industries": "行业代码（GB/T 4754）",
}  # fmt: skip
BY_MODEL = {
    ("Purpose", "fields"): "能看哪几类列", ("Purpose", "meaning"): "什么时候用",
    ("NearDuplicate", "field"): "哪一列的编号",
    ("Seasonal", "at_least"): "至少要有几期", ("Finding", "code"): "代码", ("Rule", "code"): "编号",
    ("AgreesWithRegister", "name"): "名称列", ("AgreesWithRegister", "day"): "哪一天的列",
    ("FormField", "title"): "问什么", ("Term", "meaning"): "含义",
    ("GridTask", "title"): "任务", ("CollaborationItem", "title"): "事项",
    ("Unit", "annex2"): "目录中的位次", ("Unit", "division"): "辖区（街道、镇）",
    ("Post", "title"): "职务", ("Post", "role"): "在领导小组中",
    ("RegisterSource", "kind"): "登记类型列", ("RegisterSource", "name"): "名称列",
    ("RegisterSource", "rank"): "先后（数大的为准）", ("RegisterSource", "where"): "只取哪些行",
    ("Coverage", "role"): "哪一方", ("Coverage", "kinds"): "登记类型", ("Coverage", "counted"): "口径",
    ("Duty", "opens"): "公开之外还看到", ("Duty", "title"): "可以做什么", ("Role", "scope"): "管到哪里",
    ("CellsFile", "source"): "来源", ("TypeChange", "source"): "原来的类型", ("Cell", "code"): "区划代码",
    ("District", "code"): "区划代码", ("Holidays", "years"): "各年安排", ("DatedValue", "since"): "从哪天起",
    ("DatedValue", "until"): "到哪天止", ("DatedValue", "basis"): "依据（文号或法条）",
    ("ScoreItem", "measure"): "评哪个指标", ("ScoreItem", "title"): "评分项", ("ScoreItem",
    "kinds"): "评哪些单位",
    ("Evidence", "cells"): "给人看的列", ("Parameter", "title"): "参数", ("Member", "unit"): "成员",
}  # fmt: skip
HELP = {
    "columns": "每行一对，写“第一张表的列：这张表的列”；列名相同的不用写。",
    "message": "花括号里的词由系统填入，请保留。", "paragraphs": "每段一行；花括号里的词由系统填入。",
    "formula": "花括号里是要填入的数，如 {left_value:yuan}。",
    "key": "小写英文字母、数字、下划线，系统用它认这一项，定了不再改；不得与已有的相同。",
    "annex_names": "通知的附件、印章里怎样叫它，每行一个。",
    "members_open": "文件只写“各……机构”“等部门”、由办公室行文指定的勾选；指定以前没有报送事项。",
    "aliases": "每行一个。", "weak_words": "每行一个，小写拼音。", "where": "证据取哪些行的条件。",
    "RegisterSource.where": "每行写“列的代码：值，值”；不写就取全部。",
    "Cell.code": "街道（镇）9 位，社区（村）12 位；上级和级别由代码得出。",
    "Evidence.cells": "每行一个列的代码。",
    "value": "比例写小数：3% 写 0.03。", "statuses": "每行一个。", "kinds": "",
    "Coverage.kinds": "每行一个。",
    "industries": "每行一个，2 到 4 位数字。", "choices": "每行一个。", "avoid": "每行一个。",
    "CollaborationItem.fields": "每行一项。", "explanations": "每行一条。",
}  # fmt: skip
KINDS_OF_CLAUSES = {
    "organisation": "组织", "data_sharing": "数据共享", "analysis": "比对分析", "grid": "网格",
    "credit": "信用",
    "assistance": "协作", "service": "服务", "cultivation": "培育", "security": "保密", "assessment": "考核",
}  # fmt: skip
ROOMS = {
    "organisation": "单位和岗位", "catalogue": "报送目录", "intake": "报送", "registry": "纳税人档案",
    "risk": "疑点", "grid": "网格", "collaboration": "协作", "credit": "信用", "cultivation": "培育和服务",
    "leadership": "领导小组", "assessment": "考核", "dashboard": "图表", "disclosure": "保密和查看",
    "editions": "目录与规则", "work": "待办事项", "audit": "审计", "exchange": "数据包",
}  # fmt: skip
VERBS = {
    "take": "签收", "submit": "送审", "finish": "办结", "accept": "审核通过", "send_back": "退回",
    "forward": "转办", "withdraw": "撤销", "split": "拆分", "merge": "合并", "ask_time": "申请延期",
    "decide_time": "决定延期", "comment": "留言", "attach": "加附件",
}  # fmt: skip
KINDS_OF_UNITS = {
    "leading": "领导小组及其办公室", "member": "成员单位", "provider": "数据提供单位", "partner": "协作单位",
    "grid": "网格单位", "bureau": "税务机关",
}  # fmt: skip
CHOICES: Mapping[str, Mapping[str, str]] = {
    "severity": {
        "refuse": "整份退回", "block": "阻断", "explain": "需说明", "hint": "提示", "repair": "自动规整",
    },
    "trigger": {"standing": "长期", "request": "提请", "periodic": "定期"},
    "period": {
        "month": "每月", "quarter": "每季", "half_year": "每半年", "year": "每年", "event": "按次",
        "request": "按提请", "standing": "长期",
    },
    "counted": {"days": "自然日", "working_days": "工作日"},
    "type": {
        "text": "短文字", "long_text": "长文字", "choice": "选项", "yes_no": "是或否", "number": "数",
        "yuan": "金额（元）", "day": "日期",
    },
    "opens": {
        "open": "公开", "business": "经营信息", "tax": "涉税保密信息", "personal": "个人信息",
        "sensitive": "敏感个人信息",
    },
    "about": {"hit": "疑点", "work": "交办事项"},
    "subjects": {"taxpayer": "纳税人", "unit": "单位", "place": "地点"},
    "measure": {
        "rows": "行数", "sum": "某一列的合计", "timely": "按时率", "reported": "报送率",
        "first_pass": "一次通过率", "rows_passed": "一次合格行率", "filled": "填报完整率",
    },
    "unit": {"fen": "金额", "sqm": "面积", "count": "个数", "days": "天数", "flag": "有无"},
    "verb": VERBS,
    "party": {"assignee": "承办一方", "reviewer": "交办审核一方"},
    "kinds": KINDS_OF_UNITS,
    "binds": KINDS_OF_UNITS,
    "origin": {"bureau": "税务局", "market": "市场主体登记机关"},
    "state": {"todo": "未建", "part": "部分", "done": "已建"},
    "scope": {
        "own_unit": "本单位", "own_cell": "本网格", "all_units": "全部单位", "own_taxpayer": "本户",
        "system": "系统", "public": "公开", "machine": "接口凭据",
    },
    "source": TYPES,
    "targets": TYPES,
    "result": {"hit": "命中", "miss": "未命中", "insufficient": "数据不足"},
    "to": {"assignee": "承办人"},
    "side": {"left": "左边", "right": "右边"},
    "kind": KINDS_OF_CLAUSES,
    "room": ROOMS,
}  # fmt: skip
FIXED = {
    "key", "number", "theme", ("Rule", "code"), ("Finding", "code"), ("Cell", "code"), ("Clause", "id"),
    ("District", "code"), ("TypeChange", "source"), ("RegisterSource", "table"), ("Coverage", "table"),
}  # fmt: skip
"""What names an entry never changes; a copy under another name is another entry."""
DERIVED = {("Cell", "level"), ("Cell", "parent"), ("Holidays", "known_until")}
"""What the system works out itself: shown, never asked."""
AS_TEXT = {"examples", "value_aliases", "map"}
"""What has no form: it is changed as text, with its check."""


def word(model: str, key: str) -> str:
    """The label of a key; empty where it is changed as text."""
    if (model, key) in BY_MODEL:
        return BY_MODEL[model, key]
    return "" if key in AS_TEXT else COMMON.get(key, "")


def shown(key: str, value: Any, definitions: Definitions) -> str:
    """A value as a page shows it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "；".join(shown(key, one, definitions) for one in value)
    if isinstance(value, Mapping):
        return "，".join(
            f"{COMMON.get(name, name)}：{shown(name, one, definitions)}" for name, one in value.items()
        )
    named: dict[str, Mapping[str, Any]] = {
        "partners": definitions.units, "providers": definitions.units, "members": definitions.units,
        "duties": definitions.duties, "apart": definitions.duties, "excludes": definitions.roles,
        "to": definitions.duties, "assignee": definitions.duties, "reviewer": definitions.duties,
        "letter": definitions.letters, "reminders": definitions.ladders, "roles": definitions.roles,
        "finding": definitions.findings, "due_parameter": definitions.parameters, "unit": definitions.units,
        "office": definitions.units, "bureau": definitions.units, "division": definitions.cells,
        "parent": definitions.cells,
    }  # fmt: skip
    if found := named.get(key, {}).get(str(value)):
        return str(getattr(found, "name", "") or found.title)
    return CHOICES.get(key, {}).get(str(value), "" if value is None else str(value))
