"""A meeting can be cancelled with a reason; the one before it is found by its day instead of being kept."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0003_values_as_exact_as_they_come"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField("meeting", "before"),
        migrations.AddField("meeting", "cancelled_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "meeting", "cancelled_because", models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.AddField(
            "meeting",
            "cancelled_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            "meeting",
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_because="", cancelled_by=None)
                | (
                    Q(cancelled_at__isnull=False, cancelled_by__isnull=False, closed_at=None) & ~Q(cancelled_because="")
                ),
                name="meeting_cancelled_by_somebody_with_a_reason",
            ),
        ),
    ]
