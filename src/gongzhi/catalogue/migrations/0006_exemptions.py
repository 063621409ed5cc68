"""免报 follows from dated rulings, of one unit or of all, and no longer from a day on each obligation."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SHANGHAI = ZoneInfo("Asia/Shanghai")


def carried_over(apps: Any, schema_editor: Any) -> None:
    """What was granted to a unit becomes a ruling for its one period; rulings get the days that they held."""
    rulings = apps.get_model("catalogue", "Ruling").objects
    acts = apps.get_model("catalogue", "Act").objects
    for one in rulings.filter(state__in=("granted", "withdrawn")).exclude(from_on=None):
        one.granted_on = one.decided_at.astimezone(SHANGHAI).date()
        if one.state == "withdrawn":
            one.ended_on = one.until
        one.save(update_fields=["granted_on", "ended_on"])
    for act in acts.filter(kind="exempt", state="granted").select_related("obligation"):
        owed, day = act.obligation, act.decided_at.astimezone(SHANGHAI).date()
        rulings.create(
            resource=owed.resource, unit=owed.unit, kind="exempt", period=owed.period, act=act,
            since=act.asked_at.astimezone(SHANGHAI).date(), from_on=owed.period_end, until=owed.period_end,
            granted_on=day, state="granted", reason=act.reason, answer=act.answer, asked_by=act.asked_by,
            asked_at=act.asked_at, decided_by=act.decided_by, decided_at=act.decided_at,
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0005_agreed_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="ruling", name="ruling_proposed_once"),
        migrations.AddField(
            "ruling", "unit", models.CharField(blank=True, default="", max_length=48), preserve_default=False
        ),
        migrations.AddField(
            "ruling",
            "basis",
            models.CharField(blank=True, default="", max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            "ruling",
            "period",
            models.CharField(blank=True, default="", max_length=16),
            preserve_default=False,
        ),
        migrations.AddField(
            "ruling",
            "ended_why",
            models.CharField(blank=True, default="", max_length=300),
            preserve_default=False,
        ),
        migrations.AddField("ruling", "granted_on", models.DateField(null=True)),
        migrations.AddField("ruling", "ended_on", models.DateField(null=True)),
        migrations.AddField(
            "ruling",
            "act",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ruling",
                to="catalogue.act",
            ),
        ),
        migrations.AddField(
            "ruling",
            "ended_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "ruling",
            "kind",
            models.CharField(choices=[("exempt", "免报"), ("provider", "提供单位核实")], max_length=10),
        ),
        migrations.AddConstraint(
            "ruling",
            models.UniqueConstraint(
                condition=models.Q(("asked_by", None), ("unit", "")),
                fields=("resource", "kind", "since"),
                name="ruling_proposed_once",
            ),
        ),
        migrations.AddIndex("ruling", models.Index(fields=["resource", "unit"], name="ruling_of")),
        migrations.RunPython(carried_over, migrations.RunPython.noop),
        migrations.RemoveField("obligation", "exempt_on"),
    ]
