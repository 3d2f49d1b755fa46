"""Outcomes are found by the stated test; what was recorded by hand becomes the reading of the person who recorded it."""

from datetime import timedelta

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def keep_what_was_recorded(apps, schema_editor):
    Outcome = apps.get_model("projects", "Outcome")
    Reading = apps.get_model("projects", "OutcomeReading")
    for outcome in Outcome.objects.exclude(recorded_at=None).select_related("recorded_by").iterator():
        if outcome.recorded_by:
            Reading.objects.create(
                outcome=outcome,
                by=outcome.recorded_by,
                at=outcome.recorded_at,
                text=f"Measured by hand: {outcome.measured}",
                because=outcome.what_else_changed,
            )
    Outcome.objects.exclude(recorded_at=None).update(verdict="cannot_tell", reason="not_measurable")
    Outcome.objects.filter(recorded_at=None).update(verdict="", reason="")
    Outcome.objects.update(until_on=F("test_on"))
    for outcome in Outcome.objects.filter(long_stop_on=None).select_related("promise__project").iterator():
        delivered_on = outcome.promise.project.delivered_on or outcome.test_on
        outcome.long_stop_on = max(delivered_on + timedelta(days=730), outcome.test_on)
        outcome.save(update_fields=["long_stop_on"])


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0002_outcomes_by_test"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("outcome", "until_on", models.DateField(null=True)),
        migrations.AddField("checkin", "reminded_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "checkin",
            "asked_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(keep_what_was_recorded, migrations.RunPython.noop),
    ]
