"""Pages of defining together: the agreement, and one form for each thing that can be said on it."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView, ListView

from goals.actions import agreements as acts
from goals.composition import composition_of, signatures_of
from goals.forms import agreements as forms
from goals.happenings import happenings_of
from goals.models import Agreement, DataElement, DataRequest, Measure, Position, Remark, SignOff
from goals.reading import read
from goals.views.act import ActForm, SeesGoals, values_of


class AgreementList(SeesGoals, ListView):
    template_name = "goals/agreements.html"
    context_object_name = "agreements"
    queryset = Agreement.objects.select_related("goal", "kept_by").prefetch_related("positions__department")

    def get_context_data(self, **kwargs):
        user = self.request.user
        waiting = DataRequest.objects.waiting().filter(element__owner=user)
        return super().get_context_data(
            asks=user.has_perm("goals.ask_question"),
            waiting=waiting.select_related("element", "department", "asked_by"),
            **kwargs,
        )


class AgreementPage(SeesGoals, DetailView):
    """The question, the positions, the index, the agreed meaning, the data, the record and the signatures."""

    template_name = "goals/agreement.html"
    queryset = Agreement.objects.select_related(
        "goal", "asked_by", "kept_by", "backup", "index__index"
    ).prefetch_related(
        Prefetch("positions", Position.objects.select_related("department", "speaker")),
        Prefetch("elements", DataElement.objects.select_related("department", "owner")),
        Prefetch("remarks", Remark.objects.select_related("by", "department")),
        Prefetch("measures", Measure.objects.select_related("department")),
        Prefetch("sign_offs", SignOff.objects.select_related("by")),
    )

    def get_context_data(self, **kwargs):
        agreement, user = self.object, self.request.user
        for position in agreement.positions.all():
            position.agreement = agreement
            position.is_yours = user.has_perm("goals.state_position", position)
        signed = [one for one in agreement.sign_offs.all() if one.number == agreement.number]
        requests = agreement.data_requests.filter(taken_back_at=None).select_related(
            "element__department", "element__owner", "department", "asked_by", "answered_by"
        )
        remarks = list(agreement.remarks.all())
        for one in remarks:
            one.agreement = agreement
            one.may_settle = one.settled_at is None and user.has_perm("goals.settle_remark", one)
        return super().get_context_data(
            rows=signatures_of(agreement),
            signed=sum(one.part == SignOff.Part.JOINT for one in signed),
            open_remarks=[one for one in remarks if one.settled_at is None],
            settled_remarks=[one for one in remarks if one.settled_at],
            dissents=sum(one.kind == Remark.Kind.DISSENT and one.settled_at is None for one in remarks),
            requests=requests,
            keeps=user.has_perm("goals.change_agreement", agreement),
            speaks=user.has_perm("goals.put_on_record", agreement),
            **index_context(agreement.index, user),
            **kwargs,
        )


def index_context(measure, user):
    """The chart of an index, and the members behind its newest value; nothing where there is no index."""
    if measure is None:
        return {}
    values = list(measure.measurements.values_list("period_on", "value"))
    reading = read(measure, values, happenings_of(measure, user))
    return {"reading": reading, "shown": reading.shown(), "composition": composition_of(measure.index)}


class AboutAgreement(ActForm):
    permission = "goals.change_agreement"

    def get_about(self):
        agreements = Agreement.objects.select_related("kept_by", "backup", "goal", "index")
        return get_object_or_404(agreements, slug=self.kwargs["slug"])

    def judged(self):
        return self.about


class AgreementNew(ActForm):
    permission = "goals.ask_question"
    form_class = forms.AgreementForm
    heading = _("Ask a question that departments share")
    done = _("“%(name)s” is asked. Invite the departments now.")

    def act(self, **data):
        return acts.ask_question(by=self.request.user, **data)


class AgreementChange(AboutAgreement):
    form_class = forms.AgreementChangeForm
    heading = _("Change what is agreed")
    done = _("“%(name)s” is saved.")

    def get_initial(self):
        return values_of(self.about, self.form_class)

    def act(self, **data):
        acts.change_agreement(self.about, by=self.request.user, **data)
        return self.about


class AgreementMeasures(AboutAgreement):
    form_class = forms.MeasuresForm
    heading = _("Name the measures")
    done = _("The measures of “%(name)s” are named.")

    def get_initial(self):
        return {
            "measures": list(self.about.measures.all()),
            "index": self.about.index,
            "version": self.about.version,
        }

    def act(self, **data):
        acts.name_measures(self.about, by=self.request.user, **data | {"measures": list(data["measures"])})
        return self.about


class AgreementInvite(AboutAgreement):
    form_class = forms.InviteForm
    heading = _("Invite a department")
    done = _("The department is invited to “%(name)s”.")

    def act(self, **data):
        return acts.invite(self.about, by=self.request.user, **data).agreement


class AboutPosition(ActForm):
    """A form of the department that takes part."""

    permission = "goals.state_position"

    def get_about(self):
        positions = Position.objects.select_related("agreement__index__index", "department", "speaker")
        self.position = get_object_or_404(positions, agreement__slug=self.kwargs["slug"], pk=self.kwargs["pk"])
        return self.position.agreement

    def judged(self):
        return self.position


class PositionState(AboutPosition):
    form_class = forms.PositionForm
    heading = _("State your department’s position")
    done = _("Your position on “%(name)s” is kept.")

    def get_initial(self):
        return values_of(self.position, self.form_class)

    def act(self, **data):
        acts.state_position(self.position, by=self.request.user, **data)
        return self.about


class PositionSign(AboutPosition):
    permission = "goals.sign_agreement"
    form_class = forms.SignForm
    heading = _("Sign for your department")
    done = _("Your signature under “%(name)s” is kept.")

    def get_initial(self):
        signed = set(
            self.about.sign_offs.filter(number=self.about.number, department=self.position.department).values_list(
                "part", flat=True
            )
        )
        part = SignOff.Part.JOINT if SignOff.Part.OWN in signed else SignOff.Part.OWN
        return {"number": self.about.number, "part": part}

    def get_context_data(self, **kwargs):
        """What is signed stands above the form: the meaning, and the members with their weights."""
        index = self.about.index
        return super().get_context_data(
            signs=self.about,
            members=index.index.members.filter(until_on=None).select_related("measure__department") if index else [],
            own=self.position.department_id,
            **kwargs,
        )

    def act(self, **data):
        acts.sign(self.position, by=self.request.user, **data)
        return self.about


class RemarkNew(AboutAgreement):
    permission = "goals.put_on_record"
    form_class = forms.RemarkForm
    heading = _("Put a gap or a dissent on record")
    done = _("It is on record for “%(name)s”.")

    def act(self, **data):
        return acts.put_on_record(self.about, by=self.request.user, **data).agreement


class RemarkSettle(ActForm):
    permission = "goals.settle_remark"
    form_class = forms.SettleForm
    heading = _("Say how it was settled")
    done = _("It is settled, and stays in the history of “%(name)s”.")

    def get_about(self):
        remarks = Remark.objects.select_related("agreement", "by")
        self.remark = get_object_or_404(remarks, agreement__slug=self.kwargs["slug"], pk=self.kwargs["pk"])
        return self.remark.agreement

    def judged(self):
        return self.remark

    def act(self, **data):
        acts.settle(self.remark, by=self.request.user, **data)
        return self.about


class ElementNew(AboutAgreement):
    """A department writes down data that it holds, for this question."""

    permission = "goals.add_element"
    form_class = forms.ElementForm
    heading = _("Write down data that your department holds")
    done = _("The data is listed for “%(name)s”.")

    def judged(self):
        return self.request.user.department

    def get_initial(self):
        return {"owner": self.request.user.email}

    def act(self, **data):
        acts.add_element(by=self.request.user, agreement=self.about, department=self.request.user.department, **data)
        return self.about


class ElementChange(ActForm):
    permission = "goals.change_element"
    form_class = forms.ElementChangeForm
    heading = _("Change the entry")
    done = _("The data entry is saved; “%(name)s” shows it.")

    def get_about(self):
        elements = DataElement.objects.select_related("department", "owner")
        self.element = get_object_or_404(elements, agreements__slug=self.kwargs["slug"], pk=self.kwargs["pk"])
        return get_object_or_404(Agreement, slug=self.kwargs["slug"])

    def judged(self):
        return self.element

    def get_initial(self):
        return values_of(self.element, self.form_class)

    def act(self, **data):
        acts.change_element(self.element, by=self.request.user, **data)
        return self.about


class DataAsk(ActForm):
    """“May we use your data?”"""

    permission = "goals.ask_for_data"
    form_class = forms.AskForDataForm
    heading = _("May we use your data?")
    done = _("The owner of “%(name)s” is asked.")

    def get_about(self):
        elements = DataElement.objects.select_related("department", "owner")
        self.element = get_object_or_404(elements, agreements__slug=self.kwargs["slug"], pk=self.kwargs["pk"])
        self.agreement = get_object_or_404(Agreement, slug=self.kwargs["slug"])
        return self.agreement

    def judged(self):
        return self.element

    def get_context_data(self, **kwargs):
        return super().get_context_data(element=self.element, **kwargs)

    def act(self, **data):
        acts.ask_for_data(self.element, by=self.request.user, agreement=self.agreement, **data)
        return self.agreement


class DataRequestPage(SeesGoals, DetailView):
    """A request for data and its answer: the sharing note of both departments."""

    template_name = "goals/data_request.html"
    context_object_name = "asked"
    queryset = DataRequest.objects.select_related(
        "element__department", "element__owner", "agreement", "department", "asked_by", "answered_by"
    )

    def get_context_data(self, **kwargs):
        user, waits = self.request.user, not (self.object.answered_at or self.object.taken_back_at)
        return super().get_context_data(
            answers=waits and user.has_perm("goals.answer_data_request", self.object),
            takes_back=waits and user.has_perm("goals.take_back_data_request", self.object),
            **kwargs,
        )


class DataAnswer(ActForm):
    permission = "goals.answer_data_request"
    form_class = forms.AnswerDataForm
    heading = _("Answer the request")
    done = _("Your answer is sent.")

    def get_about(self):
        requests = DataRequest.objects.select_related(
            "element__department", "element__owner", "department", "asked_by", "agreement"
        )
        return get_object_or_404(requests, pk=self.kwargs["pk"])

    def judged(self):
        return self.about

    def get_context_data(self, **kwargs):
        return super().get_context_data(asked=self.about, **kwargs)

    def act(self, **data):
        acts.answer_data_request(self.about, by=self.request.user, **data)
        return self.about


class DataTakeBack(DataAnswer):
    permission = "goals.take_back_data_request"
    form_class = forms.forms.Form
    heading = _("Take the request back")
    done = _("The request is taken back.")

    def act(self, **data):
        acts.take_back_data_request(self.about, by=self.request.user)
        return self.about
