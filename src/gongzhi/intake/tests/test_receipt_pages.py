"""The receipt on its page, as a file, with the public keys; and that her peer gets none of it."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from django.utils import timezone
from tests.files import presale_rows

from gongzhi.cli import keys as keys_command
from gongzhi.cli import verify
from gongzhi.cli.__main__ import parser
from gongzhi.intake.actions.signing import close_days, sign_receipts
from gongzhi.intake.models import Receipt


@pytest.fixture
def receipt(hand, cast):
    """A receipt of the liaison's unit."""
    handed = hand(presale_rows(2), unit=cast["liaison"].unit, by=cast["liaison"])
    return Receipt.objects.get(batch=handed.batch)


def test_the_page_says_when_it_was_signed_and_closed(receipt, client_of):
    page = client_of("liaison").get(f"/receipts/{receipt.number}").content.decode()
    assert "几秒内完成" in page
    sign_receipts()
    receipt.refresh_from_db()
    page = client_of("liaison").get(f"/receipts/{receipt.number}").content.decode()
    assert receipt.root.key in page
    assert "当天结束后完成" in page
    close_days(now=timezone.now() + dt.timedelta(days=1))
    page = client_of("liaison").get(f"/receipts/{receipt.number}").content.decode()
    assert re.search(r"列入 \d{4}-\d\d-\d\d 的日结", page)
    assert 'src="data:image/svg+xml' in page
    assert receipt.digest in page


def test_the_file_and_the_keys_verify_it_elsewhere(receipt, client_of, tmp_path):
    client = client_of("liaison")
    file, pem = tmp_path / "回执.json", tmp_path / "公钥.pem"
    answer = client.get(f"/receipts/{receipt.number}/file")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    file.write_bytes(answer.content)
    pem.write_bytes(client.get("/public-keys").content)
    assert verify.receipt(str(file), pem)["whole"]
    shown = json.loads(answer.content)
    file.write_text(json.dumps(shown | {"accepted": 3}), "utf-8")
    assert not verify.receipt(str(file), pem)["whole"]


def test_her_peer_learns_nothing(receipt, client_of):
    sign_receipts()
    for address in (f"/receipts/{receipt.number}", f"/receipts/{receipt.number}/file"):
        assert client_of("liaison").get(address).status_code == 200
        answer = client_of("peer").get(address)
        assert answer.status_code == 404
        assert answer.content == client_of("peer").get(address.replace("2026", "1999")).content
        assert client_of("grid").get(address).status_code == 404


def test_the_command_line_writes_the_keys_and_reads_the_receipt(receipt, client_of, tmp_path, capsys):
    pem, file = tmp_path / "k.pem", tmp_path / "r.json"
    file.write_bytes(client_of("liaison").get(f"/receipts/{receipt.number}/file").content)
    options = parser().parse_args(["keys", "-o", str(pem)])
    assert options.run(options) == 0
    options = parser().parse_args(["verify", "receipt", str(file), "--key", str(pem)])
    assert options.run(options) == 0
    assert "签名" in capsys.readouterr().out
    options = parser().parse_args(["verify", "receipt", receipt.number])
    assert options.run(options) == 0
    assert "与账本一致" in capsys.readouterr().out
    options = parser().parse_args(["keys", "--json"])
    assert keys_command.run(options) == 0
    (key,) = json.loads(capsys.readouterr().out)
    assert key["pem"] == pem.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace('"accepted": 2', '"accepted": 1'), "utf-8")
    options = parser().parse_args(["verify", "receipt", str(file), "--key", str(pem)])
    assert options.run(options) == 1
    assert "摘要" in capsys.readouterr().err
