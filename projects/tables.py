"""Tables of projects: the same columns on the page and in a file."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _


class ProjectTable(tables.Table):
    title = tables.Column(_("Project"))
    label = tables.Column(_("Number"), visible=False)
    department = tables.Column(_("Department"), accessor="idea__department__name", visible=False)
    state = tables.Column(_("State"))
    health = tables.Column(_("Health"))
    manager = tables.Column(_("Project manager"), accessor="manager__name", default="")
    planned_end_on = tables.DateColumn(verbose_name=_("Delivery planned"), default="")

    row_template = "projects/_row.html"
    css = ""
    caption = _("Projects")

    class Meta:
        orderable = False

    def value_state(self, record):
        return record.get_state_display()

    def value_health(self, record):
        return record.get_health_display() if record.last_report_at else ""
