"""The OpenAPI document in the words of who reads it, and the call that the platform makes itself."""

from __future__ import annotations

from typing import Any

from .schemas import Told

SCHEMAS = {
    "Said": "这份文件报到哪里：写在查询串里，因为正文就是文件",
    "Page": "列表的哪一页、一页多少条",
    "Rows": "推送的行：1至1000行，每一行是一个对象，列名（title 或 key）对值",
    "Whole": "这一期的行已经推完",
    "Place": "一处不合要求的地方：在哪里、错在哪里、怎样改",
    "Problem": "拒绝（RFC 9457）；code 供程序判断，与 type 的末段相同",
    "Received": "文件已可靠保存，等待检查",
    "Finding": "检查发现的一处问题：在哪一格、错在哪里、怎样改；涉及个人的值已遮盖",
    "Outcome": "一份报送的结果；outcome 为 null 时还在检查",
    "SubmissionLine": "列表里的一份报送",
    "Submissions": "报送的一页",
    "BatchLine": "已入库的一批；被更正的，replaced_by 是更正它的批次",
    "Batches": "批次的一页",
    "Owed": "要日历里的哪些：状态、资源、期间；以及哪一页、一页多少条",
    "ObligationLine": "应报的一项：期限和今天的状态",
    "Obligations": "应报事项的一页",
    "ResourceLine": "这个凭据可以报送的一项数据资源",
    "Resources": "可以报送的数据资源",
    "Table": "资源的一张表：各列，和一行的 JSON Schema",
    "ResourceDetail": "一项数据资源和它的各张表",
    "Pushed": "行已可靠保存在收件箱。每一行的编号是“inbox-行号”，行号从1起",
    "Fate": "一行现在怎样",
    "PushFate": "一次推送，和它的每一行现在怎样",
    "PushLine": "列表里的一次推送",
    "Pushes": "推送的一页",
    "Sealed": "随即汇集入库的推送次数和行数",
}
_TEXT = {"type": "string"}
_HEADERS = {
    "202": {"Location": "在这里查结果"},
    "401": {"WWW-Authenticate": "TG1"},
    "405": {"Allow": "可以用的方法"},
    "429": {"Retry-After": "还要等多少秒"},
    "503": {"Retry-After": "还要等多少秒"},
}
_SIGNED = {
    "X-Gongzhi-Time": "发出时的 Unix 时间，秒；相差超过五分钟的请不收",
    "X-Gongzhi-Nonce": "这次通知的编号，重试时不变；已经处理过的，答复成功即可",
    "X-Gongzhi-Signature": "用约定的密钥对三行作 HMAC-SM3，写成十六进制：时间、编号、"
    "正文的 SM3（十六进制），行与行之间一个换行符",
}
WEBHOOKS = {
    "outcome": {
        "post": {
            "summary": "告诉单位的系统一份报送的结果",
            "description": "凭接口、前置机、前置库报来的，有了结果就向部署人员登记的地址发一次。"
            "只有编号、状态和行数。"
            "答复低于300为成功；否则隔2、4、8、16、32分钟再发，编号不变。",
            "security": [],
            "parameters": [
                {"name": name, "in": "header", "required": True, "schema": _TEXT, "description": words}
                for name, words in _SIGNED.items()
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": Told.model_json_schema()}},
            },
            "responses": {"2XX": {"description": "已经收到"}},
        }
    }
}


def reworded(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every schema and operation in Chinese, the headers of answers, and the webhook."""
    for name, schema in document["components"]["schemas"].items():
        schema["description"] = SCHEMAS[name]
    for methods in document["paths"].values():
        for operation in methods.values():
            _reword(operation)
    document["webhooks"] = WEBHOOKS
    return document


def _reword(operation: dict[str, Any]) -> None:
    operation["summary"] = operation["description"].partition("；")[0].partition("：")[0].rstrip("。…")
    for status, answer in operation["responses"].items():
        if told := _HEADERS.get(str(status)):
            answer["headers"] = {
                name: {"schema": _TEXT, "description": words} for name, words in told.items()
            }
