from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (
        ("work", "0003_announcements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    )

    operations = (
        migrations.AddField(
            model_name="savedfilter",
            name="opens",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="savedfilter",
            name="query",
            field=models.CharField(max_length=1000),
        ),
        migrations.AddConstraint(
            model_name="savedfilter",
            constraint=models.UniqueConstraint(
                condition=models.Q(("opens", True)), fields=("person",), name="filter_opens_once"
            ),
        ),
    )
