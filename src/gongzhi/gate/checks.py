"""System checks: the application does not start when a URL has no policy or names no known duty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error
from django.urls import URLPattern, URLResolver, get_resolver

from .policies import policy_of
from .sight import source


def walk(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every URL pattern of the application with its full route."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern


def every_url_has_a_policy(app_configs: Any, **_: Any) -> list[Error]:
    """E001: a URL without a policy. E002: a policy that names a duty nobody defined."""
    errors = []
    known = set(source().known_duties())
    for route, pattern in walk(get_resolver().url_patterns):
        policy = policy_of(pattern.callback)
        if policy is None:
            errors.append(Error(f"/{route} has no policy", id="gate.E001"))
        elif strange := set(policy.duties) - known:
            errors.append(Error(f"/{route} asks for unknown duties {sorted(strange)}", id="gate.E002"))
    return errors
