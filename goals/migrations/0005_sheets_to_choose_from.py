"""The sheets of a workbook are kept until a person says which one is read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("goals", "0004_meetings_are_cancelled")]

    operations = [migrations.AddField("upload", "sheets", models.JSONField(default=list))]
