from django.db import migrations, models


def wait(apps, schema_editor):
    """A register that stands already waits to be written into the lake."""
    if apps.get_model("registry", "Taxpayer").objects.exists():
        apps.get_model("intake", "OpsFile").objects.get_or_create(name="register", defaults={"changed": 1})


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0014_ops_files_and_fills"),
        ("registry", "0004_decisions_and_plain_names"),
    ]

    operations = [
        migrations.AddField("taxpayer", "closed_on", models.DateField(null=True)),
        migrations.RunPython(wait, migrations.RunPython.noop),
    ]
