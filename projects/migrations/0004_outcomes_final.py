from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0003_outcomes_found"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex("outcome", "outcome_open"),
        migrations.RenameField("outcome", "recorded_at", "found_at"),
        migrations.RemoveField("outcome", "asked_at"),
        migrations.RemoveField("outcome", "measured"),
        migrations.RemoveField("outcome", "recorded_by"),
        migrations.RemoveField("outcome", "not_measurable_because"),
        migrations.AlterField("outcome", "found_at", models.DateTimeField(editable=False, null=True)),
        migrations.AlterField("outcome", "until_on", models.DateField()),
        migrations.AlterField("outcome", "long_stop_on", models.DateField()),
        migrations.AlterField(
            "outcome",
            "reason",
            models.CharField(
                blank=True,
                choices=[
                    ("already_moving", "It was already moving"),
                    ("redefined", "It was defined anew in between"),
                    ("not_measurable", "Not measurable: too few values"),
                    ("within_range", "It is as far from its range as before"),
                ],
                editable=False,
                max_length=16,
            ),
        ),
        migrations.AlterField(
            "checkin",
            "answer",
            models.CharField(blank=True, choices=[("yes", "Yes"), ("partly", "Partly"), ("no", "No")], max_length=8),
        ),
        migrations.AddIndex(
            "outcome", models.Index(condition=Q(found_at=None), fields=["test_on"], name="outcome_open")
        ),
        migrations.AddConstraint(
            "outcome",
            models.CheckConstraint(
                condition=Q(verdict="", found_at=None) | (~Q(verdict="") & Q(found_at__isnull=False)),
                name="outcome_verdict_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            "outcome",
            models.CheckConstraint(
                condition=~Q(verdict="cannot_tell") | ~Q(reason=""), name="outcome_cannot_tell_says_why"
            ),
        ),
        migrations.AddConstraint(
            "outcome",
            models.CheckConstraint(
                condition=Q(verdict__in=("", "cannot_tell")) | Q(shift__isnull=False), name="outcome_verdict_has_shift"
            ),
        ),
    ]
