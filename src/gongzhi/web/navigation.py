"""The menu: each entry is shown to whoever holds its duty."""

from __future__ import annotations

from dataclasses import dataclass

from gongzhi.gate import Sight

ENTRIES = (
    ("", "/", "工作台", ""),
    ("", "/work", "我的待办", "do_work give_work oversee_unit"),
    ("数据共享", "/submit", "报送文件", "submit_file"),
    ("数据共享", "/calendar", "报送日历", "see_calendar"),
    ("数据共享", "/matrix", "报送总览", "see_calendar"),
    ("数据共享", "/pictures", "报送质量", "see_calendar"),
    ("数据共享", "/acts", "申请与决定", "decide_waiver request_waiver"),
    ("数据共享", "/submissions", "报送记录", "see_own_batches see_all_batches"),
    ("数据共享", "/reviews", "待审核", "return_file"),
    ("数据共享", "/batches", "入库批次", "see_own_batches see_all_batches"),
    ("数据共享", "/rows", "入库明细", "see_own_batches see_all_batches"),
    ("数据共享", "/cutoffs", "截止快照", "see_all_batches verify_integrity"),
    ("数据共享", "/reveals/use", "个人信息使用", "see_own_batches see_all_batches"),
    ("数据共享", "/feedback", "使用反馈", "see_own_batches see_all_batches see_overview"),
    ("风险比对", "/taxpayers", "纳税人", "see_taxpayer"),
    ("风险比对", "/hits", "疑点", "see_hits"),
    ("风险比对", "/links", "待认定", "decide_links"),
    ("数据共享", "/letters", "催报函", "chase_units submit_file oversee_unit"),
    ("目录", "/definitions", "目录与规则", "see_definitions"),
    ("目录", "/editions", "修订", "draft_definitions approve_definitions"),
    ("目录", "/suggestions", "建议", ""),
    ("管理", "/liaisons/mine", "联络员备案", "file_liaisons"),
    ("管理", "/liaisons", "联络员备案", "confirm_liaisons"),
    ("管理", "/work/handover", "工作交接", "oversee_unit confirm_liaisons"),
    ("管理", "/agreements", "保密承诺", "administer_grants confirm_liaisons"),
    ("管理", "/people", "人员与授权", "administer_accounts administer_grants see_unit_people"),
    ("管理", "/api-keys", "接口凭据", "administer_accounts administer_keys see_unit_people"),
    ("管理", "/doors", "接入通道", "administer_system"),
    ("管理", "/outbox", "消息的发送", "administer_system"),
    ("管理", "/exports", "导出审批", "approve_reveal administer_grants"),
    ("管理", "/reveals/more", "增加查看限额", "approve_reveal"),
    ("管理", "/guards", "重点保护与回避", "administer_grants"),
    ("管理", "/reveals", "个人信息查看", "read_audit"),
    ("管理", "/audit", "审计记录", "read_audit"),
    ("帮助", "/help", "操作手册", ""),
)


WITHIN = (
    ("/rulings", "/acts"), ("/withdrawals", "/acts"), ("/check-waivers", "/acts"), ("/requests", "/calendar"),
    ("/obligations", "/calendar"), ("/receipts", "/batches"), ("/two-persons", "/submissions"),
    ("/resources", "/pictures"),
)  # fmt: skip
"""Pages that are reached through an entry of another address."""
OF_A_UNIT = {
    "picture": "/pictures", "fills": "/pictures", "faults": "/pictures", "tries": "/pictures",
    "feedback": "/feedback",
}  # fmt: skip
"""The same of pages about one unit (/units/<unit>/…)."""


@dataclass(frozen=True)
class Link:
    href: str
    title: str
    here: bool


def title_of(path: str) -> str:
    """What the menu calls the page at this address, or the list that it was opened from."""
    found = [(href, title) for _, href, title, _ in ENTRIES if _under(path, href)]
    return max(found, key=lambda entry: len(entry[0]))[1] if found else ""


def groups(sight: Sight, path: str) -> list[tuple[str, list[Link]]]:
    """Menu groups with their links for this reader; the entry of the open page is marked."""
    shown = [one for one in ENTRIES if not one[3] or sight.duties & set(one[3].split())]
    here = max((href for _, href, _, _ in shown if _under(path, href)), key=len, default="")
    found: dict[str, list[Link]] = {}
    for group, href, title, _ in shown:
        found.setdefault(group, []).append(Link(href, title, href == here))
    return list(found.items())


def _under(path: str, href: str) -> bool:
    """Whether a page lies below an entry, or is reached through it."""
    return any(at == href or (href != "/" and at.startswith(f"{href}/")) for at in (path, _within(path)))


def _within(path: str) -> str:
    """The entry through which a page is reached; the page itself where that is its own."""
    if path.startswith("/units/") and len(parts := path.split("/")) > 3:  # /units/<unit>/<page>
        return OF_A_UNIT.get(parts[3], path)
    return next((entry for page, entry in WITHIN if path == page or path.startswith(f"{page}/")), path)
