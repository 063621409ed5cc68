"""The words of the trail: every verb that a room writes, and what a page calls it."""

from __future__ import annotations

from types import MappingProxyType

VERBS = MappingProxyType(
    {
        "person.signed_in": "登录",
        "person.signed_out": "退出登录",
        "person.sign_in_refused": "登录未成功",
        "person.registered": "登记人员",
        "person.approved": "批准账号",
        "person.disabled": "停用账号",
        "person.unlocked": "解除登录锁定",
        "password.set": "设定密码",
        "password_link.activate": "开通激活链接",
        "password_link.reset": "开通重设密码链接",
        "factor.bound": "绑定验证器",
        "factor.verified": "核对动态码",
        "factor.removed": "解除验证器",
        "grant.given": "授予角色",
        "grant.ended": "收回角色",
        "gate.refused": "越权访问被拒",
        "list.exported": "导出列表",
        "audit.verified": "验证审计链",
        "submission.received": "收到文件",
        "submission.same": "收到相同文件",
        "submission.withdrawn": "撤回报送",
        "submission.refused": "退回整份文件",
        "submission.told_anew": "改变报送说明",
        "submission.adopted": "采用建议值",
        "obligation.opened": "提请或登记报送事项",
        "obligation.zero_reported": "零报告",
        "obligation.asked": "申请免报、延期或其他方式",
        "obligation.granted": "同意申请",
        "obligation.refused": "不同意申请",
        "obligation.withdrawn": "撤回申请",
        "obligation.provided": "以其他方式提供",
        "batch.committed": "入库",
        "receipts.signed": "签名回执",
        "day.closed": "日结",
        "cutoff.frozen": "固定截止快照",
        "key.renewed": "更换签名密钥",
        "batches.linked": "关联批次",
        "report.findings": "下载问题清单",
        "report.marked": "下载标注表",
        "link.decided": "判定名称对应",
        "risk.scanned": "运行扫描",
        "hit.excluded": "排除疑点",
        "register.refreshed": "更新纳税人名册",
    }
)
"""A verb without a word is shown as it is; a house test asks for the word."""

SUBJECTS = MappingProxyType(
    {
        "person": "人员",
        "url": "页面",
        "list": "列表",
        "chain": "审计链",
        "submission": "报送",
        "batch": "批次",
        "obligation": "报送事项",
        "receipt_root": "一批回执",
        "day": "日结",
        "cutoff": "截止快照",
        "key": "密钥",
        "register": "名册",
        "taxpayer": "纳税人",
        "hit": "疑点",
        "doubt": "存疑的名称对应",
        "run": "扫描",
    }
)
OUTCOMES = MappingProxyType({"done": "完成", "refused": "拒绝"})
