"""One checked file in as many slots as there are trials, and what is left of each after it was broken."""

from __future__ import annotations

import shutil
from pathlib import Path

from children import in_child
from django.conf import settings
from tests.files import credit_code, csv_file, person_id

from gongzhi.audit.actions import seal
from gongzhi.audit.models import Event
from gongzhi.catalogue.models import Obligation
from gongzhi.engine.lake import Lake, Stored
from gongzhi.intake.actions import check, commit, receive
from gongzhi.intake.actions.orphans import sweep
from gongzhi.intake.actions.place import Place
from gongzhi.intake.actions.preparation import folder
from gongzhi.intake.models import Batch, LakeFile, Receipt, Slot, Submission, uuid7

HEAD = (
    "股权企业", "股权企业统一社会信用代码", "转让方名称", "转让方统一社会信用代码或者身份证号码",
    "受让方名称", "受让方统一社会信用代码或者身份证号码", "股权转让的金额", "变更登记日期", "别的",
)  # fmt: skip
FILES = 5  # rows, sealed, beside, findings, repaired


class Bench:
    """One checked file, and clones of it for as many slots as there are trials."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0
        in_child(lambda _: self._check())
        self.base = Submission.objects.get()

    def _check(self) -> None:
        row = [
            "绍兴示例有限公司",
            credit_code(1),
            "欧阳示例",
            person_id(1),
            "绍兴另一有限公司",
            credit_code(2),
        ]
        rows = [[*row, f"{number}万元", "2026-03-01", "x"] for number in range(1, 40)]
        path = csv_file(self.folder / "a.csv", HEAD, [*rows, [*row[:-1], "9133", "1", "2026-03-01", "x"]])
        place = Place("15.1", "2026H1", "市场监管局")
        submission = receive(file=path, name=path.name, place=place, by=None, channel="page")
        assert check(submission=submission, by=None).refusal is None

    def clone(self):
        """Another checked submission of the same content, for a slot of its own."""
        copy = Submission.objects.get(pk=self.base.pk)
        copy.pk, copy._state.adding = uuid7(), True
        copy.period = f"{2022 + self.number // 12}-{self.number % 12 + 1:02d}"
        copy.save(force_insert=True)
        shutil.copytree(folder(self.base.pk), folder(copy.pk))
        other = Obligation.objects.filter(resource="15.1").first()
        day = copy.received_at.date()
        Obligation.objects.create(
            unit=copy.unit, resource=copy.resource, period=copy.period, period_end=day, opens=day,
            due=day, due_provisional=False, scored=True, definitions=other.definitions if other else "",
        )  # fmt: skip
        self.number += 1
        seal()  # as the worker does; acts stop when the trail lags
        return copy.pk


def taken_in(submission, acknowledge) -> None:
    """The work under test: commit, then the answer to the sender."""
    acknowledge(batch_of(submission).number)


def batch_of(submission) -> Batch:
    return commit(submission=Submission.objects.get(pk=submission), by=None)


def state_of(submission) -> tuple[str, str]:
    """whole, absent or half, and why half: what the ledger, the lake and the trail say of one submission."""
    one = Submission.objects.get(pk=submission)
    place = {"unit": one.unit, "resource": one.resource, "period": one.period}
    slot = Slot.objects.filter(**place).first()
    facts = {
        "state": one.state == "committed",
        "batch": Batch.objects.filter(submission=one).count() == 1,
        "version": bool(slot and slot.version == 1),
        "receipt": Receipt.objects.filter(batch__submission=one).count() == 1,
        "files": LakeFile.objects.filter(batch__submission=one).count() == FILES,
        "event": Event.objects.filter(verb="batch.committed", subject=str(one.pk)).count() == 1,
        "obligation": Obligation.objects.filter(**place, received_at__isnull=False).count() == 1,
    }
    if all(facts.values()):
        return "whole", ""
    if not any(facts.values()):
        return "absent", ""
    return "half", str(facts)


def losses(submission) -> list[str]:
    """Files that the ledger names for this submission and the lake does not hold as named."""
    files = LakeFile.objects.filter(batch__submission=submission)
    named = [Stored(file.path, file.rows, file.size, file.digest) for file in files]
    return [f"{loss.path}: {loss.reason}" for loss in Lake(settings.LAKE).losses(named)]


def orphans_left() -> list[str]:
    """Sweep as an hour later; what then lies in the lake that no ledger names, or the other way round."""
    sweep(grace=-1)
    there = {path.relative_to(settings.LAKE).as_posix() for path in Lake(settings.LAKE).files()}
    return sorted(there ^ set(LakeFile.objects.values_list("path", flat=True)))


def judged(submission, acknowledged: bool, wrong: list[str], about: str) -> str:
    """Compare what is there with what was said; faults go into `wrong`. The state before the retry."""
    state, why = state_of(submission)
    if state == "half":
        wrong.append(f"{about}: half visible {why}")
    if acknowledged and state != "whole":
        wrong.append(f"{about}: lost")
    wrong += [f"{about}: {loss}" for loss in losses(submission)]
    status, said = in_child(lambda acknowledge: taken_in(submission, acknowledge))
    if status or not said:
        wrong.append(f"{about}: the second try failed")
    after, why = state_of(submission)
    if after != "whole":
        wrong.append(f"{about}: after the second try {after} {why}")
    wrong += [f"{about}: after the second try {loss}" for loss in losses(submission)]
    return state
