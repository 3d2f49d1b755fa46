"""Values keep eight decimals: what another system measured is taken over as it stands."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("goals", "0002_measures_together")]

    operations = [
        migrations.AlterField("measurement", "value", models.DecimalField(decimal_places=8, max_digits=20)),
        migrations.AlterField("measurementpart", "value", models.DecimalField(decimal_places=8, max_digits=20)),
        migrations.AlterField("indexpart", "value", models.DecimalField(decimal_places=8, max_digits=20, null=True)),
    ]
