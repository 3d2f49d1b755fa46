"""Pages that bring many values at once: the table, then a look at every line before it counts."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views import View

from goals import actions
from goals.forms.uploads import BringForm, PlanForm
from goals.incoming.rows import STATES
from goals.models import Upload
from goals.views.measures import AboutMeasure
from workflow.lifecycle import Conflict, MoveRefused

ON_A_PAGE = 200


class ValuesBring(AboutMeasure):
    template_name = "goals/upload_new.html"
    form_class = BringForm
    heading = _("Bring many values")
    done = _("Look at each line; nothing is entered yet.")

    def act(self, **data):
        return actions.bring_values(self.about, by=self.request.user, **data)


class UploadPage(View):
    """Every line with what it would become; what is unsure is asked, and taken over or dropped as a whole."""

    def dispatch(self, request, *args, **kwargs):
        uploads = Upload.objects.select_related("measure__objective__goal", "by")
        self.upload = get_object_or_404(uploads, measure__slug=kwargs["slug"], pk=kwargs["pk"])
        self.measure = self.upload.measure
        if not request.user.has_perm("goals.add_measurement", self.measure):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        return self.answer()

    def post(self, request, *args, **kwargs):
        if self.upload.is_over:
            return self.answer(status=409)
        if request.POST.get("do") == "drop":
            return self.doing(self.drop)
        form = PlanForm(request.POST, plan=self.plan())
        if not form.is_valid():
            return self.answer(form, 422)
        return self.doing(self.take if request.POST.get("do") == "take" else self.look, form)

    def doing(self, act, form=None):
        try:
            return act(form)
        except MoveRefused as refused:
            self.upload.refresh_from_db()
            if self.upload.is_over:
                return self.answer(status=409)
            form = PlanForm(self.request.POST, plan=self.plan())
            form.is_valid()
            for sentence in refused.sentences:
                form.add_error(None, sentence)
            return self.answer(form, 409 if isinstance(refused, Conflict) else 422)

    def look(self, form):
        actions.answer_upload(self.upload, by=self.request.user, answers=form.answers())
        return HttpResponseRedirect(self.upload.get_absolute_url())

    def take(self, form):
        taken = actions.take_over(
            self.upload,
            by=self.request.user,
            seen=form.cleaned_data["seen"],
            answers=form.answers(),
            reason=form.cleaned_data.get("reason", ""),
        )
        said = ngettext(
            "%(count)s value of “%(name)s” is entered.", "%(count)s values of “%(name)s” are entered.", taken.taken
        )
        messages.success(self.request, said % {"count": taken.taken, "name": self.measure.name})
        return HttpResponseRedirect(self.measure.get_absolute_url())

    def drop(self, form):
        actions.drop_upload(self.upload, by=self.request.user)
        messages.success(self.request, _("The lines are dropped; no value was entered."))
        return HttpResponseRedirect(self.measure.get_absolute_url())

    def plan(self):
        return actions.plan_of(self.upload)

    def answer(self, form=None, status=200):
        upload = self.upload
        context = {"upload": upload, "measure": self.measure, "form": form}
        if not upload.is_over:
            plan = self.plan()
            state = self.request.GET.get("show", "")
            rows = [row for row in plan.rows if state not in STATES or row.state == state]
            page = Paginator(rows, ON_A_PAGE).get_page(self.request.GET.get("page"))
            context |= {
                "plan": plan,
                "form": form or PlanForm(plan=plan, initial={"seen": plan.seen}),
                "seen": plan.seen,
                "rows": page,
                "show": state,
                "previous": f"?show={state}" if page.number > 1 else "",
                "next": f"?show={state}&page={page.number + 1}" if page.has_next() else "",
                "has_parts": any(row.parts for row in plan.rows),
            }
        return render(self.request, "goals/upload.html", context, status=status)
