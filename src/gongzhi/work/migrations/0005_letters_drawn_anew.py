from typing import Any

from django.db import migrations, models


def list_what_was_told(apps: Any, _: Any) -> None:
    """A letter that waits to be issued lists some of what was told on its day; drawing it up picks its own."""
    for letter in apps.get_model("work", "Letter").objects.filter(state="drafted"):
        told = apps.get_model("work", "Told").objects.filter(on=letter.day)
        letter.matters = list(told.values_list("matter", flat=True))
        letter.save(update_fields=["matters"])


class Migration(migrations.Migration):
    dependencies = (("work", "0004_opening_filter"),)

    operations = (
        migrations.RemoveConstraint(model_name="letter", name="letter_once_a_day"),
        migrations.AddField(
            model_name="letter",
            name="matters",
            field=models.JSONField(default=list),
        ),
        migrations.RunPython(list_what_was_told, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="delivery", name="delivery_once"),
        migrations.AddField(
            model_name="delivery",
            name="first_line",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("message", "channel", "first_line"), name="delivery_once"
            ),
        ),
    )
