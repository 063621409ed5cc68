"""One door for every password that is typed: who is barred, what fails is counted."""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.http import HttpRequest

from gongzhi.organisation.actions import Barred, refused_sign_in
from gongzhi.organisation.models import Person
from gongzhi.organisation.queries import address_of, locked_since, seconds_barred


def person_with(request: HttpRequest, *, username: str, password: str) -> Person | None:
    """The person whose login name and password these are; None when they are nobody's.

    A failure counts three ways: per name and neighbourhood (django-axes, a quarter of an hour), per name
    and hour, per address. Raises Barred when one of the last two is used up. What comes while the first
    lock stands is not counted for the name, or anybody could lock anybody out with twenty requests.
    """
    address = address_of(request)
    if seconds := seconds_barred(address):
        raise Barred(seconds)
    if locked_since(username):
        raise Barred
    counted = AxesProxyHandler.is_allowed(request, {"username": username})
    person = authenticate(request, username=username, password=password)
    if isinstance(person, Person):
        return person
    refused_sign_in(username=username, address=address, counted=counted)
    return None
