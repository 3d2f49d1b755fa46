"""The benefits register: what was promised and what came, by fiscal year, in money and otherwise."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from charts.bars import stacked_both
from goals.views.act import SeesGoals
from projects.models import Benefit, Project
from workflow.exports import CSV, csv_lines
from workflow.templatetags.ui import money_short

MOST = 100


@dataclass
class Total:
    """Benefits of one fiscal year and one unit added up; `open`: of how many nobody said yet what came."""

    promised: Decimal = Decimal(0)
    realised: Decimal = Decimal(0)
    open: int = 0

    def add(self, row: dict) -> None:
        self.promised += row["promised_sum"]
        self.realised += row["realised_sum"] or 0
        self.open += row["open"]


class Register(SeesGoals, TemplateView):
    """Every benefit of the projects that the person may see, with sums by fiscal year."""

    template_name = "reports/benefits.html"

    def get(self, request, *args, **kwargs):
        return self.csv() if request.GET.get("export") == "csv" else super().get(request, *args, **kwargs)

    def benefits(self):
        seen = Project.objects.visible_to(self.request.user).not_cancelled()
        found = Benefit.objects.filter(project__in=seen).select_related("project__idea__department", "confirmed_by")
        return found.order_by("fiscal_year", "project__number", "pk")

    def csv(self):
        head = [(_("Fiscal year"), _("Project"), _("Benefit"), _("Kind"), _("Unit"), _("Promised"), _("Realised"))]
        rows = (
            (
                one.fiscal_year,
                str(one.project),
                one.name,
                one.get_kind_display(),
                one.counted_in or _("dollars"),
                one.promised,
                "" if one.realised is None else one.realised,
            )
            for one in self.benefits()
        )
        response = StreamingHttpResponse(csv_lines(row for part in (head, rows) for row in part), content_type=CSV)
        response["Content-Disposition"] = 'attachment; filename="benefits.csv"'
        return response

    def get_context_data(self, **kwargs):
        rows = self.benefits().order_by("fiscal_year", "kind", "unit").values("fiscal_year", "kind", "unit")
        years: dict[int, Total] = defaultdict(Total)
        others: dict[tuple[int, str], Total] = defaultdict(Total)
        for row in rows.annotate(
            promised_sum=Sum("promised"), realised_sum=Sum("realised"), open=Count("pk", filter=Q(realised=None))
        ):
            kind = Benefit(kind=row["kind"], unit=row["unit"])
            year = row["fiscal_year"]
            (years[year] if kind.is_money else others[year, kind.counted_in]).add(row)
        whole = Total(
            *(sum((getattr(one, name) for one in years.values()), Decimal(0)) for name in ("promised", "realised"))
        )
        finding = _("%(realised)s realised of %(promised)s promised, in money.") % {
            "realised": money_short(whole.realised),
            "promised": money_short(whole.promised),
        }
        bars = [
            (f"FY{year % 100:02d}", (float(one.realised), float(max(one.promised - one.realised, 0))))
            for year, one in years.items()
        ]
        newest = list(self.benefits().order_by("-fiscal_year", "-project__number", "pk")[: MOST + 1])
        return super().get_context_data(
            benefits=newest[:MOST],
            has_more=len(newest) > MOST,
            years=years.items(),
            others=[(year, unit, one) for (year, unit), one in others.items()],
            finding=finding,
            chart=stacked_both(bars, finding, say=money_short) if bars else "",
            **kwargs,
        )
