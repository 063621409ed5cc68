"""重点保护 and 回避 at the door of the sealed values (security.md 3.4): each a story of misuse that fails."""

from dataclasses import replace

import pytest
from tests.files import credit_code, person_id, taken

from gongzhi.audit.models import Event
from gongzhi.audit.queries import known
from gongzhi.disclosure.actions import Refused, decide, end_guard, guard
from gongzhi.disclosure.models import Allowance, Guard, Reveal
from gongzhi.disclosure.queries import quota_of
from gongzhi.gate import sight_of

from .test_reveal import COMPANY, NAME, OTHER, ask, equity, own, page, text_of, told

__all__ = ["equity", "own"]  # fixtures


def looks(client, batch, row=2, **more):
    return client.post(page(batch, row=row), ask(**more))


def test_who_is_protected_is_shown_only_with_a_second_persons_word(own, client_of, cast):
    """The row's company is on the list: by its code, though it stands there in the clear."""
    guard(number=credit_code(1), name=COMPANY, reason="重点保护", by=cast["security"])
    liaison = client_of("liaison")
    first = looks(liaison, own)
    assert first.status_code == 403
    assert "须由本单位另一人批准" in text_of(first)
    assert told(first) == set()
    assert looks(liaison, own).status_code == 403
    (asked,) = Allowance.objects.all()
    assert (asked.more, asked.batch, asked.row) == (0, own.pk, 2)
    assert not Reveal.objects.exists()
    assert Event.objects.filter(verb="reveal.refused", outcome="refused").count() == 2
    assert "原表第 2 行" in text_of(client_of("head").get("/reveals/more"))
    decide(allowance=asked, granted=True, by=cast["head"])
    assert looks(liaison, own).status_code == 302
    assert Reveal.objects.get().guarded
    assert looks(liaison, own, row=3).status_code == 302, "the other row is not guarded"
    assert not Reveal.objects.get(row=3).guarded


def test_a_word_that_was_not_given_stays_no(own, client_of, cast):
    guard(number=credit_code(1), name="甲", reason="重点保护", by=cast["security"])
    liaison = client_of("liaison")
    looks(liaison, own)
    decide(allowance=Allowance.objects.get(), granted=False, by=cast["head"])
    assert "今天没有批准" in text_of(looks(liaison, own))
    assert Allowance.objects.count() == 1


def test_a_person_is_known_by_the_number_in_the_seal(equity, client_of, cast):
    """Only the name is asked for; the number beside it, which stays sealed, is what the list knows."""
    guard(number=person_id(1).lower(), name=NAME, reason="重点保护", by=cast["security"])
    answer = looks(client_of("office"), equity, purpose="subject_asks", fields=["transferor_name"])
    assert answer.status_code == 403
    assert Allowance.objects.get().unit == cast["office"].unit


def test_nobody_looks_at_herself_or_where_she_is_recused(own, client_of, cast):
    liaison = cast["liaison"]
    guard(number=credit_code(1), name="亲属的企业", reason="近亲属任职", by=liaison, person=liaison)
    answer = looks(client_of("liaison"), own)
    assert answer.status_code == 403
    assert "应当回避" in text_of(answer)
    assert not Allowance.objects.exists(), "no second person can open what one is recused from"
    assert looks(client_of("liaison"), own, row=3).status_code == 302
    liaison.name = OTHER  # the contact of the other row
    liaison.save()
    assert looks(client_of("liaison"), own, row=3).status_code == 403
    assert Event.objects.filter(verb="reveal.refused").count() == 2


def test_a_recusal_holds_one_person_and_only_the_keeper_lifts_it(own, client_of, cast):
    liaison = cast["liaison"]
    made = guard(number=credit_code(1), name="甲", reason="近亲属任职", by=liaison, person=liaison)
    with pytest.raises(Refused, match="安全管理员"):
        end_guard(guard=made, by=liaison)
    for by, person in (("liaison", None), ("liaison", "office"), ("office", None)):
        with pytest.raises(Refused, match="自己应当回避"):
            guard(number=credit_code(2), name="乙", reason="试", by=cast[by], person=person and cast[person])
    end_guard(guard=made, by=cast["security"])
    assert looks(client_of("liaison"), own).status_code == 302


def test_the_list_itself_tells_no_number(client_of, cast):
    said = {"number": person_id(7), "name": "欧阳某某", "reason": "区领导"}
    shown = text_of(client_of("security").post("/guards", said, follow=True))
    assert "已登记" in shown
    assert person_id(7) not in shown
    assert "欧阳某某" not in shown
    assert person_id(7).encode() not in bytes(Guard.objects.get().sealed)
    assert person_id(7) not in str(list(Event.objects.values_list("detail", flat=True)))
    assert "15至18位" in text_of(client_of("security").post("/guards", said | {"number": "12"}))
    assert "已登记" in text_of(client_of("officer").post("/reveals/recusals", said, follow=True))
    assert Guard.objects.filter(person=cast["officer"]).count() == 1
    assert client_of("officer").get("/guards").status_code == 404


def test_the_list_is_taken_away_and_tells_no_number_there_either(client_of, cast):
    said = {"number": person_id(7), "name": "欧阳某某", "reason": "区领导"}
    client_of("security").post("/guards", said)
    client_of("officer").post("/reveals/recusals", said)
    assert "export=xlsx" in text_of(client_of("security").get("/guards"))
    for role, address in (("security", "/guards"), ("officer", "/reveals/recusals")):
        cells = taken(client_of(role).get(f"{address}?export=xlsx"))
        assert "区领导" in cells
        assert not [cell for cell in cells if person_id(7) in cell or "欧阳某某" in cell]
    assert client_of("officer").get("/guards?export=xlsx").status_code == 404


def test_roles_and_quotas_are_those_of_the_editions_in_force(cast, monkeypatch):
    """A lower quota counts at once; so does an edition that takes the duty from the role."""
    definitions = known.in_force()
    role = definitions.roles["liaison"]
    sight = sight_of(cast["liaison"])

    def published(**update):
        changed = dict(definitions.roles) | {"liaison": role.model_copy(update=update)}
        monkeypatch.setattr(known._bound, "source", lambda: replace(definitions, roles=changed))

    published(quota=role.quota.model_copy(update={"day": 3}))
    assert quota_of(sight).day == 3
    published(duties=tuple(one for one in role.duties if one != "reveal_person"))
    assert quota_of(sight) is None
