"""Indexes: measures made of other measures, often of several departments, by a stated rule."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from goals.models.measures import Measure, Measurement


class Index(models.Model):
    """How the value of a measure is made of its members; its values are computed and never entered."""

    class Rule(models.TextChoices):
        WEIGHTED_MEAN = "weighted_mean", _("Weighted mean of the scores")
        MEAN = "mean", _("Mean of the scores")
        WORST = "worst", _("The worst score")
        SHARE = "share", _("Share of members that meet their target")
        SUM = "sum", _("Sum of the values")
        CITYSCORE = "cityscore", _("CityScore: mean of value to target, without caps")

    measure = models.OneToOneField(Measure, on_delete=models.PROTECT, related_name="index")
    rule = models.CharField(max_length=16, choices=Rule, default=Rule.WEIGHTED_MEAN)
    cap_low = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(0))
    cap_high = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(2))
    least_fresh = models.PositiveSmallIntegerField(default=70)
    stale_from = models.DateField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cap_high__gt=F("cap_low")), name="index_caps_in_order"),
            models.CheckConstraint(condition=Q(least_fresh__lte=100), name="index_least_fresh_is_a_share"),
        ]

    def __str__(self) -> str:
        return str(self.measure)

    def get_absolute_url(self) -> str:
        return self.measure.get_absolute_url()

    @property
    def department_id(self) -> int:
        return self.measure.department_id

    def audiences_of(self, user: Any) -> set[str]:
        return self.measure.audiences_of(user)


class Member(models.Model):
    """A measure's place in an index with its weight, from one period to another; a new weight is a new row."""

    index = models.ForeignKey(Index, on_delete=models.PROTECT, related_name="members")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="memberships")
    weight = models.DecimalField(max_digits=6, decimal_places=2)
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)

    class Meta:
        ordering = ["-weight", "id"]
        constraints = [
            models.UniqueConstraint(fields=["index", "measure"], condition=Q(until_on=None), name="member_once"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="member_weight_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.measure}: {self.weight}"


class IndexPart(models.Model):
    """What one member gave to one value of an index, kept as computed; a missing member has no score."""

    measurement = models.ForeignKey(Measurement, on_delete=models.PROTECT, related_name="index_parts")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=20, decimal_places=8, null=True)
    target = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    score = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    share = models.DecimalField(max_digits=12, decimal_places=6, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measurement", "member"], name="index_part_once")]

    def __str__(self) -> str:
        return f"{self.member}: {self.score}"
