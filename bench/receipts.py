"""Signing receipts: many under one SM2 signature, against one signature each and against the bare write.

Ours is the worker's own step: take the receipts that wait, build the SM3 tree, sign its root, write root, link
and audit event in one durable transaction, up to 5,000 at a time. `each` signs the same receipts one by one,
a durable transaction and an SM2 signature for each (as a signing proxy does). The floor writes the same rows
in as many transactions and signs nothing. Then a day is closed, receipts are handed out with their proofs and
verified by the public key alone; `file_ms` and `verify_ms` are medians of single receipts out of full roots.
SQLite, WAL, every commit synced; all contenders start from the same copied home.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

from peer import Result, in_rounds, ratio, run_script, summary

RECEIPTS = 20_000
ONE_BY_ONE = 1_000
SHOWN = 100

PREAMBLE = """
import json, os, statistics, sys, time
home, count = sys.argv[1], int(sys.argv[2])
os.environ.update(GONGZHI_HOME=home, DJANGO_SETTINGS_MODULE="gongzhi.web.settings")
import django
django.setup()
from django.db import connection, transaction
from django.utils import timezone
from gongzhi.intake.models import Batch, Receipt, ReceiptRoot, Slot, Submission
"""

FILL = (
    PREAMBLE
    + """
from gongzhi.cli.home import migrate
from gongzhi.intake.queries.proofs import digest_of, receipt_text
migrate()
at = timezone.now()
with transaction.atomic():
    slot = Slot.objects.create(unit="water", resource="10.1", period="2026Q1")
    submissions = [Submission(unit="water", resource="10.1", period="2026Q1", received_at=at, channel="api",
        file_name=f"{n}.csv", file_size=n, file_digest=f"{n:064x}", original="x", definitions="0" * 64,
        state="committed", rows=n, accepted=n) for n in range(count)]
    Submission.objects.bulk_create(submissions, batch_size=500)
    batches = [Batch(slot=slot, version=n + 1, submission=one, kind="adds", content=f"{n:064x}", rows=n,
        definitions="0" * 64, committed_at=at) for n, one in enumerate(submissions)]
    Batch.objects.bulk_create(batches, batch_size=500)
    receipts = []
    for batch in batches:
        number = f"20260401-{batch.number}-{batch.pk.hex[-6:]}"
        digest = digest_of(receipt_text(number, batch, batch.submission))
        receipts.append(Receipt(number=number, batch=batch, issued_at=at, digest=digest))
    Receipt.objects.bulk_create(receipts, batch_size=500)
connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
print(json.dumps({"seconds": 0.0}))
"""
)

OURS = (
    PREAMBLE
    + """
import datetime as dt
from gongzhi.intake.actions.receipt import as_json
from gongzhi.intake.actions.signing import close_days, sign_receipts
from gongzhi.intake.queries.proofs import ledger_faults, offline, public_keys, signer
signer()
begin = time.perf_counter()
signed = sign_receipts()
seconds = time.perf_counter() - begin
assert signed == count
close_days(now=timezone.now() + dt.timedelta(days=1))
keys, files, checks = public_keys(), [], []
shown = int(sys.argv[3])
for batch in Batch.objects.order_by("pk")[:count:max(1, count // shown)]:
    begin = time.perf_counter()
    text = as_json(batch)
    files.append(time.perf_counter() - begin)
    begin = time.perf_counter()
    held, wrong = offline(text, keys)
    checks.append(time.perf_counter() - begin)
    assert len(held) == 3 and not wrong
    assert offline(text | {"rows": -1}, keys)[1]
assert not list(ledger_faults())
print(json.dumps({"seconds": seconds, "per_second": round(count / seconds), "roots": ReceiptRoot.objects.count(),
    "file_ms": round(statistics.median(files) * 1e3, 2), "verify_ms": round(statistics.median(checks) * 1e3, 2)}))
"""
)

EACH = (
    PREAMBLE
    + """
from gongzhi.audit.actions import record
from gongzhi.engine.crypto import Tree
from gongzhi.intake.queries.proofs import signer
signer()
waiting = list(Receipt.objects.filter(root=None).order_by("number")[:int(sys.argv[3])])
begin = time.perf_counter()
for receipt in waiting:
    with transaction.atomic():
        root = ReceiptRoot(at=timezone.now(), size=1)
        root.sign(signer(), Tree([bytes.fromhex(receipt.digest)]).root)
        root.save(force_insert=True)
        receipt.root = root
        receipt.save(update_fields=["root"])
        record("receipts.signed", by=None, subject=("receipt_root", root.pk))
seconds = time.perf_counter() - begin
print(json.dumps({"seconds": seconds, "per_second": round(len(waiting) / seconds)}))
"""
)

FLOOR = (
    PREAMBLE
    + """
with transaction.atomic():
    root = ReceiptRoot.objects.create(at=timezone.now(), size=0, root="", key="", signature="")
begin = time.perf_counter()
while waiting := list(Receipt.objects.filter(root=None).order_by("number").values_list("number", flat=True)[:5000]):
    with transaction.atomic():
        for start in range(0, len(waiting), 500):
            Receipt.objects.filter(number__in=waiting[start : start + 500]).update(root=root)
seconds = time.perf_counter() - begin
print(json.dumps({"seconds": seconds, "per_second": round(count / seconds)}))
"""
)


def run(seed: int) -> Result:
    """The benchmark; the shape is that of every benchmark here. Nothing in it is random."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "source"
        run_script(sys.executable, FILL, source, RECEIPTS)
        rounds = in_rounds(
            {
                "ours": partial(_in_copy, source, OURS, SHOWN),
                "each": partial(_in_copy, source, EACH, ONE_BY_ONE),
                "floor": partial(_in_copy, source, FLOOR, 0),
            }
        )
    return {
        "work": f"{RECEIPTS:,} receipts signed ({ONE_BY_ONE:,} of them one by one), SQLite, synced commits",
        "ours": summary(rounds["ours"]),
        "floor": summary(rounds["floor"]),
        "peers": {"a signature and a transaction each": summary(rounds["each"])},
        "ratio_to_floor": ratio(rounds["ours"], rounds["floor"]),
    }


def _in_copy(source: Path, script: str, more: int) -> Result:
    """Run a script in a home of its own, equal to the source."""
    home = source.with_name("home")
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(source, home)
    return run_script(sys.executable, script, home, RECEIPTS, more)
