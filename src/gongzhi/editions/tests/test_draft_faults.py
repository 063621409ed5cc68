"""Faults of a draft's text: where they stand in words, and examples of columns that no file could bring."""

import pytest
from django.utils import timezone

from gongzhi.editions import actions
from gongzhi.editions.actions.deciding import Faulty
from gongzhi.editions.queries import Piece, problems

pytestmark = pytest.mark.django_db
PRESALES = Piece("resource", "presale_permits")


def changed(cast, piece, old, new):
    made = actions.draft_of(piece=piece, by=cast["office"])
    ((name, text),) = made.texts.items()
    assert old in text
    return actions.rewrite(edition=made, texts={name: text.replace(old, new, 1)}, by=cast["office"])


@pytest.mark.parametrize(
    ("piece", "old", "new", "said"),
    [
        (PRESALES, "    type: certificate", "    type: plate", "列“预售证编号”的类型：应为其中之一："),
        (PRESALES, "    help: 照预", "    helpp: 照预", "列“预售证编号”的“helpp”：不认识的键"),
        (PRESALES, "    title: 预售证编号\n", "", "列“permit_no”的名称：缺少必填的键"),
        (PRESALES, "frequency: ", "frequencey: ", "“frequencey”：不认识的键"),
        (
            Piece("list", "organisation/units"),
            "    kinds: [",
            "    kinds: [tax, ",
            "“区委、区政府”的类别第 1 项：应为其中之一：leading、member、",
        ),
        (
            Piece("list", "roles"),
            "    scope: own_cell",
            "    scope: everywhere",
            "行：角色“街道协调员”的范围：应为其中之一：own_unit、",
        ),
    ],
)
def test_a_fault_of_the_text_names_entry_and_key_in_words(cast, piece, old, new, said):
    told = problems(changed(cast, piece, old, new))
    assert any(said in one for one in told), told
    assert all(one.startswith("第 ") for one in told)
    assert not any(".0" in one for one in told)


@pytest.mark.parametrize("text", ["不详", "1,200"])
def test_an_example_that_no_file_could_bring_stops_the_draft_and_its_preview(cast, client_of, text):
    draft = changed(cast, PRESALES, 'example: "32000"', f"example: {text!r}")
    [problem] = problems(draft)
    assert f"的示例“{text}”不能用：" in problem
    with pytest.raises(Faulty):
        actions.submit(edition=draft, since=timezone.localdate(), reason="试改", by=cast["office"])
    answer = client_of("office").get(f"/editions/{draft.pk}/template", follow=True)
    assert "还不能生成模板" in answer.content.decode()
