"""What every test may use; here, at the root, so that tests inside the rooms have it too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from gongzhi.organisation.models import Authenticator, Person


@pytest.fixture
def cast(db: None) -> dict[str, Person]:
    """Everybody of tests/cast.py, active and granted, by login name."""
    from tests.cast import PASSWORD, seats  # noqa: PLC0415  # the apps must be ready

    from gongzhi.organisation.actions import seat_cast  # noqa: PLC0415  # the same

    return seat_cast({name: PASSWORD for name in seats()})


@pytest.fixture
def client_of(cast: dict[str, Person]) -> Callable[[str], Client]:
    """A browser in which one of the cast is signed in, second factor passed: `client_of("liaison")`.

    CSRF is not enforced; `tests/house` holds that for all addresses at once.
    """

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(cast[name], backend="django.contrib.auth.backends.ModelBackend")
        prove_factor(client, cast[name])
        return client

    return signed_in


@pytest.fixture
def stranger_client(db: None) -> Client:
    """A browser in which nobody is signed in."""
    return Client()


def prove_factor(client: Client, person: Person) -> Authenticator:
    """Put a confirmed authenticator into the client's session."""
    device = Authenticator.objects.filter(user=person).first()
    if device is None:
        device = Authenticator(user=person, name="test", confirmed=True)
        device.seal_secret(bytes(20))
        device.save()
    session = client.session
    session["otp_device_id"] = device.persistent_id
    session.save()
    return device
