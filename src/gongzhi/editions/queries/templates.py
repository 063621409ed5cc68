"""Which edition a workbook was made under, and what became of its template since."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from gongzhi.editions.models import Edition
from gongzhi.editions.states import State
from gongzhi.engine.definitions import Resource, understood

from .counting import edition_for, in_force
from .difference import column_changes


@dataclass(frozen=True)
class Template:
    """The edition of a template that a workbook's hidden mark names, beside the one that its period asks."""

    made: Edition
    asked: Edition

    @cached_property
    def resources(self) -> tuple[Resource, Resource]:
        """The resource as the workbook knows it, and as the period asks for it."""
        return _resource(self.made), _resource(self.asked)

    @property
    def newer(self) -> bool:
        """Whether the workbook is ahead of its period."""
        return (self.made.version or 0) > (self.asked.version or 0)

    @property
    def changes(self) -> list[str]:
        """What differs between the columns, from the earlier edition to the later one."""
        first, then = (self.asked, self.made) if self.newer else (self.made, self.asked)
        return column_changes(first.texts, then.texts)


def template_by(number: str, period: str, mark: str) -> Template | None:
    """What a mark names when it is not what the period asks for; None for the same, or a mark not known."""
    asked = edition_for(number, period)
    if asked is None or asked.digest == mark:
        return None
    code = in_force().resources[number].code
    same = Edition.objects.filter(kind="resource", code=code, state=State.APPROVED)
    made = same.filter(digest=mark).order_by("-version").first()
    return Template(made, same.get(pk=asked.pk)) if made else None


def _resource(edition: Edition) -> Resource:
    ((name, text),) = edition.texts.items()
    return understood(name, text.encode(), Resource)[1]
