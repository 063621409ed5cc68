"""What a demo home holds, as one JSON text: run in a process of its own with GONGZHI_HOME set.

Standard input: the ids of persons whose tokens are wanted. The home's keys make them, so only it can tell.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    import django  # noqa: PLC0415  # settings first

    django.setup()
    persons = json.load(sys.stdin)
    facts = {"files": files(), "links": links(), "hits": hits(tokens(persons)), "whole": whole()}
    json.dump(facts, sys.stdout, ensure_ascii=False, default=str)


def files() -> dict[str, Any]:
    """File name → counts and findings (cell, code)."""
    from gongzhi.intake.models import Submission  # noqa: PLC0415  # models exist only after setup
    from gongzhi.intake.queries import findings_of  # noqa: PLC0415  # the same

    found = {}
    for one in Submission.objects.all():
        findings = findings_of(one)
        found[one.file_name] = {
            "state": one.state, "rows": one.rows, "accepted": one.accepted, "set_aside": one.set_aside,
            "unit": one.unit, "by": one.received_by.unit if one.received_by else "",
            "findings": findings.select("cell", "code").rows(),
        }  # fmt: skip
    return found


def links() -> list[dict[str, Any]]:
    """Every mention of a party: file, row, role, status, and the code of the taxpayer it was joined to."""
    import polars as pl  # noqa: PLC0415  # loaded late like the rest
    from django.conf import settings  # noqa: PLC0415  # settings exist only after setup

    from gongzhi.engine.lake import Lake  # noqa: PLC0415  # models exist only after setup
    from gongzhi.intake.models import Batch, BatchPart, LakeFile  # noqa: PLC0415  # the same
    from gongzhi.registry.models import Taxpayer  # noqa: PLC0415  # the same

    codes = {str(pk): code for pk, code in Taxpayer.objects.values_list("pk", "code")}
    names = {str(b.pk): b.submission.file_name for b in Batch.objects.select_related("submission")}
    tables = {(str(part.batch_id), part.part): part.table for part in BatchPart.objects.all()}
    found = []
    for path in LakeFile.objects.filter(role="links").values_list("path", flat=True):
        frame = Lake(settings.LAKE).read(path).select("_batch", "_part", "_row", "role", "status", "subject")
        for batch, part, row, role, status, subject in frame.filter(pl.col("status") != "person").iter_rows():
            found.append(
                {"file": names[batch], "table": tables[batch, part], "row": row, "role": role,
                 "status": status, "taxpayer": codes.get(subject or "")}
            )  # fmt: skip
    return found


def hits(names: dict[str, str]) -> list[dict[str, Any]]:
    """The hits, with codes in the place of ids and persons' ids in the place of their tokens."""
    from gongzhi.registry.models import Taxpayer  # noqa: PLC0415  # models exist only after setup
    from gongzhi.risk.models import Hit  # noqa: PLC0415  # the same

    codes = {str(pk): code for pk, code in Taxpayer.objects.values_list("pk", "code")}

    def plain(text: str) -> str:
        kind, _, rest = text.partition(":")
        return codes.get(text) or (names.get(rest, rest) if kind in {"person", "code"} else text)

    return [
        {
            "rule": hit.rule, "subject": plain(hit.subject), "object": plain(hit.object),
            "period": hit.period, "left": hit.left_value, "right": hit.right_value,
            "difference": hit.difference_yuan, "tax": hit.tax_yuan, "evidence": hit.evidence.count(),
        }
        for hit in Hit.objects.all()
    ]  # fmt: skip


def tokens(persons: list[str]) -> dict[str, str]:
    import polars as pl  # noqa: PLC0415  # loaded late like the rest

    from gongzhi.intake.actions.reading import tokens as made  # noqa: PLC0415  # settings first

    return dict(zip(made(pl.Series(persons, dtype=pl.String)).to_list(), persons, strict=True))


def whole() -> dict[str, bool]:
    from gongzhi.audit.queries import verify  # noqa: PLC0415  # models exist only after setup
    from gongzhi.cli.verify import lake  # noqa: PLC0415  # the same

    return {"audit": verify().whole, "lake": lake()["whole"]}


if __name__ == "__main__":
    main()
