"""The list of ideas that a person may see; the filters stand in the address."""

from django.utils.translation import gettext as _

from intake.filters import IdeaFilter, chips
from intake.models import Idea
from intake.tables import IdeaTable
from workflow.exports import export_response
from workflow.views import CursorList


class IdeaList(CursorList):
    template_name = "intake/ideas.html"
    order = ("number",)
    falls = True

    def get_queryset(self):
        self.queryset = Idea.objects.visible_to(self.request.user).shared().listed()
        self.filter = IdeaFilter(self.request.GET, super().get_queryset(), request=self.request)
        return self.filter.qs

    def get(self, request, *args, **kwargs):
        if request.GET.get("export") == "csv":
            return export_response(IdeaTable(self.get_queryset().iterator(chunk_size=500)), "csv", "ideas")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        table = IdeaTable(context["object_list"])
        table.caption = _("Ideas")
        csv = self.request.GET.copy()
        csv.pop("after", None)
        csv["export"] = "csv"
        return context | {
            "table": table,
            "filter": self.filter,
            "chips": chips(self.filter),
            "is_filtered": any(value for name, value in self.request.GET.items() if name not in ("after", "export")),
            "csv": csv.urlencode(),
        }
