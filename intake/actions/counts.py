"""Numbers of ideas and projects, and the kept counts."""

from django.db import transaction
from django.db.models import Count as CountOf
from django.db.models import Sum

from intake.models import Count, NumberSequence


def take_number(kind: str) -> int:
    """The next number of a kind, under a lock."""
    sequence, _created = NumberSequence.objects.select_for_update().get_or_create(kind=kind)
    number = sequence.next_number
    sequence.next_number += 1
    sequence.save()
    return number


def fold_counts() -> int:
    """Add up the kept counts into one row a key; returns how many rows were folded."""
    with transaction.atomic():
        last = Count.objects.order_by("-id").values_list("id", flat=True).first()
        if last is None:
            return 0
        rows = Count.objects.filter(id__lte=last)
        keys = ("department_id", "audience", "state")
        sums = list(rows.values_list(*keys).annotate(total=Sum("delta"), n=CountOf("id")).order_by(*keys))
        if all(n == 1 for *_key, _total, n in sums):
            return 0
        deleted, _by_model = rows.delete()
        Count.objects.bulk_create([Count.of((d, a, s), total) for d, a, s, total, _n in sums if total])
    return deleted
