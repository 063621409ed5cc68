"""Passwords: what is refused, and setting one (security.md 3.1)."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.organisation.models import FormerPassword, Link, Person
from gongzhi.organisation.queries import definitions, is_administrator

from .refusal import Refused
from .sitting import end_all

PASSWORDS_REMEMBERED = 5
LEAST_LENGTH = 12
LEAST_LENGTH_ADMINISTRATOR = 16
MOST_LENGTH = 128
CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
WEAK_WORDS = Path(__file__).parent / "weak_words.txt"
_LOOKALIKES = str.maketrans("013457@$!", "oleastasi")


def faults_of(password: str, person: Person) -> list[str]:
    """Everything that is wrong with a password for this person, in Chinese; empty when it will do."""
    least = LEAST_LENGTH_ADMINISTRATOR if is_administrator(person) else LEAST_LENGTH
    faults = []
    if not least <= len(password) <= MOST_LENGTH:
        faults.append(f"密码要有{least}至{MOST_LENGTH}位，现在是{len(password)}位")
    if sum(bool(re.search(pattern, password)) for pattern in CLASSES) < 3:
        faults.append("密码要含大写字母、小写字母、数字、符号中的至少三类")
    if re.search(r"(.)\1{3}", password) or len(set(password)) < 6:
        faults.append("密码中重复的字符太多")
    if word := _weak_word(password, person):
        faults.append(f"密码含有容易猜到的词“{word}”，请换掉它")
    return faults


def _weak_word(password: str, person: Person) -> str | None:
    plain = password.lower()
    forms = {plain, plain.translate(_LOOKALIKES)}
    own = {part for part in (person.username.lower(), person.name.lower()) if len(part) >= 2}
    for word in (*sorted(own), *_known_words()):
        if any(word in form for form in forms):
            return word
    return None


@lru_cache(maxsize=1)
def _known_words() -> tuple[str, ...]:
    """Common passwords of the file, and the words and names of the place that the definitions hold."""
    lines = WEAK_WORDS.read_text("utf-8").splitlines()
    words = {line.strip().lower() for line in lines if line.strip() and not line.startswith("#")}
    known = definitions()
    district = known.district
    words |= {word.lower() for word in district.weak_words}
    words |= {name.rstrip("省市区县") for name in (district.name, district.city, district.province)}
    words |= {name for unit in known.units.values() for name in unit.names}
    return tuple(sorted(word for word in words if len(word) >= 2))


@transaction.atomic
def set_password(
    *, person: Person, password: str, by: Person, link: Link | None = None, keep: str = ""
) -> None:
    """Set a password; with `link`, also open the account (activation) and end the link.

    Refused: what `faults_of` names, the last five, a link of an account that nobody has approved yet.
    All sessions of the person end but the sitting `keep`; the caller renews the session of that one.
    """
    if faults := faults_of(password, person):
        raise Refused("；".join(faults))
    former = person.former_passwords.values_list("encoded", flat=True)[: PASSWORDS_REMEMBERED - 1]
    if any(check_password(password, encoded) for encoded in (person.password, *former)):
        raise Refused(f"不能与最近{PASSWORDS_REMEMBERED}次用过的密码相同，请换一个")
    now = timezone.now()
    if link:
        _use(link, person)
    if is_password_usable(person.password):
        FormerPassword.objects.create(person=person, encoded=person.password)
    person.password, person.password_changed_at = make_password(password), now
    person.must_change_password, person.sitting = False, person.sitting + 1
    person.save()
    end_all(person=person, keep=keep)
    record(
        "password.set", by=by, subject=("person", person.pk), detail={"link": link.purpose if link else ""}
    )


def _use(link: Link, person: Person) -> None:
    """End the link and open its account; refused when somebody was quicker or the account may not open."""
    if person.disabled_at or person.approved_at is None:
        raise Refused("账号尚未经安全管理员批准，请稍后再用这个链接")
    if not Link.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now()):
        raise Refused("这个链接已经用过，请联系系统管理员重新开通")
    person.is_active = True
