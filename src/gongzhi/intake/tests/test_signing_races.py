"""Several workers at once: each receipt is signed once, each day closed once, each cut-off frozen once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, connections
from django.utils import timezone
from tests.files import presale_rows

from gongzhi.intake.actions.signing import close_days, freeze, sign_receipts
from gongzhi.intake.models import Cutoff, DayRoot, FrozenBatch, Receipt, ReceiptRoot
from gongzhi.intake.queries.proofs import days_witness, ledger_faults

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


@pytest.fixture
def served(request):
    """A database that threads do not share a connection to."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        request.getfixturevalue("file_database")


def at_once(act):
    """The same act in several threads that start together; errors other than a lost race are raised."""
    barrier, errors = threading.Barrier(WORKERS), []

    def run():
        try:
            barrier.wait(30)
            act()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


def test_workers_at_once_sign_close_and_freeze_once(served, hand):
    for number in range(6):
        hand(presale_rows(1, start=number), period=f"{2020 + number}Q1")
    now = timezone.now()
    assert at_once(sign_receipts) == []
    assert sum(root.size for root in ReceiptRoot.objects.all()) == 6
    assert not Receipt.objects.filter(root=None).exists()
    tomorrow = now + dt.timedelta(days=2)
    errors = at_once(lambda: close_days(now=tomorrow))
    close_days(now=tomorrow)  # what lost the race is tried again, as the worker does
    assert DayRoot.objects.count() == 2
    assert len(days_witness().read_text("utf-8").splitlines()) == 2
    errors += at_once(lambda: freeze(cut_at=now, by=None))
    assert (Cutoff.objects.count(), FrozenBatch.objects.count()) == (1, 6)
    assert {type(error).__name__ for error in errors} <= {"IntegrityError"}
    assert list(ledger_faults()) == []
