"""截止快照: the list, one of them with its figures and its proof, its batches, its file, the command line."""

from __future__ import annotations

import argparse
import datetime as dt
import json

import pytest
from django.utils import timezone
from tests.files import presale_rows

from gongzhi.cli import verify
from gongzhi.intake.actions.signing import freeze
from gongzhi.intake.models import Batch, Cutoff, FrozenBatch, LakeFile
from gongzhi.intake.queries.cutoffs import held


@pytest.fixture
def frozen(hand, cast):
    """Two units' batches, frozen; then one of them is corrected."""
    hand(presale_rows(3), period="2026Q1")
    first = hand(presale_rows(2, start=10), period="2026Q2").batch
    head = ("建设工程规划许可证编号", "建设单位名称", "建设单位统一社会信用代码", "建设项目名称")
    hand([["建字第1号", "绍兴示例0号置业有限公司", presale_rows(1)[0][1], "花苑"]], "16.12", "2026Q2",
         "natural_resources", head=head)  # fmt: skip
    made = freeze(cut_at=timezone.now(), by=cast["office"])
    hand(presale_rows(5, start=10), period="2026Q2", replaces=str(first.pk))
    return made


def text_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_figures_of_units_stay_as_they_were_and_open_to_their_batches(client_of, frozen):
    office = client_of("office")
    (listed,) = office.get("/cutoffs").context["page"].items
    assert (listed.size, listed.pk) == (3, frozen.pk)
    units = {one.key: one for one in office.get(f"/cutoffs/{frozen.pk}").context["units"]}
    assert (units["construction_transport"].batches, units["construction_transport"].rows) == (2, 5)
    assert units["natural_resources"].slots == 1
    opened = office.get(f"/cutoffs/{frozen.pk}/batches?unit=construction_transport")
    rows = opened.context["page"].items
    assert sum(one.batch.rows for one in rows) == 5
    page = opened.content.decode()
    assert "后来由 9.5-2026Q2-02 更正" in page
    assert page.count("至今有效") == 1
    assert Batch.objects.filter(slot__period="2026Q2", slot__resource="9.5").count() == 2
    answer = office.get(f"/cutoffs/{frozen.pk}?export=units")
    assert b"".join(answer)[:2] == b"PK"
    answer.close()


def test_it_is_verified_on_the_page_and_a_changed_file_is_told(client_of, frozen):
    auditor = client_of("auditor")
    page = text_of(auditor, f"/cutoffs/{frozen.pk}?verify=1")
    assert "验证通过" in page
    assert "3 个批次与截止时相同" in page
    LakeFile.objects.filter(batch=frozen.entries.first().batch, role="rows").update(digest="0" * 64)
    page = text_of(auditor, f"/cutoffs/{frozen.pk}?verify=1")
    assert "验证没有通过" in page
    assert "1 个批次与截止时不同" in page


def test_a_batch_struck_from_the_list_is_told(frozen):
    FrozenBatch.objects.filter(pk=frozen.entries.first().pk).delete()
    good, wrong = held(Cutoff.objects.get())
    assert wrong == ["批次清单与签名的根不相接：清单被增删或改动"]
    assert good


def test_who_verifies_sees_no_way_into_the_batches_and_a_unit_nothing(client_of, frozen):
    auditor = client_of("auditor")
    page = text_of(auditor, f"/cutoffs/{frozen.pk}/batches")
    assert "9.5-2026Q1-01" in page
    assert 'href="/batches/' not in page
    assert 'href="/batches/' in text_of(client_of("office"), f"/cutoffs/{frozen.pk}/batches")
    liaison = client_of("liaison")
    for path in ("", f"/{frozen.pk}", f"/{frozen.pk}/batches", f"/{frozen.pk}/file"):
        assert liaison.get(f"/cutoffs{path}").status_code == 404


def test_the_file_is_verified_anywhere_by_public_keys_alone(client_of, frozen, tmp_path):
    office = client_of("office")
    file, keys = tmp_path / "快照.json", tmp_path / "公钥.pem"
    file.write_bytes(office.get(f"/cutoffs/{frozen.pk}/file").content)
    keys.write_bytes(office.get("/public-keys").content)
    assert verify.cutoff(str(file), keys)["whole"]
    shown = json.loads(file.read_text("utf-8"))
    for changed, why in (
        (shown | {"entries": shown["entries"][1:]}, "清单被增删"),
        (shown | {"entries": [["f" + one[0][1:], *one[1:]] for one in shown["entries"]]}, "编号、内容"),
        (shown | {"entries": [[*one[:3], []] for one in shown["entries"]]}, "编号、内容或文件"),
        (shown | {"entries": [one[:2] for one in shown["entries"]]}, "请重新下载"),
        (shown | {"entries": "x"}, "格式不对"),
        (shown | {"statement": shown["statement"] | {"size": 2}}, "签名不对"),
        ([], "不是 JSON 对象"),
    ):
        file.write_text(json.dumps(changed), "utf-8")
        found = verify.cutoff(str(file), keys)
        assert not found["whole"]
        assert why in found["text"]


def test_the_command_line_names_it_by_its_day(frozen, capsys):
    day = f"{timezone.localtime(frozen.cut_at):%Y-%m-%d}"
    assert verify.cutoff(day)["whole"]
    before = frozen.cut_at - dt.timedelta(days=400)
    assert day in verify.cutoff(f"{before:%Y-%m-%d}")["text"]
    assert "看不懂" in verify.cutoff("昨天")["text"]
    asked = {"what": "cutoff", "file": None, "key": None, "json": False}
    assert verify.run(argparse.Namespace(**asked)) == 2
    assert verify.run(argparse.Namespace(**asked | {"file": day})) == 0
    assert "截止快照：" in capsys.readouterr().out


def test_before_any_was_frozen_the_list_says_when_one_will_be(client_of):
    assert "还没有截止快照" in text_of(client_of("office"), "/cutoffs")
