"""The register as a resource of kind `ops`, so that rooms below this one can ask what it holds."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from django.conf import settings
from django.db.models import F

from gongzhi.engine.lake import REGISTER, REGISTERED, Lake
from gongzhi.intake.actions.derived import put_ops
from gongzhi.intake.models import OpsFile, uuid7
from gongzhi.registry.models import FormerName, Taxpayer

_FACTS = (
    "code", "old_code", "organisation_code", "name", "status", "kind", "industry", "street", "opened_on",
    "closed_on",
)  # fmt: skip


def put_register() -> int:
    """Write the register into the lake if it has changed since it was last written; 1 when it was."""
    waiting = OpsFile.objects.filter(name=REGISTER, changed__gt=F("made")).first()
    if waiting is None:
        return 0
    rows = pl.DataFrame(_rows(), schema=REGISTERED, orient="row")
    blank = pl.col(pl.String).replace("", None)
    stored = Lake(settings.LAKE).write(f"_ops/{REGISTER}-{uuid7()}", rows.with_columns(blank))
    return int(put_ops(name=REGISTER, stored=stored, made=waiting.changed))


def _rows() -> Iterator[tuple[object, ...]]:
    """Each taxpayer with each of its names, in the order of the schema."""
    names: dict[object, list[tuple[str, bool]]] = {}
    for taxpayer, name in FormerName.objects.order_by("pk").values_list("taxpayer_id", "name"):
        names.setdefault(taxpayer, []).append((name, True))
    found = Taxpayer.objects.exclude(origin="").order_by("pk").values_list("pk", *_FACTS)
    for pk, code, old, organisation, name, *rest in found.iterator(chunk_size=5_000):
        for one, former in [(name, False), *names.get(pk, ())]:
            yield str(pk), code, old, organisation, one, former, *rest
