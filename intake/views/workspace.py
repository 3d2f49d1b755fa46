"""The workspace of those who answer first: the queue, the board, and the first look at one idea."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import BadRequest
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When, Window, prefetch_related_objects
from django.db.models.functions import Coalesce, RowNumber
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from accounts.policy import current_policy
from intake import actions
from intake.filters import BoardFilter, QueueFilter, chips
from intake.forms.workspace import AssignForm, SizeForm, TriageForm, ValueForm, assignable
from intake.lifecycle import BEFORE_DECISION, State
from intake.models import Idea, ProposedNo, has_open_question, know_holdings
from intake.tables import QueueTable
from intake.views.act import IdeaForm
from workflow import clock, search
from workflow.exports import export_response
from workflow.lifecycle import moves_for
from workflow.views import CursorList

FIRST_LOOK = (State.SUBMITTED, State.TRIAGE)
COMES_BACK_WITHIN = timedelta(days=30)
NO_DATE = datetime(9999, 1, 1, tzinfo=UTC)
NO_ANSWER_YET = Q(state__in=BEFORE_DECISION, first_answered_at=None, first_answer_due_at__isnull=False)


def answer_due() -> Any:
    """`Idea.answer_due_at` as the database computes it; what has no date comes last."""
    return Coalesce(Case(When(NO_ANSWER_YET, then=F("first_answer_due_at")), default=F("due_at")), Value(NO_DATE))


def is_paused() -> Any:
    return Case(When(has_open_question(), then=1), default=0, output_field=IntegerField())


def end_of_week() -> datetime:
    today = clock.now().astimezone(clock.calendar().zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())


Narrow = Callable[[Any, Any], Any]
VIEWS: dict[str, tuple[Any, Narrow]] = {
    "": (_("Needs an answer"), lambda ideas, user: ideas.filter(state__in=FIRST_LOOK)),
    "mine": (_("Mine"), lambda ideas, user: ideas.filter(state__in=BEFORE_DECISION, assignee=user)),
    "week": (
        _("Due this week"),
        lambda ideas, user: ideas.filter(state__in=FIRST_LOOK, paused=0, answer_due__lt=end_of_week()),
    ),
    "late": (
        _("Late"),
        lambda ideas, user: ideas.filter(state__in=BEFORE_DECISION, paused=0, answer_due__lt=clock.now()),
    ),
    "unassigned": (_("Nobody has it"), lambda ideas, user: ideas.filter(state__in=FIRST_LOOK, assignee=None)),
    "waiting": (
        _("Waiting on the requester"),
        lambda ideas, user: ideas.filter(state__in=BEFORE_DECISION, paused=1),
    ),
    "back": (
        _("Coming back within 30 days"),
        lambda ideas, user: ideas.filter(
            state=State.NOT_YET, return_on__isnull=False, return_on__lte=clock.today() + COMES_BACK_WITHIN
        ),
    ),
    "no": (
        _("“No” proposed"),
        lambda ideas, user: ideas.filter(
            Exists(ProposedNo.objects.open().heard_by(user).filter(idea=OuterRef("pk"))), state=State.DECISION
        ),
    ),
}


class Queue(PermissionRequiredMixin, CursorList):
    """What waits for an answer: the one due first on top, what waits on the requester below."""

    permission_required = "intake.see_queue"
    raise_exception = True
    template_name = "intake/queue.html"

    @property
    def view(self) -> str:
        name = self.request.GET.get("view", "")
        if name not in VIEWS:
            raise BadRequest
        return name

    @property
    def order(self) -> tuple[str, ...]:
        return ("return_on", "pk") if self.view == "back" else ("paused", "answer_due", "pk")

    def computed(self) -> dict[str, Any]:
        return {"paused": is_paused(), "answer_due": answer_due()}

    def get_queryset(self) -> Any:
        self.queryset = Idea.objects.visible_to(self.request.user).shared().listed().with_work()
        _label, narrow = VIEWS[self.view]
        self.filter = QueueFilter(self.request.GET, narrow(super().get_queryset(), self.request.user))
        return self.filter.qs

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "csv":
            return export_response(QueueTable(self.get_queryset().iterator(chunk_size=500)), "csv", "queue")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user = self.request.user
        know_holdings(context["object_list"])
        for idea in context["object_list"]:
            idea.may_assign = user.has_perm("intake.work_on_idea", idea)
            idea.offers = [one for one in moves_for(idea, user) if one.move.name in ("take_up", "resume")]
        table = QueueTable(context["object_list"], empty_text=_("Nothing waits here."))
        table.caption = VIEWS[self.view][0]
        csv = self.request.GET.copy()
        csv["export"] = "csv"
        narrowed = [one for one in self.request.GET if one not in ("after", "export")]
        return context | {
            "table": table,
            "filter": self.filter,
            "chips": chips(self.filter),
            "is_filtered": any(one != "view" for one in narrowed),
            "people": list(assignable()) if context["object_list"] else [],
            "here": self.request.get_full_path(),
            "csv": csv.urlencode(),
            "views": [
                {"label": label, "url": f"?view={name}" if name else reverse("queue"), "current": name == self.view}
                for name, (label, _narrow) in VIEWS.items()
            ],
        }


COLUMNS = (
    (_("First look"), FIRST_LOOK, "step=1"),
    (_("Feasibility"), (State.FEASIBILITY,), "state=feasibility"),
    (_("Decision"), (State.DECISION,), "state=decision"),
    (_("Yes, getting ready"), (State.APPROVED,), "state=approved"),
    (_("Delivery"), (State.DELIVERING,), "state=delivering"),
    (_("Results"), (State.DELIVERED,), "state=delivered"),
)
MOST_CARDS = 30


class Board(PermissionRequiredMixin, TemplateView):
    """Open ideas by step; each card offers the moves that the person may make."""

    permission_required = "intake.see_queue"
    raise_exception = True
    template_name = "intake/board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        visible = BoardFilter(self.request.GET, Idea.objects.visible_to(user).open())
        columns = [{"label": label, "query": query, "cards": [], "more": False} for label, _states, query in COLUMNS]
        column_of = {state: at for at, (_label, states, _query) in enumerate(COLUMNS) for state in states}
        found = list(self.first_of_each_column(visible.qs))
        know_holdings(found)
        for idea in found:
            column = columns[column_of[idea.state]]
            column["more"] = len(column["cards"]) >= MOST_CARDS
            if not column["more"]:
                idea.offers = moves_for(idea, user)
                column["cards"].append(idea)
        prefetch_related_objects([idea for idea in found if not idea.is_before_decision], "projects")
        return super().get_context_data(
            columns=columns,
            filter=visible,
            chips=chips(visible),
            is_filtered=bool(self.request.GET),
            **kwargs,
        )

    def first_of_each_column(self, ideas: Any) -> Any:
        """The ideas due first, one more than a column shows, so that it knows of more."""
        column = Case(
            *(When(state__in=states, then=at) for at, (_label, states, _query) in enumerate(COLUMNS)),
            output_field=IntegerField(),
        )
        place = Window(RowNumber(), partition_by=column, order_by=[answer_due().asc(), F("pk").asc()])
        first = ideas.annotate(place=place).filter(place__lte=MOST_CARDS + 1).values("pk")
        return (
            Idea.objects.filter(pk__in=first)
            .listed()
            .with_work()
            .annotate(answer_due=answer_due())
            .order_by("answer_due", "pk")
        )


class FirstLook(IdeaForm):
    """The first look at one idea: what it is, how large, of what value, and who has it in hand."""

    template_name = "intake/triage.html"
    tab = "idea-triage"
    permission = "intake.work_on_idea"
    form_class: Any = TriageForm
    bound = "triage"
    done = _("What you set right in %(idea)s is saved.")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The large form is the triager's; those who work on it send the smaller ones."""
        if self.bound == "triage":
            self.permission = "intake.triage_idea"
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | self.kwargs_of(self.bound)

    def kwargs_of(self, which: str) -> dict[str, Any]:
        idea = self.object
        size = idea.size or actions.computed_size(idea) if which == "size" else ""
        return {
            "triage": {"instance": self.copy_of(idea), "initial": {"version": idea.version}},
            "assign": {"initial": {"assignee": idea.assignee_id}},
            "size": {"initial": {"size": size}},
            "value": {"initial": {"value": idea.value, "value_reason": idea.value_reason}},
        }[which] | {"auto_id": f"{which}_%s"}

    @staticmethod
    def copy_of(idea: Idea) -> Idea:
        """The form writes what was typed on a copy, so that the page still shows what is saved."""
        return Idea.objects.get(pk=idea.pk)

    def get_context_data(self, form: Any = None, **kwargs: Any) -> dict[str, Any]:
        idea, user = self.object, self.request.user
        forms = {"triage": TriageForm, "assign": AssignForm, "size": SizeForm, "value": ValueForm}
        if not user.has_perm("intake.triage_idea", idea):
            del forms["triage"], forms["value"]
        made = {
            f"{name}_form": form if form is not None and name == self.bound else kind(**self.kwargs_of(name))
            for name, kind in forms.items()
        }
        policy = current_policy()
        asked = policy.disciplines_for(set(idea.answers))
        words = f"{idea.heading} {idea.problem}"
        return super().get_context_data(
            form=form,
            size_because=policy.size_because(**actions.sizing_figures(idea)),
            computed_size=dict(SizeForm.base_fields["size"].choices)[actions.computed_size(idea)],
            disciplines=[policy.discipline_name(code) for code in asked],
            similar=[
                (other, search.matching_words(words, f"{other.heading} {other.problem}"))
                for other in actions.similar_to(words, user=user, but=idea)
            ],
            may_join=any(one.move.name == "join" for one in moves_for(idea, user)),
            question=actions.open_question_of(idea),
            **made,
            **kwargs,
        )

    def act(self, form: Any) -> None:
        actions.triage(self.object, by=self.request.user, **form.cleaned_data)

    def get_success_url(self) -> str:
        back = self.request.POST.get("next", "")
        if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            return back
        return reverse("idea-triage", args=[self.object.number])


class FirstLookPart(FirstLook):
    """One of the smaller forms of the first look; a refusal shows the whole page again."""

    http_method_names = ["post"]


class Assign(FirstLookPart):
    form_class = AssignForm
    bound = "assign"

    @property
    def done(self) -> str:
        to = self.object.assignee
        return (
            _("%(idea)s is in the hands of %(person)s.") % {"idea": "%(idea)s", "person": to}
            if to
            else _("Nobody has %(idea)s in hand.")
        )

    def act(self, form: Any) -> None:
        actions.assign(self.object, by=self.request.user, to=form.cleaned_data["assignee"])


class SetSize(FirstLookPart):
    form_class = SizeForm
    bound = "size"
    done = _("The size of %(idea)s is set.")

    def act(self, form: Any) -> None:
        actions.set_size(self.object, by=self.request.user, **form.cleaned_data)


class SetValue(FirstLookPart):
    permission = "intake.triage_idea"
    form_class = ValueForm
    bound = "value"
    done = _("The value of %(idea)s is set.")

    def act(self, form: Any) -> None:
        actions.set_value(self.object, by=self.request.user, **form.cleaned_data)
