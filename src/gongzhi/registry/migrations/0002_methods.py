from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [
        migrations.AddField("linking", "methods", models.JSONField(null=True)),
        migrations.AddField("linking", "taxpayers", models.PositiveIntegerField(default=0)),
    ]
