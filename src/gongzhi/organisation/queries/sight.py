"""The gate's source of grants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from gongzhi.engine.definitions import load_once
from gongzhi.gate import Sight
from gongzhi.gate.sight import Held
from gongzhi.organisation.models import ApiKey

from .people import definitions, in_force
from .sign_in import unfinished_sign_in


class Grants:
    """The gate's source of grants."""

    def sight_of(self, user: Any) -> Sight:
        if isinstance(user, ApiKey):
            return _of_a_machine(user)
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
        """Those of the folder: the start asks before there is a database; none of them can be dropped."""
        return load_once(settings.DEFINITIONS).duties

    def unfinished(self, user: Any) -> str | None:
        return unfinished_sign_in(user)


def _of_a_machine(key: ApiKey) -> Sight:
    """What a unit's machine may do: the duties of machines (roles.yml), for its own unit alone."""
    roles = (role for role in definitions().roles.values() if role.scope == "machine")
    held = tuple(Held(role.key, frozenset(role.duties), key.unit) for role in roles)
    return Sight(person=str(key.pk), name=key.name, unit=key.unit, held=held)
