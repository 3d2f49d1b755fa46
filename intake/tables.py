"""Tables of ideas: the same columns on the page and in a file."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from intake.models import Idea


class QueueTable(tables.Table):
    """What waits for an answer, the one due first on top."""

    heading = tables.Column(_("Idea"), attrs={"th": {"class": "w-xl"}})
    label = tables.Column(_("Number"), visible=False)
    department = tables.Column(_("Department"), visible=False)
    requester = tables.Column(_("Requester"), visible=False)
    state = tables.Column(_("Stage"), attrs={"th": {"class": "w-m"}})
    size = tables.Column(_("Size"), attrs={"th": {"class": "w-s"}})
    value = tables.Column(_("Value"), attrs={"th": {"class": "w-m"}})
    assignee = tables.Column(_("Who has it"), default="", attrs={"th": {"class": "w-l"}})
    answer_due_at = tables.DateTimeColumn(verbose_name=_("Answer due"), attrs={"th": {"class": "w-m"}})
    next = tables.Column(_("Next"), empty_values=(), exclude_from_export=True, attrs={"th": {"class": "w-m"}})

    row_template = "intake/_queue_row.html"
    css = "queue"

    class Meta:
        orderable = False

    def value_state(self, record: Idea) -> Any:
        return record.get_state_display()

    def value_size(self, record: Idea) -> Any:
        return record.get_size_display()

    def value_value(self, record: Idea) -> Any:
        return record.get_value_display()

    def value_answer_due_at(self, record: Idea) -> Any:
        return record.answer_due_at


class IdeaTable(tables.Table):
    """Ideas as everyone reads them: where each is, who has it, and when there is an answer."""

    label = tables.Column(_("Number"), visible=False)
    heading = tables.Column(_("Idea"))
    department = tables.Column(_("Department"), visible=False)
    requester = tables.Column(_("Requester"), visible=False)
    state = tables.Column(_("Where it is"))
    turn = tables.Column(_("Whose move"))
    answer_due_at = tables.DateTimeColumn(verbose_name=_("Answer due"))
    goal = tables.Column(_("City goal"), default="")
    submitted_at = tables.DateColumn(verbose_name=_("Shared"))

    row_template = "intake/_idea_row.html"

    class Meta:
        orderable = False

    def value_state(self, record: Idea) -> Any:
        return record.face.plain

    def value_turn(self, record: Idea) -> Any:
        return record.turn.who

    def value_goal(self, record: Idea) -> Any:
        return str(record.goal or "")

    def value_submitted_at(self, record: Idea) -> Any:
        return record.submitted_at

    def value_answer_due_at(self, record: Idea) -> Any:
        return record.answer_due_at
