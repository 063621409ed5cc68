"""What a sender finds beside its file: the outcome in words and for machines, workbooks, the receipt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from gongzhi.intake.actions import report
from gongzhi.intake.actions.desk import HandedIn
from gongzhi.intake.actions.refused import Refused
from gongzhi.intake.models import Review, Submission
from gongzhi.intake.queries.outcome import outcome_of
from gongzhi.intake.queries.pages import period_label
from gongzhi.intake.states import OUTCOMES
from gongzhi.organisation.queries import unit_name

SAID, DATA, MARKED, BAD_ROWS, RECEIPT = "结果.txt", "结果.json", "标注表.xlsx", "待补正行.xlsx", "回执.json"
_TOLD = 200
_LIMIT = 1_000


def refused(file: str, error: Refused) -> dict[str, bytes]:
    """The answer to a file that has no place to go, or cannot be opened: it stays where it is."""
    lines = ["没有收下", f"文件：{file}", error.text, "文件没有动过。改好后重新放入即可；不要的请自行移走。"]
    data = {"outcome": "refused", "code": error.code, "message": error.text, "about": error.about}
    return {SAID: _text(lines), DATA: _json(data)}


def of(submission: Submission) -> dict[str, bytes]:
    """The answer to a file that was handed in, as things stand now."""
    batch = getattr(submission, "batch", None)
    handed = HandedIn(submission, None, batch)
    data = handed.as_json(_LIMIT) | {"outcome": outcome_of(submission)}
    files = {SAID: _text(_lines(submission, data)), DATA: _json(data)}
    if data["receipt"]:
        files[RECEIPT] = _json(data["receipt"])
    if data["findings_total"]:
        files |= dict(_workbooks(handed))
    return files


def _workbooks(handed: HandedIn) -> Iterator[tuple[str, bytes]]:
    """The marked-up file, and the rows set aside alone once the others are in."""
    submission = handed.submission
    try:
        yield MARKED, report.marked_up(submission=submission, by=None, findings=handed.findings)
        if handed.batch and submission.set_aside:
            yield BAD_ROWS, report.bad_rows(submission=submission, by=None)
    except Refused:
        return  # a file that cannot be read has nothing to mark: its answer says so


def _lines(submission: Submission, data: dict[str, Any]) -> Iterator[str]:
    outcome = data["outcome"]
    yield OUTCOMES[outcome]
    resource = f"{submission.resource} {data['title']}"
    yield f"{unit_name(submission.unit)}  {resource}  {period_label(submission.period)}"
    received = timezone.localtime(submission.received_at)
    yield f"文件：{submission.file_name}，{received:%Y-%m-%d %H:%M:%S} 收到"
    if data["refusal"]:
        yield data["refusal"]["text"]
        yield data["refusal"]["mend"]
    else:
        yield f"共 {data['rows']} 行，可入库 {submission.accepted} 行，待补正 {submission.set_aside} 行"
    if data["receipt"]:
        yield f"批次 {data['batch']}，回执编号 {data['receipt']['number']}（{RECEIPT}）"
    yield from _what_next(outcome, submission)
    yield from _findings(data)


def _what_next(outcome: str, submission: Submission) -> Iterator[str]:
    if submission.refusal.get("code") == "slot_filled":
        yield "怎样放：整批更正的放进期间文件夹下的“更正”里，追加的放进“补充”里，没有就自己建。"
    if outcome == "awaiting":
        yield "本单位实行两人报送：请另一个人登录平台复核入库，结果会写在这里。"
    if outcome == "sent_back":
        yield f"复核的人没有入库：{submission.sent_back}。改好后重新放入期间文件夹。"
    if outcome == "partial":
        yield f"怎样补正：改“{BAD_ROWS}”，放回期间文件夹，平台认得它补的是哪一批。"
    if outcome == "taken_back":
        yield "这一批已按本单位的申请撤回，不再使用。"
    if outcome == "returned":
        yield from _returned(submission.batch.review)


def _returned(review: Review) -> Iterator[str]:
    yield f"退回理由：{review.reason or '见下面各行'}"
    for remark in review.remarks:
        yield f"  第 {remark['row']} 行 {remark['text']}"
    until = f"{review.again_by:%Y-%m-%d} 前重新报来仍算按时，" if review.again_by else ""
    yield f"{until}请把改好的整份文件放进期间文件夹下的“更正”里。"


def _findings(data: dict[str, Any]) -> Iterator[str]:
    total, shown = data["findings_total"], data["findings"][:_TOLD]
    if not shown:
        return
    yield ""
    yield f"检查发现 {total} 处（{MARKED} 里逐格标出）：" if total else ""
    for finding in shown:
        yield f"  {finding['cell'] or '整份文件'}  {finding['message']}  {finding['mend']}"
    if total > len(shown):
        yield f"  ……其余见 {MARKED}"


def _text(lines: Any) -> bytes:
    """With a mark of UTF-8 and line ends that every notepad shows."""
    return "\r\n".join(line for line in lines if line is not None).encode("utf-8-sig")


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=2, default=str).encode()
