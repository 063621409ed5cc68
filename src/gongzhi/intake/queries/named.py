"""What the trail calls the things of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils import timezone

from gongzhi.audit.queries import Describer, names_of
from gongzhi.catalogue.queries import resource_named
from gongzhi.gate import Sight
from gongzhi.intake.models import Batch, CheckWaiver, Cutoff, Push, ReceiptRoot, Submission
from gongzhi.organisation.queries import unit_name

from .rows import period_label


def _submissions(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(Submission.objects.all(), identities, lambda one: f"{one.resource} {one.file_name}")


def _batches(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    rows = Batch.objects.select_related("slot")
    return names_of(rows, identities, lambda one: f"{one.number} {unit_name(one.slot.unit)}")


def _pushes(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(Push.objects.defer("sealed"), identities, _push)


def _push(one: Push) -> str:
    return f"{unit_name(one.unit)} {resource_named(one.resource)} {period_label(one.period)} {one.rows}行"


def _check_waivers(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(
        CheckWaiver.objects.all(),
        identities,
        lambda one: f"第{one.pk}号 {unit_name(one.unit)} {resource_named(one.resource)}",
    )


def _cutoffs(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(
        Cutoff.objects.all(), identities, lambda one: f"{timezone.localtime(one.cut_at):%Y-%m-%d %H:%M}"
    )


def _receipt_roots(identities: Collection[str], _: Sight) -> Mapping[str, str]:
    return names_of(
        ReceiptRoot.objects.all(), identities, lambda one: f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}"
    )


NAMES: Mapping[str, Describer] = {
    "submission": _submissions, "batch": _batches, "push": _pushes, "check_waiver": _check_waivers,
    "cutoff": _cutoffs, "receipt_root": _receipt_roots,
}  # fmt: skip
