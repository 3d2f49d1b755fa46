"""What people do once a project is delivered: looks, outcomes, lessons, “did it help?”."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from goals.outlook import Outlook
from projects import actions, forms
from projects.actions.outcomes import rule_of
from projects.models import Benefit, CheckIn, Outcome, Project
from projects.results import evidence, result_of
from projects.views.act import ProjectForm
from projects.views.page import find
from workflow.templatetags.ui import day


class AfterDelivery(ProjectForm):
    while_running = False

    def asked_of(self):
        return self.part


class AnswerCheckIn(AfterDelivery):
    form_class = forms.CheckInForm
    permission = "projects.answer_check_in"
    button = gettext_lazy("Send the answer")
    done = gettext_lazy("Thank you. The project manager of %(project)s reads your answer.")

    def get_part(self):
        check_in = get_object_or_404(CheckIn.objects.filter(project=self.project), pk=self.kwargs["pk"])
        check_in.project = self.project
        return check_in

    def closed_because(self):
        return _("This check-in was answered already.") if self.part.answered_at else ""

    def get_heading(self):
        return self.part.asks

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"question": self.part.asks}

    def act(self, **data):
        actions.answer_check_in(self.part, by=self.request.user, **data)


class SkipCheckIn(AnswerCheckIn):
    form_class = forms.ReasonForm
    permission = "projects.skip_check_in"
    heading = gettext_lazy("Skip the check-in")
    button = gettext_lazy("Skip the check-in")
    done = gettext_lazy("The check-in of %(project)s is skipped; the reason stays on its page.")

    def get_heading(self):
        return self.heading

    def get_form_kwargs(self):
        return FormView.get_form_kwargs(self)

    def act(self, **data):
        actions.skip_check_in(self.part, by=self.request.user, **data)


class AddCheckIn(AfterDelivery):
    form_class = forms.CheckInNewForm
    permission = "projects.add_check_in"
    heading = gettext_lazy("Ask another question")
    lead = gettext_lazy("The person is asked on that day, and reminded a week later. The answer stands on this page.")
    button = gettext_lazy("Plan the question")
    done = gettext_lazy("The question on %(project)s is planned.")

    def closed_because(self):
        return "" if self.project.delivered_on else _("This can be asked once the project is delivered.")

    def act(self, **data):
        actions.add_check_in(self.project, by=self.request.user, **data)


class ConfirmBenefit(AfterDelivery):
    form_class = forms.ConfirmForm
    permission = "projects.confirm_benefit"
    heading = gettext_lazy("What did it bring?")
    done = gettext_lazy("Thank you. What %(project)s brought stands in the register.")

    def get_part(self):
        benefit = get_object_or_404(Benefit, project=self.project, pk=self.kwargs["pk"])
        benefit.project = self.project
        return benefit

    def closed_because(self):
        return "" if self.project.delivered_on else _("This can be said once the project is delivered.")

    def get_heading(self):
        return f"{self.heading} {self.part}"

    def get_initial(self):
        return {name: getattr(self.part, name) for name in ("realised", "evidence", "version")}

    def act(self, **data):
        actions.confirm_benefit(self.part, by=self.request.user, **data)


class AddLesson(AfterDelivery):
    form_class = forms.LessonForm
    permission = "projects.add_lesson"
    heading = gettext_lazy("Write down a lesson")
    lead = gettext_lazy("It is shown where similar work is planned.")
    button = gettext_lazy("Keep the lesson")
    done = gettext_lazy("The lesson of %(project)s is kept.")

    def closed_because(self):
        return "" if self.project.delivered_on else _("Lessons are written once the project is delivered.")

    def act(self, **data):
        actions.add_lesson(self.project, by=self.request.user, **data)


def outcome_of(project, pk):
    outcomes = Outcome.objects.select_related("promise__measure__owner", "told_by")
    outcome = get_object_or_404(outcomes, pk=pk, promise__project=project)
    outcome.promise.project = project
    return outcome


class OutcomePage(TemplateView):
    """What became of one promise: the test with its rule, the chart, what speaks beside it, how people read it."""

    template_name = "projects/outcome.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        project = find(user, kwargs["number"])
        outcome = outcome_of(project, kwargs["pk"])
        promise, measure = outcome.promise, outcome.promise.measure
        result = result_of(promise)
        others = Project.objects.visible_to(user).filter(promises__measure=measure).exclude(pk=project.pk)
        notes = measure.annotations.filter(taken_back_at=None)
        return super().get_context_data(
            project=project,
            outcome=outcome,
            promise=promise,
            result=result,
            outlook=Outlook(measure, rule_of(promise), float(promise.expected), project.delivered_on, ()),
            evidence=evidence(result, others, notes),
            readings=list(outcome.readings.select_related("by")),
            tells=outcome.wants_a_word and user.has_perm("projects.tell_what_else", outcome),
            reads=result.is_found and user.has_perm("projects.read_outcome", outcome),
            **kwargs,
        )


class OnOutcome(AfterDelivery):
    """A form about one outcome."""

    template_name = "projects/act.html"

    def get_part(self):
        return outcome_of(self.project, self.kwargs["pk"])

    def closed_because(self):
        if self.part.is_open:
            return _("There is nothing to say yet: the test is made on %(day)s.") % {"day": day(self.part.until_on)}
        return ""

    def get_heading(self):
        return f"{self.heading}: {self.part.promise.measure}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(what=result_of(self.part.promise).sentence, **kwargs)

    def get_success_url(self):
        return reverse("outcome", args=[self.project.number, self.part.pk])


class TellWhatElse(OnOutcome):
    form_class = forms.TellForm
    permission = "projects.tell_what_else"
    heading = gettext_lazy("What else changed?")
    lead = gettext_lazy("What you write stands beside the verdict. It changes nothing of it.")
    done = gettext_lazy("Thank you. It stands beside the result of %(project)s.")

    def closed_because(self):
        if self.part.told_at:
            return _("This was said already. Add a reading to say more.")
        return super().closed_because()

    def act(self, **data):
        actions.tell_what_else_changed(self.part, by=self.request.user, **data)


class AddReading(OnOutcome):
    form_class = forms.ReadingForm
    permission = "projects.read_outcome"
    heading = gettext_lazy("Your reading")
    lead = gettext_lazy("It stands beside the verdict with your name. The verdict stays as it was found.")
    button = gettext_lazy("Add your reading")
    done = gettext_lazy("Your reading stands beside the result of %(project)s.")

    def act(self, **data):
        actions.add_reading(self.part, by=self.request.user, **data)


class SayWhetherItHelped(ProjectForm):
    form_class = forms.HelpForm
    permission = "projects.say_whether_it_helped"
    while_running = False
    heading = gettext_lazy("Did it help?")
    lead = gettext_lazy("Your answer stands on the page of the idea as its result.")
    button = gettext_lazy("Send the answer")
    done = gettext_lazy("Thank you. Your answer stands on the page of %(project)s.")

    def closed_because(self):
        if self.project.delivered_on is None:
            return _("This can be answered once the project is delivered.")
        if hasattr(self.project, "help_answer"):
            return _("This was answered already. Thank you.")
        return ""

    def act(self, **data):
        actions.say_whether_it_helped(self.project, by=self.request.user, **data)
