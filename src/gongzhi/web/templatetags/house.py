"""Filters and components of every page (look.md)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template.context import RequestContext
from django.utils.safestring import SafeString

from gongzhi.dashboard.queries import kinds_of
from gongzhi.dashboard.queries import waiting as everything_waiting
from gongzhi.dashboard.queries import waiting_at as count_at
from gongzhi.disclosure.queries import may_reveal
from gongzhi.editions.queries import in_force
from gongzhi.intake.models import Batch
from gongzhi.web.navigation import groups, title_of
from gongzhi.work.queries import unread as unread_by

register = template.Library()
MISSING = "—"


@register.filter
def yuan(fen: int | None) -> str:
    """Whole 分 as 元 with thousand separators; a missing amount is a dash, never 0."""
    return MISSING if fen is None else f"{Decimal(fen) / 100:,.2f}".replace("-", "−")


@register.filter
def wan(fen: int | None) -> str:
    """Whole 分 as 万元."""
    return MISSING if fen is None else f"{Decimal(fen) / 1_000_000:,.2f}".replace("-", "−")


@register.filter
def number(value: float | None) -> str:
    return MISSING if value is None else f"{value:,}".replace("-", "−")


@register.filter
def faults(form: BaseForm) -> int:
    """How many faults a form has: a field may have several."""
    return sum(map(len, form.errors.values()))


@register.filter
def code(value: str | None) -> str:
    """A credit code in groups that the eye can hold."""
    if not value:
        return MISSING
    return f"{value[:6]} {value[6:10]} {value[10:14]} {value[14:]}" if len(value) == 18 else value


@register.filter
def day(value: dt.date | None) -> str:
    return value.strftime("%Y-%m-%d") if value else MISSING


@register.inclusion_tag("components/navigation.html", takes_context=True)
def navigation(context: RequestContext) -> dict[str, Any]:
    """The menu of the reader's duties; on an error page no entry is marked, lest it tell what was asked."""
    here = "" if context.get("quiet") else context["request"].path
    return {"groups": groups(context["sight"], here)}


@register.simple_tag(takes_context=True)
def menu_title(context: RequestContext) -> str:
    """What the menu calls the open page; never what the page is about, which may be somebody's name."""
    return title_of(context["request"].path)


@register.inclusion_tag("components/page_head.html")
def page_head(title: str, purpose: str = "", **more: str) -> dict[str, str]:
    """One title, one sentence that says what the page is for, one primary action."""
    return {"title": title, "purpose": purpose, **more}


@register.simple_tag(takes_context=True)
def may_search(context: RequestContext) -> bool:
    """Whether there is anything that the reader may look for."""
    return bool(kinds_of(context["sight"]))


@register.simple_tag(takes_context=True)
def unread(context: RequestContext) -> int:
    """How many messages the reader has not seen; none on an error page, which asks for nothing."""
    return 0 if context.get("quiet") else unread_by(context["sight"])


@register.simple_tag(takes_context=True)
def waiting_at(context: RequestContext, page: str) -> int:
    """How much waits for the reader in the list at an address."""
    return count_at(context["sight"], page)


@register.inclusion_tag("components/waiting.html", takes_context=True)
def waiting(context: RequestContext) -> dict[str, Any]:
    """All that waits for the reader, each kind with its number and the way to it."""
    return {"found": everything_waiting(context["sight"])}


@register.inclusion_tag("components/reveal_link.html", takes_context=True)
def reveal_link(
    context: RequestContext, batch: Batch, part: int, row: int, **more: str | UUID
) -> dict[str, str | UUID]:
    """查看 beside a masked value, for whoever may look at this unit's rows; nothing for everybody else.

    `field` is ticked beforehand, `label` stands for 查看. With `hit` the look is for that hit.
    """
    slot = batch.slot
    may = may_reveal(context["sight"], slot.unit, in_force().resources[slot.resource])
    place = f"/batches/{batch.pk}/rows/{part}/{row}/reveal"
    if hit := more.get("hit"):
        place = f"/hits/{hit}/reveal/{batch.pk}/{part}/{row}"
    return more | {"href": place if may else ""}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", **more: str) -> dict[str, str]:
    """A block without rows: why it is empty and what to do next."""
    return {"title": title, "text": text, **more}


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The input of a form field in the house's dress; Django adds what a screen reader needs.

    Without maxlength: a browser would cut what is pasted in, without a word. What is too long is refused by
    the form, which tells the limit and keeps the text.
    """
    widget = field.field.widget
    if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        return field.as_widget()
    dress = "form-select" if isinstance(widget, Select) else "form-control"
    dressed = f"{widget.attrs.get('class', '')} {dress}".strip()
    return field.as_widget(attrs={"class": dressed, "maxlength": False})
