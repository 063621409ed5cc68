"""The gate's source of grants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gongzhi.gate import Sight
from gongzhi.gate.sight import Held

from .people import definitions, in_force
from .sign_in import unfinished_sign_in


class Grants:
    """The gate's source of grants."""

    def sight_of(self, user: Any) -> Sight:
        roles = definitions().roles
        held = []
        for grant in in_force(user):
            role = roles.get(grant.role)
            if role is None:
                continue  # a role that the definitions no longer know gives nothing
            everywhere = role.scope in {"all_units", "system"}
            held.append(
                Held(role.key, frozenset(role.duties), grant.unit or None, grant.cell or None, everywhere)
            )
        return Sight(person=str(user.pk), name=user.name, unit=user.unit, held=tuple(held))

    def known_duties(self) -> Iterable[str]:
        return definitions().duties

    def unfinished(self, user: Any) -> str | None:
        return unfinished_sign_in(user)
