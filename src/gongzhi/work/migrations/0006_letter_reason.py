from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("work", "0005_letters_drawn_anew"),)

    operations = (
        migrations.AddField(
            model_name="letter",
            name="reason",
            field=models.CharField(blank=True, max_length=300),
        ),
    )
