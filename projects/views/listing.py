"""The list of projects."""

from django.utils.translation import gettext as _

from intake.filters import chips
from projects.filters import ProjectFilter
from projects.models import Project
from projects.tables import ProjectTable
from workflow.exports import export_response
from workflow.views import CursorList


class ProjectList(CursorList):
    """The projects that the person may see, the newest first."""

    template_name = "projects/projects.html"
    falls = True

    def get_queryset(self):
        self.queryset = Project.objects.visible_to(self.request.user).listed()
        self.filter = ProjectFilter(self.request.GET, super().get_queryset())
        return self.filter.qs

    def get(self, request, *args, **kwargs):
        if request.GET.get("export") == "csv":
            return export_response(ProjectTable(self.get_queryset()), "csv", "projects")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        query = self.request.GET.copy()
        query.pop("after", None)
        query["export"] = "csv"
        table = ProjectTable(context["object_list"], empty_text=_("No project here."))
        narrowed = any(name != "after" for name in self.request.GET)
        return context | {
            "table": table,
            "filter": self.filter,
            "chips": chips(self.filter),
            "is_filtered": narrowed,
            "csv": query.urlencode(),
        }
