"""What every test may use; here, at the root, so that tests inside the rooms have it too."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from tests.longest import rank
from tests.receiver import Receiver, listening

from gongzhi.audit.models import Event
from gongzhi.disclosure.models import Acceptance
from gongzhi.organisation.models import Authenticator, Grant, Person


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest begins first; else the order stays."""
    items.sort(key=lambda item: rank(item.path.relative_to(config.rootpath).as_posix()))


@pytest.fixture(autouse=True)
def _definitions_of_the_test(request: pytest.FixtureRequest) -> None:
    """A test with a database asks it what is published; one without reads the folder."""
    from gongzhi.editions.queries import pin  # noqa: PLC0415  # the apps must be ready

    marked = request.node.get_closest_marker("django_db")
    asks = marked or {"db", "transactional_db"} & set(request.fixturenames)
    pin(None if asks else "")


_seated: dict[str, list[Any]] = {}

# A loaded machine is no fault of the code: nothing in the tests is timed.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


@pytest.fixture
def cast(db: None) -> dict[str, Person]:
    """Everybody of tests/cast.py, active and granted, by login name.

    Seated by the product's own action once in a process; later tests get copies of its rows.
    """
    from tests.cast import seat_all  # noqa: PLC0415  # the apps must be ready

    if not _seated:
        before = set(Event.objects.values_list("pk", flat=True))  # another fixture may have been first
        people = seat_all()
        _seated.update(people=[copy.copy(one) for one in people.values()], grants=list(Grant.objects.all()))
        _seated["accepted"] = list(Acceptance.objects.all())
        _seated["events"] = [event for event in Event.objects.order_by("id") if event.pk not in before]
        return people
    people = {person.username: copy.copy(person) for person in _seated["people"]}
    Person.objects.bulk_create(people.values())
    Grant.objects.bulk_create(_anew(_seated["grants"]))
    Acceptance.objects.bulk_create(_anew(_seated["accepted"]))
    Event.objects.bulk_create(_anew(_seated["events"], at=timezone.now()))
    return people


def _anew(rows: list[Any], **changes: object) -> list[Any]:
    """Copies that the database numbers again."""
    copies = [copy.copy(row) for row in rows]
    for row in copies:
        row.pk = None
        for name, value in changes.items():
            setattr(row, name, value)
    return copies


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


@pytest.fixture
def receiver(socket_enabled: None) -> Iterator[Receiver]:
    """Somebody else's HTTP server on this machine."""
    with listening() as one:
        yield one


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


@pytest.fixture(scope="session")
def migrated(django_db_setup: None, django_db_blocker: Any) -> Callable[[Path], Path]:
    """Put the database that all migrations make into an empty home: a process that starts there need not
    repeat them, which takes seconds. On PostgreSQL the home stays empty.
    """

    def given(home: Path) -> Path:
        home.mkdir(parents=True, exist_ok=True)
        database = connections["default"]
        if database.vendor == "sqlite":
            with django_db_blocker.unblock(), database.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(home / "gongzhi.sqlite3")])
        return home

    return given


@pytest.fixture
def file_database(tmp_path: Path, django_db_blocker: Any) -> Iterator[None]:
    """The test's database as a file, as it is in service: threads share one that lies in memory."""
    database = connections["default"]
    before = database.settings_dict["NAME"]
    target = tmp_path / "races.sqlite3"
    with django_db_blocker.unblock(), database.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])
    kept = database.connection
    database.connection = None
    database.settings_dict["NAME"] = str(target)
    yield
    connections.close_all()
    database.settings_dict["NAME"] = before
    database.connection = kept


@pytest.fixture
def unshared_database(request: pytest.FixtureRequest) -> None:
    """A database that threads do not share a connection to, as they do to one in memory."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        request.getfixturevalue("file_database")
