"""The benefits register: what was promised and what came, by fiscal year, in money and otherwise."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from charts.bars import stacked_both
from goals.views.act import SeesGoals
from projects.models import Benefit, Project
from workflow.exports import CSV, csv_lines
from workflow.templatetags.ui import money_short


@dataclass
class Total:
    """Benefits of one fiscal year and one unit added up; `said`: how many of `count` have been confirmed."""

    promised: Decimal = Decimal(0)
    realised: Decimal = Decimal(0)
    count: int = 0
    said: int = 0

    def add(self, benefit: Benefit) -> None:
        self.count += 1
        self.promised += benefit.promised
        if benefit.realised is not None:
            self.said += 1
            self.realised += benefit.realised

    @property
    def open(self) -> int:
        return self.count - self.said


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
        benefits = list(self.benefits())
        years: dict[int, Total] = defaultdict(Total)
        others: dict[tuple[int, str], Total] = defaultdict(Total)
        for one in benefits:
            (years[one.fiscal_year] if one.is_money else others[one.fiscal_year, one.counted_in]).add(one)
        whole = Total(
            *(sum((getattr(one, name) for one in years.values()), Decimal(0)) for name in ("promised", "realised"))
        )
        finding = _("%(realised)s realised of %(promised)s promised, in money.") % {
            "realised": money_short(whole.realised),
            "promised": money_short(whole.promised),
        }
        rows = [
            (f"FY{year % 100:02d}", (float(one.realised), float(max(one.promised - one.realised, 0))))
            for year, one in years.items()
        ]
        return super().get_context_data(
            benefits=benefits,
            years=years.items(),
            others=[(year, unit, one) for (year, unit), one in others.items()],
            finding=finding,
            chart=stacked_both(rows, finding, say=money_short) if rows else "",
            **kwargs,
        )
