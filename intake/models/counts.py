"""Kept counts of ideas, and their numbers."""

from typing import Self

from django.db import models

from accounts.models import Department


class Count(models.Model):
    """A change of how many ideas a department has in a state; the sum is the number. A sweep folds the rows."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    delta = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["department", "audience", "state", "delta"], name="count_key")]

    def __str__(self) -> str:
        return f"{self.department_id} {self.audience} {self.state} {self.delta:+d}"

    @classmethod
    def of(cls, key: tuple[int, str, str], delta: int) -> Self:
        department_id, audience, state = key
        return cls(department_id=department_id, audience=audience, state=state, delta=delta)


class NumberSequence(models.Model):
    """The next free number of a kind of thing; locked while one is taken. Gaps are normal."""

    kind = models.CharField(max_length=20, primary_key=True)
    next_number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.kind}: {self.next_number}"
