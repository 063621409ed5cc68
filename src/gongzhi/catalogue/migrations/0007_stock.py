"""The stock of a register (存量) is known as such, and is exempt only where a ruling says so."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import Exists, F, OuterRef


def marked(apps: Any, schema_editor: Any) -> None:
    """What was owed for one day of a resource that has longer periods is its stock. A ruling of 免报 under
    which one stood goes on to cover it: what was told stays.
    """
    obligations = apps.get_model("catalogue", "Obligation").objects
    longer = obligations.filter(resource=OuterRef("resource"), opens__lt=F("period_end"))
    one_day = obligations.filter(Exists(longer), opens=F("period_end"))
    obligations.filter(pk__in=list(one_day.values_list("pk", flat=True))).update(of_stock=True)
    rulings = apps.get_model("catalogue", "Ruling").objects.filter(kind="exempt", period="")
    for one in rulings.exclude(granted_on=None):
        held = obligations.filter(of_stock=True, resource=one.resource, period_end__gte=one.from_on)
        held = held.filter(unit=one.unit) if one.unit else held
        held = held.filter(period_end__lte=one.until) if one.until else held
        if held.exists():
            one.with_stock = True
            one.save(update_fields=["with_stock"])


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0006_exemptions")]

    operations = [
        migrations.AddField("obligation", "of_stock", models.BooleanField(default=False)),
        migrations.AddField("ruling", "with_stock", models.BooleanField(default=False)),
        migrations.RunPython(marked, migrations.RunPython.noop),
    ]
