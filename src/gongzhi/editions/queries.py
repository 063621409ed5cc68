"""The definitions in force."""

from __future__ import annotations

from django.conf import settings

from gongzhi.engine.definitions import Definitions, load_once


def in_force() -> Definitions:
    """The definitions that count now: the folder beside the code, until this room publishes editions."""
    return load_once(settings.DEFINITIONS)
