"""Whether the ledger of batches agrees with itself, with the trail and with the originals that it keeps."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import F, Q, Sum

from gongzhi.audit.models import Event
from gongzhi.engine.crypto import SealBroken, UnknownKeyError, open_file
from gongzhi.intake.models import Batch, Submission
from gongzhi.organisation.queries import unit_name

Fault = tuple[str, str]
"""What is wrong (a batch's number or a file's path), and how, in Chinese."""


def batch_faults() -> Iterator[Fault]:
    """Batches that lost rows, have no receipt, or count (or not) without the act that made it so."""
    batches = Batch.objects.select_related("slot", "submission").annotate(
        filed=Sum("files__rows", filter=Q(files__role="rows"), default=0)
    )
    for own in batches.filter(~Q(rows=F("filed")) | ~Q(rows=F("submission__accepted"))):
        told = f"批次记 {own.rows} 行，回执记 {own.submission.accepted} 行，登记的数据文件共 {own.filed} 行"
        yield _named(own), told
    for batch in Batch.objects.filter(receipt=None).select_related("slot"):
        yield _named(batch), "批次没有回执"
    for batch in _replaced_otherwise():
        yield _named(batch), "批次的“已更正”与更正它的批次不符"
    for batch in _withdrawn_otherwise():
        yield _named(batch), "批次的“已撤回”与审计记录不符"


def _named(batch: Batch) -> str:
    return f"{unit_name(batch.slot.unit)} {batch.number}"


def _replaced_otherwise() -> Iterator[Batch]:
    replaced = dict(
        Batch.objects.exclude(submission__replaces=None).values_list("submission__replaces", "pk")
    )
    for batch in Batch.objects.filter(Q(pk__in=replaced) | ~Q(replaced_by=None)).select_related("slot"):
        if replaced.get(batch.pk) != batch.replaced_by_id:
            yield batch


def _withdrawn_otherwise() -> Iterator[Batch]:
    told = set(Event.objects.filter(verb="batch.withdrawn").values_list("subject", flat=True))
    for batch in Batch.objects.filter(Q(pk__in=told) | ~Q(withdrawn_at=None)).select_related("slot"):
        if (str(batch.pk) in told) != bool(batch.withdrawn_at):
            yield batch


def original_faults() -> Iterator[Fault]:
    """Sealed originals of batches that are gone or not the file which was sealed; each is opened."""
    kept = Submission.objects.filter(batch__isnull=False).values_list("original", "file_digest")
    for name, digest in kept.distinct().order_by("original").iterator():
        path = settings.ORIGINALS / name
        if not path.is_file():
            yield name, "封存的原件不在"
            continue
        try:
            with path.open("rb") as sealed:
                for _ in open_file(settings.KEYS, sealed, digest, purpose="original"):
                    pass
        except UnknownKeyError:
            yield name, "封存的原件打不开：缺少当时的密钥"
        except SealBroken:
            yield name, "封存的原件被改动，或与账本不符"
