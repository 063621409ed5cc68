"""`gongzhi verify lake`: rows, receipts, corrections, withdrawals and originals that were meddled with."""

import pytest
from django.utils import timezone
from tests.files import presale_rows

from gongzhi.cli.verify import lake
from gongzhi.intake import actions
from gongzhi.intake.models import Batch, LakeFile, Receipt

UNIT = "区建设交通局"


@pytest.fixture
def batch(hand):
    made = hand(presale_rows(3)).batch
    assert lake()["whole"]
    return made


def found():
    told = lake()
    assert not told["whole"]
    return told["text"]


def test_a_changed_original_is_told(batch, settings):
    path = settings.ORIGINALS / batch.submission.original
    text = bytearray(path.read_bytes())
    text[len(text) // 2] ^= 1
    path.write_bytes(text)
    assert found() == f"1 处有问题，第一处是 {batch.submission.original}（封存的原件被改动，或与账本不符）"


def test_a_lost_original_is_told(batch, settings):
    (settings.ORIGINALS / batch.submission.original).unlink()
    assert "封存的原件不在" in found()


def test_another_original_in_its_place_is_told(batch, hand, settings):
    other = hand(presale_rows(2), period="2026Q2").batch
    path = settings.ORIGINALS / batch.submission.original
    path.write_bytes((settings.ORIGINALS / other.submission.original).read_bytes())
    assert "封存的原件被改动" in found()


def test_a_count_of_rows_that_was_changed_is_told(batch):
    Batch.objects.update(rows=4)
    assert f"{UNIT} 9.5-2026Q3-01（批次记 4 行，回执记 3 行，登记的数据文件共 3 行）" in found()


def test_a_file_that_was_struck_from_the_ledger_is_told(batch):
    LakeFile.objects.filter(role="rows").delete()
    assert "登记的数据文件共 0 行" in found()


def test_a_batch_without_a_receipt_is_told(batch):
    Receipt.objects.all().delete()
    assert "批次没有回执" in found()


def test_a_batch_that_nobody_corrected_is_told(batch, hand):
    other = hand(presale_rows(2), period="2026Q2").batch
    Batch.objects.filter(pk=batch.pk).update(replaced_by=other, replaced_at=timezone.now())
    assert "已更正" in found()


def test_a_correction_that_was_undone_is_told(batch, hand):
    hand(presale_rows(2), replaces=batch.number)
    assert lake()["whole"]
    Batch.objects.filter(pk=batch.pk).update(replaced_by=None, replaced_at=None)
    assert f"{UNIT} 9.5-2026Q3-01（批次的“已更正”与更正它的批次不符）" in found()


def test_a_withdrawal_that_nobody_granted_or_that_was_undone_is_told(batch, cast):
    Batch.objects.update(withdrawn_at=timezone.now())
    assert "批次的“已撤回”与审计记录不符" in found()
    Batch.objects.update(withdrawn_at=None)
    asked = actions.ask_withdrawal(batch=batch, reason="误报了外区的数据", by=cast["liaison"])
    actions.decide_withdrawal(withdrawal=asked, grant=True, answer="", by=cast["office"])
    assert lake()["whole"]
    Batch.objects.update(withdrawn_at=None)
    assert "批次的“已撤回”与审计记录不符" in found()
