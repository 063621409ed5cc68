"""Letters to units: drawn up anew while they wait, issued as things stand, told to who they are for."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from gongzhi.work import actions, queries
from gongzhi.work.actions.refused import Refused
from gongzhi.work.models import Letter, Message
from gongzhi.work.queries import Matter

from .conftest import TODAY, matter, said


def listed(letter):
    return "".join(letter.paragraphs)


@pytest.mark.django_db
class TestLetters:
    A, B = matter(TODAY - dt.timedelta(8)), matter(TODAY - dt.timedelta(7), "obligation:2")

    def drafted(self, *late):
        actions.remind(matters=late, on=TODAY, by=None)
        return Letter.objects.get()

    def test_the_unit_hears_of_what_is_issued_and_nobody_else(self, cast, owing):
        issued = actions.decide_letter(letter=self.drafted(*owing(self.A)), issue=True, by=cast["office"])
        line = [f"收到《{issued.title}》{issued.number}，请按函中的期限办理", f"/letters/{issued.pk}"]
        today = Message.objects.filter(day=timezone.localdate())
        assert {one.person.username: one.lines for one in today} == {"liaison": [line], "head": [line]}

    def test_a_letter_that_is_not_sent_is_told_to_nobody(self, cast, owing):
        letter = self.drafted(*owing(self.A))
        actions.decide_letter(letter=letter, issue=False, reason="已电话催过", by=cast["office"])
        assert not Message.objects.filter(day=timezone.localdate()).exists()

    def test_what_joins_on_the_same_day_is_in_the_letter_and_in_no_second_one(self, cast):
        self.drafted(self.A)
        letter = self.drafted(self.A, self.B)
        assert "2项" in listed(letter)
        assert letter.matters == [self.A.key, self.B.key]
        assert "区建设交通局有 2 项逾期，催报函已拟好，待签发" in said(cast, "office")

    def test_what_joins_later_leaves_out_what_was_met(self):
        self.drafted(self.A)
        letter = self.drafted(self.B)
        assert "1项" in listed(letter)
        assert letter.matters == [self.B.key]

    def test_after_it_was_issued_what_comes_the_same_day_has_its_own(self, cast, owing):
        letter = self.drafted(*owing(self.A, self.B)[:1])
        actions.decide_letter(letter=letter, issue=True, by=cast["office"])
        actions.remind(matters=[self.A, self.B], on=timezone.localdate(), by=None)
        assert Letter.objects.get(state="drafted").matters == [self.B.key]

    def test_it_is_issued_as_things_stand(self, cast, owing):
        letter = self.drafted(*owing(self.A, self.B))
        owing(self.B)
        issued = actions.decide_letter(letter=letter, issue=True, by=cast["office"])
        assert "1项" in listed(issued)
        assert f"{self.A.due}" not in listed(issued)
        today = timezone.localdate()
        assert issued.signature.endswith(f"{today.year}年{today.month}月{today.day}日")

    def test_another_units_matter_is_in_no_letter_of_this_one(self, owing):
        letter = self.drafted(*owing(self.A))
        letter.matters = [self.A.key, self.B.key]
        other = Matter(self.B.key, "另一件", self.B.due, "/", "submit_file", "usual", unit="water")
        assert queries.drawn(letter, [self.A, other], TODAY).matters == [self.A.key]

    def test_where_nothing_is_left_it_says_so_and_offers_not_to_send_it(self, client_of, owing):
        letter, office = self.drafted(*owing(self.A)), client_of("office")
        address = f"/letters/{letter.pk}"
        assert "签发时再核对一次" in office.get(address).content.decode()
        owing()
        page = office.get(address).content.decode()
        assert "没有可催的了" in page
        assert 'value="issue"' not in page
        answer = office.post(f"{address}/decide", {"verdict": "issue"}, follow=True)
        assert "没有可催的了，请点“不发”" in answer.content.decode()
        office.post(f"{address}/decide", {"verdict": "withdraw"})
        assert Letter.objects.get().state == "withdrawn"

    def test_not_sending_what_is_still_late_needs_a_reason_which_stays_with_the_letter(
        self, client_of, cast, owing
    ):
        letter, office = self.drafted(*owing(self.A)), client_of("office")
        address = f"/letters/{letter.pk}"
        assert "可不填" not in office.get(address).content.decode()
        with pytest.raises(Refused, match="请写明不发的理由"):
            actions.decide_letter(letter=letter, issue=False, by=cast["office"])
        answer = office.post(f"{address}/decide", {"verdict": "withdraw", "note": " "}, follow=True)
        assert "请写明不发的理由" in answer.content.decode()
        answer = office.post(f"{address}/decide", {"verdict": "withdraw", "note": "由" * 301})
        assert answer.status_code == 422
        assert "由" * 301 in answer.content.decode()
        assert Letter.objects.get().state == "drafted"
        office.post(f"{address}/decide", {"verdict": "withdraw", "note": "已电话催过，明天报"})
        assert "不发的理由：已电话催过，明天报" in office.get(address).content.decode()

    def test_where_nothing_is_left_the_reason_is_known(self, client_of, owing):
        letter, office = self.drafted(*owing(self.A)), client_of("office")
        owing()
        office.post(f"/letters/{letter.pk}/decide", {"verdict": "withdraw"})
        page = office.get(f"/letters/{letter.pk}").content.decode()
        assert "不发的理由：函里的事项都已办结或改期" in page
        assert "1项" in listed(Letter.objects.get())

    def test_the_units_menu_leads_there(self, client_of):
        for who in ("liaison", "head", "office"):
            assert 'href="/letters"' in client_of(who).get("/messages").content.decode()
        assert 'href="/letters"' not in client_of("grid").get("/messages").content.decode()
