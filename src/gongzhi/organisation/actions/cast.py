"""The fixed cast (design.md 8): the invented people of the demo and of the tests, from one data file."""

from __future__ import annotations

import json
import os
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from gongzhi.organisation.models import Person

from .accounts import approve, register
from .grants import grant

CAST = Path(__file__).parent / "cast.yml"


@dataclass(frozen=True)
class Seat:
    """One of the cast: login name, display name, unit, post, and at most one role with its scope."""

    username: str
    name: str
    unit: str
    post: str
    role: str = ""
    cell: str = ""


@lru_cache(maxsize=1)
def seats() -> Mapping[str, Seat]:
    """The cast by login name, in the order of the file."""
    listed = yaml.safe_load(CAST.read_text("utf-8"))
    return {entry["username"]: Seat(**entry) for entry in listed}


@transaction.atomic
def seat_cast(passwords: Mapping[str, str] | None = None) -> dict[str, Person]:
    """Seat the whole cast, ready to sign in; returns login name → person. Safe to run twice.

    Without `passwords` they are made at random once per home and kept, readable by the owner alone, in
    `accounts.json` of the home (for a demo only: nobody else's password is ever stored).
    """
    known = passwords or _kept_passwords()
    return {seat.username: _seated(seat, known[seat.username]) for seat in seats().values()}


def _seated(seat: Seat, password: str) -> Person:
    found = Person.objects.filter(username=seat.username).first()
    if found:
        return found
    person = register(username=seat.username, name=seat.name, unit=seat.unit, post=seat.post, by=None)
    approve(person=person, by=None)
    person.password, person.password_changed_at = make_password(password), timezone.now()
    person.must_change_password, person.is_active = False, True
    person.save()
    if seat.role:
        unit = "" if seat.cell else seat.unit
        grant(person=person, role=seat.role, unit=unit, cell=seat.cell, basis="演示与测试账号", by=None)
    return person


def _kept_passwords() -> dict[str, str]:
    path = settings.HOME.path / "accounts.json"
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text("utf-8"))
    else:
        kept = {}
    missing = [username for username in seats() if username not in kept]
    if missing:
        kept |= {username: _random_password() for username in missing}
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(kept, file, ensure_ascii=False, indent=2)
    return kept


def _random_password() -> str:
    """Four groups of four that a person can copy from the terminal; three classes by construction."""
    letters = "".join(set(string.ascii_lowercase) - set("lo"))
    groups = ["".join(secrets.choice(letters) for _ in range(4)) for _ in range(2)]
    upper = "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(4))
    digits = "".join(secrets.choice("23456789") for _ in range(4))
    return "-".join((groups[0], upper, digits, groups[1]))
