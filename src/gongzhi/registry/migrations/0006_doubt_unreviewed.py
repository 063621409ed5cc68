from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_closed_on")]

    operations = [migrations.AddField("doubt", "unreviewed", models.BooleanField(default=True))]
