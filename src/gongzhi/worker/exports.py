"""Make the exports that wait: the list as the person saw it, in her name, with what she may see now."""

from __future__ import annotations

import logging
from typing import BinaryIO
from urllib.parse import urlsplit

from django.http import FileResponse, Http404, HttpRequest, QueryDict
from django.urls import resolve
from django.utils import timezone

from gongzhi.disclosure import actions, queries
from gongzhi.disclosure.models import Export
from gongzhi.gate import sight_of
from gongzhi.gate.policies import Policy, policy_of
from gongzhi.work.actions import tell

log = logging.getLogger(__name__)


def make_exports() -> int:
    """Make every export that waits; one that is not hers any more is told so."""
    made = 0
    for one in queries.waiting_exports():
        made += _make(one)
    return made


def remove_exports() -> int:
    """Remove the files whose time is over."""
    return actions.remove_expired(by=None)


def _make(export: Export) -> int:
    try:
        _made(export)
    except Http404:
        return _failed(export, "out of sight", "现在的岗位不能导出这份清单")
    except Exception:
        log.exception("export %s failed", export.pk)  # and is not tried again: the others wait behind it
        return _failed(export, "error", "请重新导出；仍不成的，请与系统管理员联系")
    once = "，只能下载一次" if export.guarded else ""
    tell(person=export.person, text=f"“{export.title}”已生成，请下载{once}", address="/exports", by=None)
    return 1


def _made(export: Export) -> None:
    name = f"{export.title}-{timezone.localtime():%Y%m%d%H%M}.xlsx"
    with _answer(export) as file:
        actions.keep_export(export=export, file=file, name=name, by=None)


def _failed(export: Export, why: str, said: str) -> int:
    actions.fail_export(export=export, why=why, by=None)
    tell(person=export.person, text=f"“{export.title}”没有生成：{said}", address="/exports", by=None)
    return 0


def _answer(export: Export) -> BinaryIO:
    """What the list's own page answers to her today, through the gate; Http404 when it is no file."""
    there = urlsplit(export.address)
    match = resolve(there.path)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", there.path, there.path
    request.GET = QueryDict(there.query)
    request.user = export.person
    request.made_by_worker = True  # type: ignore[attr-defined]  # what the desk asks
    if not _may(export, policy_of(match.func)):
        raise Http404
    answer = match.func(request, *match.args, **match.kwargs)
    if not isinstance(answer, FileResponse) or answer.file_to_stream is None:
        raise Http404
    return answer.file_to_stream


def _may(export: Export, policy: Policy | None) -> bool:
    """Whether the gate would let her in now; how she proved herself was asked when she wanted the file."""
    sight = sight_of(export.person)
    if policy is None or not export.person.is_active or queries.missing(sight):
        return False
    return policy.kind == "signed_in" or any(sight.has(duty) for duty in policy.duties)
