"""What people do on a project besides its moves: each a form on a page of its own, or a button."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View

from projects import actions, forms
from projects.models import ReadyLine
from projects.views.page import find
from workflow.lifecycle import Conflict, MoveRefused


class ProjectForm(FormView):
    """A form about a project, or about a part of it (`get_part`), of which the permission is asked."""

    template_name = "projects/act.html"
    permission = "projects.lead_project"
    heading = ""
    lead = ""
    button = gettext_lazy("Save")
    done = gettext_lazy("%(project)s is saved.")
    while_running = True

    def dispatch(self, request, *args, **kwargs):
        self.project = find(request.user, kwargs["number"])
        self.part = self.get_part()
        if not request.user.has_perm(self.permission, self.asked_of()):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_part(self):
        return self.project

    def asked_of(self):
        """What the permission is asked of."""
        return self.project

    def closed_because(self):
        """Why nothing can be done here now; "" where it can."""
        if self.while_running and not self.project.is_running:
            return _("%(project)s is at “%(state)s”: its plan is no longer changed.") % {
                "project": self.project.label,
                "state": self.project.get_state_display(),
            }
        return ""

    def get(self, request, *args, **kwargs):
        if sentence := self.closed_because():
            messages.info(request, sentence)
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def act(self, **data):
        raise NotImplementedError

    def form_valid(self, form):
        try:
            if sentence := self.closed_because():
                raise Conflict(sentence)
            self.act(**form.cleaned_data)
        except MoveRefused as refused:
            for sentence in refused.sentences:
                form.add_error(None, sentence)
            if isinstance(refused, Conflict):
                self.show_newest(form)
                return self.answer(form, 409)
            return self.answer(form, 422)
        messages.success(self.request, self.done % {"project": self.project.label})
        return HttpResponseRedirect(self.get_success_url())

    def show_newest(self, form):
        """Let the form save again over what somebody else saved, which the refusal told."""
        if "version" in form.fields:
            self.part = self.get_part()
            form.data = form.data.copy()
            form.data["version"] = self.get_initial().get("version", "")

    def form_invalid(self, form):
        return self.answer(form, 422)

    def answer(self, form, status):
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get_success_url(self):
        return self.project.get_absolute_url()

    def get_heading(self):
        return self.heading

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            project=self.project,
            part=self.part,
            heading=self.get_heading(),
            lead=self.lead,
            button=self.button,
            **kwargs,
        )


# Getting ready


class LineForm(ProjectForm):
    def get_part(self):
        lines = ReadyLine.objects.select_related("owner").filter(project=self.project)
        line = get_object_or_404(lines, kind=self.kwargs["kind"])
        line.project = self.project
        return line

    def closed_because(self):
        return super().closed_because() or ("" if self.part.is_open else _("This line was closed already."))

    def get_heading(self):
        return f"{self.heading}: {self.part.get_kind_display()}"


class PlanLine(LineForm):
    form_class = forms.PlanLineForm
    heading = gettext_lazy("Whose move, until when")
    done = gettext_lazy("The line of %(project)s is planned.")

    def get_initial(self):
        return {"owner": self.part.owner, "due_on": self.part.due_on, "note": self.part.note}

    def act(self, **data):
        actions.plan_line(self.part, by=self.request.user, **data)


class CloseLine(LineForm):
    form_class = forms.CloseLineForm
    permission = "projects.close_line"
    heading = gettext_lazy("Close the line")
    button = gettext_lazy("Close the line")
    done = gettext_lazy("The line of %(project)s is closed.")

    def asked_of(self):
        return self.part

    def act(self, **data):
        actions.close_line(self.part, by=self.request.user, **data)


class WaiveLine(LineForm):
    form_class = forms.ReasonForm
    heading = gettext_lazy("Not needed")
    lead = gettext_lazy("Say why the project starts without it. The reason stays on its page.")
    button = gettext_lazy("Waive the line")
    done = gettext_lazy("The line of %(project)s is waived.")

    def act(self, **data):
        actions.waive_line(self.part, by=self.request.user, **data)


# Plan and money


class NameManager(ProjectForm):
    form_class = forms.ManagerForm
    permission = "projects.name_manager"
    heading = gettext_lazy("Name the project manager")
    done = gettext_lazy("%(project)s has a new project manager.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"project": self.project}

    def act(self, **data):
        actions.name_manager(self.project, by=self.request.user, **data)


class PlanEnd(ProjectForm):
    form_class = forms.PlanEndForm
    heading = gettext_lazy("Plan another day of delivery")
    lead = gettext_lazy("Everyone who asked for it hears of the new day and the reason.")
    done = gettext_lazy("The day of delivery of %(project)s is planned.")

    def get_initial(self):
        return {"planned_end_on": self.project.planned_end_on}

    def act(self, **data):
        actions.plan_end(self.project, by=self.request.user, **data)


class MilestoneNew(ProjectForm):
    form_class = forms.MilestoneForm
    heading = gettext_lazy("Add a milestone")
    done = gettext_lazy("The milestone of %(project)s is added.")

    def act(self, **data):
        actions.add_milestone(self.project, by=self.request.user, **data)


class MilestoneChange(ProjectForm):
    form_class = forms.MilestoneChangeForm
    heading = gettext_lazy("Move or finish a milestone")
    done = gettext_lazy("The milestone of %(project)s is saved.")

    def get_part(self):
        return get_object_or_404(self.project.milestones.filter(dropped_at=None), pk=self.kwargs["pk"])

    def get_initial(self):
        return {name: getattr(self.part, name) for name in ("name", "due_on", "done_on", "version")}

    def act(self, **data):
        actions.change_milestone(self.part, by=self.request.user, **data)


class SetBudget(ProjectForm):
    """Add a line of money, or with `?line=` change the one that is there."""

    form_class = forms.BudgetForm
    heading = gettext_lazy("Money of one purpose in one year")
    lead = gettext_lazy("The same purpose and year change the line that is there; what it was stays in the history.")
    done = gettext_lazy("The money of %(project)s is saved.")

    def get_initial(self):
        wanted = self.request.GET.get("line", "")
        line = (
            self.project.budget_lines.filter(pk=int(wanted)).first()
            if wanted.isdecimal() and len(wanted) < 18
            else None
        )
        if line is None:
            return {"fiscal_year": forms.this_fiscal_year(), "spent": 0}
        return {name: getattr(line, name) for name in ("name", "kind", "fiscal_year", "planned", "spent", "version")}

    def act(self, **data):
        actions.set_budget(self.project, by=self.request.user, **data)


class PromiseBenefit(ProjectForm):
    form_class = forms.BenefitForm
    heading = gettext_lazy("Promise a benefit")
    lead = gettext_lazy("For one fiscal year. After the delivery those who asked for it say what it brought.")
    button = gettext_lazy("Promise it")
    done = gettext_lazy("The benefit of %(project)s is promised.")

    def get_initial(self):
        return {"fiscal_year": forms.this_fiscal_year() + 1}

    def act(self, **data):
        actions.promise_benefit(self.project, by=self.request.user, **data)


# Reports, hold, cancel


class Report(ProjectForm):
    form_class = forms.ReportForm
    heading = gettext_lazy("Report how it stands")
    button = gettext_lazy("Send the report")
    done = gettext_lazy("The report of %(project)s is sent.")

    def get_initial(self):
        last = self.project.reports.first()
        return {name: getattr(last, name) for name in ("scope", "schedule", "budget", "benefit")} if last else {}

    def get_context_data(self, **kwargs):
        return super().get_context_data(signal=actions.signal_of(self.project), **kwargs)

    def act(self, **data):
        actions.report(self.project, by=self.request.user, **data)


class Hold(ProjectForm):
    form_class = forms.HoldForm
    heading = gettext_lazy("Put it on hold")
    lead = gettext_lazy("Everyone who asked for it hears why it rests, and until when.")
    button = gettext_lazy("Put it on hold")
    done = gettext_lazy("%(project)s is on hold.")

    def act(self, **data):
        actions.hold(self.project, by=self.request.user, **data)


class AskToCancel(ProjectForm):
    form_class = forms.ReasonForm
    heading = gettext_lazy("Ask to cancel it")
    lead = gettext_lazy("Those who decided on the idea are asked. They decide; until then the project goes on.")
    button = gettext_lazy("Ask to cancel it")
    done = gettext_lazy("You asked to cancel %(project)s.")

    def act(self, **data):
        actions.ask_to_cancel(self.project, by=self.request.user, **data)


class ProjectButton(View):
    """A change of one click; what is refused is said on the project's page."""

    http_method_names = ["post"]
    done = ""

    def post(self, request, number):
        self.project = find(request.user, number)
        if not request.user.has_perm("projects.lead_project", self.project):
            raise Http404
        try:
            self.act()
        except MoveRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, self.done % {"project": self.project.label})
        return HttpResponseRedirect(self.project.get_absolute_url())

    def act(self):
        raise NotImplementedError


class NothingChanged(ProjectButton):
    done = gettext_lazy("%(project)s stands as it stood: the report is sent.")

    def act(self):
        actions.report(self.project, by=self.request.user, nothing_changed=True)


class Resume(ProjectButton):
    done = gettext_lazy("%(project)s goes on.")

    def act(self):
        actions.resume(self.project, by=self.request.user)
