"""Several workers at once: each receipt is signed once, each day closed once, each cut-off frozen once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.files import presale_rows
from tests.threads import at_once, raised

from gongzhi.intake.actions.signing import close_days, freeze, sign_receipts
from gongzhi.intake.models import Cutoff, DayRoot, FrozenBatch, Receipt, ReceiptRoot
from gongzhi.intake.queries.proofs import days_witness, ledger_faults

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


def by_all(act):
    """The same act by several workers; what they raised."""
    return raised(at_once(*[act] * WORKERS))


def test_workers_at_once_sign_close_and_freeze_once(unshared_database, hand):
    for number in range(6):
        hand(presale_rows(1, start=number), period=f"{2020 + number}Q1")
    now = timezone.now()
    assert by_all(sign_receipts) == []
    assert sum(root.size for root in ReceiptRoot.objects.all()) == 6
    assert not Receipt.objects.filter(root=None).exists()
    tomorrow = now + dt.timedelta(days=2)
    errors = by_all(lambda: close_days(now=tomorrow))
    close_days(now=tomorrow)  # what lost the race is tried again, as the worker does
    assert DayRoot.objects.count() == 2
    assert len(days_witness().read_text("utf-8").splitlines()) == 2
    errors += by_all(lambda: freeze(cut_at=now, by=None))
    assert (Cutoff.objects.count(), FrozenBatch.objects.count()) == (1, 6)
    assert {type(error).__name__ for error in errors} <= {"IntegrityError"}
    assert list(ledger_faults()) == []
