"""Two-person hand-in, where a unit wants it: one hands in (经办), another takes in (分管负责人)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gongzhi.audit.actions import record
from gongzhi.gate import allowed, explain, sight_of
from gongzhi.intake.models import Batch, Submission, TwoPersons
from gongzhi.intake.queries import two_persons
from gongzhi.intake.states import State, after
from gongzhi.organisation.models import Author, Person, person_of
from gongzhi.work.actions import tell_people
from gongzhi.work.queries import holding, liaisons

from .refused import Refused, kept
from .telling import first_words, handed_in, tell_outcome


def fits(submission: Submission, by: Author | None) -> None:
    """Whether this person may take the submission in; raises Refused with what is to be done instead."""
    if by is not None:
        duty = "review_file" if submission.state == State.AWAITING else "submit_file"
        sight = sight_of(by)
        decision = explain(sight, duty, unit=submission.unit)
        if not decision and submission.sent_back and allowed(sight, "review_file", unit=submission.unit):
            raise Refused("sent_back", "这份报送已退回经办人，等经办人改好、再提交复核以后才能入库")
        if not decision:
            raise Refused("not_allowed", f"不能确认入库：{decision.reason}")
    if submission.state == State.AWAITING:
        if by is None or by.pk == submission.proposed_by_id:
            raise Refused("same_person", "这份报送由经办人提交复核，要由本单位的另一个人复核入库")
    elif two_persons(submission.unit):
        raise Refused("needs_second", "本单位实行两人报送，请先提交复核，由另一个人入库")


@transaction.atomic
def propose(*, submission: Submission, by: Author | None) -> None:
    """Put a checked file to a second person of the unit; `submission` is brought up to date.

    Raises NotPossible from another state.
    """
    _moved(submission, "propose", proposed_by=person_of(by), proposed_at=timezone.now(), sent_back="")
    record("submission.proposed", by=by, subject=("submission", submission.pk), duty="submit_file")
    tell_outcome(submission, "awaiting")
    seconds = holding("review_file", submission.unit, home=submission.unit)
    text = f"{handed_in(submission)}已由经办人提交，请复核入库"
    tell_people(people=seconds, text=text, address=f"/submissions/{submission.pk}", by=by)


def tell_taken_in(submission: Submission, batch: Batch, by: Author | None) -> None:
    """Who put the file to the second person hears that it was taken in, with its receipt."""
    if first := submission.proposed_by:
        text = f"{handed_in(submission)}已由复核人入库，回执 {batch.receipt.number}"
        tell_people(people=[first], text=text, address=f"/submissions/{submission.pk}", by=by)


@transaction.atomic
def send_back(*, submission: Submission, reason: str, by: Person) -> None:
    """The second person does not take it in and says why. Raises Refused without a reason, NotPossible."""
    why = kept(reason, "请写明退回的理由")
    if by.pk == submission.proposed_by_id:
        raise Refused("same_person", "自己提交的报送，请点“放弃这一份”")
    _moved(submission, "send_back", sent_back=why)
    record("submission.sent_back", by=by, subject=("submission", submission.pk), duty="review_file")
    tell_outcome(submission, "sent_back")
    first = submission.proposed_by
    people = [first] if first and first.is_active else liaisons(submission.unit)
    text = f"{handed_in(submission)}被复核人退回：{first_words(submission.sent_back)}"
    tell_people(people=people, text=text, address=f"/submissions/{submission.pk}", by=by)


def _moved(submission: Submission, verb: str, **changes: object) -> None:
    locked = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    locked.state = after(locked.state, verb)
    for name, value in changes.items():
        setattr(locked, name, value)
    locked.save(update_fields=["state", *changes])
    submission.refresh_from_db()


@transaction.atomic
def begin_two_persons(*, unit: str, by: Person) -> None:
    """From now on this unit's hand-ins need a second person. Refused when there is nobody else to be one."""
    others = Person.objects.filter(unit=unit, is_active=True).exclude(pk=by.pk)
    if not any(sight_of(other).has("review_file") for other in others):
        raise Refused("nobody_else", "本单位没有另一个可以复核报送的账号，请先由安全管理员授予另一个人")
    _, new = TwoPersons.objects.get_or_create(
        unit=unit, ended_at=None, defaults={"since": timezone.now(), "begun_by": by}
    )
    if new:
        record("two_persons.begun", by=by, subject=("unit", unit), duty="submit_file")


@transaction.atomic
def end_two_persons(*, unit: str, by: Person) -> None:
    """One person is enough again; not while a file waits, and never by the one who began it.

    Else one person could undo the two: switch back, take in alone, switch on again.
    """
    held = TwoPersons.objects.select_for_update().filter(unit=unit, ended_at=None).first()
    if held is None:
        return
    if held.begun_by_id == by.pk:
        raise Refused("same_person", "两人报送由您设定，要由本单位的分管负责人或另一个能复核的人改回一人报送")
    if Submission.objects.filter(unit=unit, state=State.AWAITING).exists():
        raise Refused("waiting", "还有待复核的报送，请先办完")
    held.ended_at, held.ended_by = timezone.now(), by
    held.save(update_fields=["ended_at", "ended_by"])
    record("two_persons.ended", by=by, subject=("unit", unit), duty="review_file")
