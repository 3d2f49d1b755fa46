"""From the first sentence to the number: the short form, saved while one types, checked, and shared."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView, View

from accounts.models import Role, holders_of
from accounts.policy import ANSWERS, current_policy
from intake import actions, rules
from intake.forms.idea import AttachForm, CoAuthorForm
from intake.forms.share import DraftForm, StartForm, WordsForm
from intake.models import Idea
from intake.views.act import REFUSED, TOO_LATE, show_newest
from intake.views.idea import Act, IdeaAttach, IdeaCoAuthors
from intake.views.page import IdeaPage
from workflow import clock, search
from workflow.lifecycle import Conflict, MoveRefused, perform
from workflow.models import Attachment
from workflow.templatetags.ui import time_of_day

ENOUGH = 20
LONGEST = 2_000


def find_draft(user, key):
    """The draft of this key, of those that the person may write."""
    ideas = Idea.objects.visible_to(user).listed().with_work()
    idea = get_object_or_404(ideas, key=key)
    if not rules.is_author(user, idea):
        raise Http404
    return idea


class IdeaNew(FormView):
    """The first sentence; what is typed here becomes the draft."""

    template_name = "intake/new.html"
    form_class = StartForm

    def get_initial(self):
        return {"problem": self.request.GET.get("problem", "")[:LONGEST]}

    def get_form_kwargs(self):
        may = self.request.user.holds(Role.Kind.LIAISON, anywhere=True)
        return super().get_form_kwargs() | {"may_write_for_others": may}

    def form_valid(self, form):
        data = {name: value for name, value in form.cleaned_data.items() if value}
        try:
            draft = actions.start_draft(by=self.request.user, **data)
        except MoveRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        return redirect("idea-draft", key=draft.key)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=REFUSED)

    def get_context_data(self, **kwargs):
        return super().get_context_data(answer_by=clock.due_after(current_policy().first_answer_days), **kwargs)


class OfDraft:
    """A page of one draft; once it is shared, its own page answers instead."""

    def dispatch(self, request, *args, **kwargs):
        self.idea = find_draft(request.user, kwargs["key"])
        if not self.idea.is_draft:
            if not self.idea.number:
                raise Http404
            return HttpResponseRedirect(self.idea.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(idea=self.idea, **kwargs)


@method_decorator(never_cache, name="dispatch")
class IdeaDraft(OfDraft, FormView):
    """The one page of the form. It saves, checks, or shares at once, whatever button was pressed."""

    template_name = "intake/share.html"
    form_class = DraftForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": Idea.objects.get(pk=self.idea.pk)}

    def form_valid(self, form):
        try:
            actions.save_draft(
                self.idea, by=self.request.user, version=form.cleaned_data["version"], **form.good_part()
            )
            if "send" in self.request.POST:
                return send(self.request, self.idea)
        except MoveRefused as refused:
            return self.refused(form, refused)
        if "later" in self.request.POST:
            messages.success(self.request, _("Your draft “%(idea)s” is saved.") % {"idea": self.idea.heading})
            return redirect("home")
        if "stay" in self.request.POST:
            return redirect("idea-draft", key=self.idea.key)
        if not self.idea.problem.strip():
            return self.refused(form, MoveRefused(_("Tell the problem in a sentence.")))
        return redirect("idea-check", key=self.idea.key)

    def refused(self, form, refused):
        for sentence in refused.sentences:
            form.add_error(None, sentence)
        is_conflict = isinstance(refused, Conflict)
        if is_conflict:
            show_newest(form)
        else:
            form.data = form.data.copy()
            form.data["version"] = self.idea.version
        return self.render_to_response(self.get_context_data(form=form), status=TOO_LATE if is_conflict else REFUSED)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=REFUSED)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        problem = context["form"]["problem"].value() or ""
        context["form"].fields["problem"].required = True  # for sharing; a draft is saved without it too
        return context | {
            "answer_by": clock.due_after(current_policy().first_answer_days),
            "contact": contact_of(self.idea),
            "files": Attachment.objects.about(self.idea).order_by("uploaded_at"),
            "file_form": AttachForm(idea=self.idea, user=self.request.user, prefix="file"),
            "person_form": CoAuthorForm(),
            "co_authors": self.idea.people_as("co_author"),
            "matches": matches(problem, user=self.request.user, but=self.idea),
        }


class IdeaAutosave(OfDraft, View):
    """Keep what can be kept, and say so."""

    http_method_names = ["post"]

    def post(self, request, key):
        form = DraftForm(request.POST, instance=Idea.objects.get(pk=self.idea.pk))
        form.is_valid()
        version = form.cleaned_data.get("version")
        if version is None:
            return JsonResponse({"text": _("Not saved yet. Reload the page.")}, status=409)
        try:
            actions.save_draft(self.idea, by=request.user, version=version, **form.good_part())
        except Conflict as refused:
            return JsonResponse({"text": str(refused)}, status=409)
        saved = _("Draft saved at %(time)s") % {"time": time_of_day(clock.now())}
        return JsonResponse({"text": saved, "version": self.idea.version})


class SimilarIdeas(TemplateView):
    """The part of the form that shows ideas with the same words; also on its own."""

    template_name = "intake/_similar.html"

    def get_context_data(self, **kwargs):
        asked = self.request.GET
        but = Idea.objects.visible_to(self.request.user).filter(key=asked.get("but", "")[:32]).first()
        found = matches(asked.get("problem", ""), user=self.request.user, but=but)
        return super().get_context_data(matches=found, idea=but, **kwargs)


def matches(text, *, user, but=None):
    """At most three ideas with the same words, each with those words; nothing before there is something to compare."""
    text = text.strip()[:LONGEST]
    if len(text) < ENOUGH:
        return []
    return [
        {
            "idea": idea,
            "words": ", ".join(search.matching_words(text, f"{idea.heading} {idea.problem}")[:6]),
            "heading": search.highlight(idea.heading, text),
            "problem": search.highlight(idea.problem[:240], text),
            "may_support": user.has_perm("intake.support_idea", idea),
        }
        for idea in actions.similar_to(text, user=user, but=but)
    ]


def contact_of(idea):
    """Who calls first: the liaison of the department, else a triager."""
    people = holders_of(Role.Kind.LIAISON, idea.department_id) or holders_of(Role.Kind.TRIAGER, idea.department_id)
    return people[0] if people else None


def send(request, idea):
    """Share the draft, and say what comes next."""
    perform(idea, "submit", by=request.user)
    return redirect("idea-sent", number=idea.number)


class IdeaCheck(OfDraft, TemplateView):
    """Everything once more before it is shared."""

    template_name = "intake/check.html"

    def post(self, request, key):
        try:
            return send(request, self.idea)
        except MoveRefused as refused:
            return self.render_to_response(self.get_context_data(refused=refused.sentences), status=REFUSED)

    def get_context_data(self, **kwargs):
        idea = self.idea
        answers = " ".join(str(ANSWERS[code]) for code in idea.answers if code in ANSWERS)
        date = f"{idea.wanted_by:%Y-%m-%d}" if idea.wanted_by else ""
        sight = f"{idea.get_audience_display()}: {idea.group}" if idea.is_restricted else idea.get_audience_display()
        rows = [
            (_("Title"), idea.heading, "title", "" if idea.title else _("Suggested from your words")),
            (_("The problem"), idea.problem, "problem", ""),
            (_("Who has it"), idea.who_has_it, "who_has_it", ""),
            (_("What better looks like"), idea.better, "better", ""),
            (_("Who sees it first"), sight, "audience", ""),
            (_("City goal"), idea.goal or "", "goal", ""),
            (_("A date we can’t miss"), " ".join(filter(None, [date, idea.wanted_why])), "wanted_by", ""),
            (_("What applies"), answers, "answers", ""),
            (_("A solution in mind"), idea.solution, "solution", ""),
        ]
        return super().get_context_data(rows=rows, **kwargs)


class IdeaDiscard(OfDraft, TemplateView):
    """Throw a draft away, after one look."""

    template_name = "intake/discard.html"

    def post(self, request, key):
        heading = self.idea.heading
        actions.discard_draft(self.idea, by=request.user)
        messages.success(request, _("The draft “%(idea)s” is gone.") % {"idea": heading})
        return redirect("home")


class DraftPart(OfDraft):
    """A small form beside the draft: what it refuses is said on the draft's own page."""

    http_method_names = ["post"]

    def get_object(self, queryset=None):
        return self.idea

    def form_invalid(self, form):
        for sentences in form.errors.values():
            for sentence in sentences:
                messages.error(self.request, sentence)
        return HttpResponseRedirect(self.idea.get_absolute_url())

    def refused(self, form, refused):
        for sentence in refused.sentences:
            messages.error(self.request, sentence)
        return HttpResponseRedirect(self.idea.get_absolute_url())


class DraftAttach(DraftPart, IdeaAttach):
    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"prefix": "file"}


class DraftCoAuthors(DraftPart, IdeaCoAuthors):
    def post(self, request, *args, **kwargs):
        leaving = request.POST.get("remove", "")
        if not leaving:
            return super().post(request, *args, **kwargs)
        for person in self.idea.people_as("co_author"):
            if str(person.pk) == leaving:
                actions.remove_co_author(self.idea, by=request.user, person=person)
                messages.success(request, _("%(person)s no longer writes along.") % {"person": person})
        return HttpResponseRedirect(self.idea.get_absolute_url())

    def get_success_url(self):
        return self.idea.get_absolute_url()


class IdeaSent(IdeaPage):
    """What happens next, right after sharing."""

    template_name = "intake/sent.html"

    def get_object(self, queryset=None):
        idea = super().get_object(queryset)
        if not rules.is_author(self.request.user, idea):
            raise PermissionDenied
        return idea

    def get_context_data(self, **kwargs):
        triagers = holders_of(Role.Kind.TRIAGER, self.object.department_id)
        return super().get_context_data(
            contact=contact_of(self.object), triager=triagers[0] if triagers else None, **kwargs
        )


class IdeaEdit(Act):
    """Correct the words until somebody takes it up."""

    permission = "intake.change_idea"
    form_class = WordsForm
    heading = gettext_lazy("Correct your idea")
    lead = gettext_lazy(
        "You can change the words until somebody takes it up. What was there before stays in the history."
    )
    button = gettext_lazy("Save the correction")
    done = gettext_lazy("The words of %(idea)s are changed.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": Idea.objects.get(pk=self.object.pk)}

    def act(self, form):
        actions.correct(self.object, by=self.request.user, **form.cleaned_data)


class IdeaAgain(View):
    """The open door of what ended: a new draft with the same words."""

    http_method_names = ["post"]

    def post(self, request, number):
        idea = get_object_or_404(Idea.objects.visible_to(request.user).shared(), number=number)
        if not rules.is_author(request.user, idea):
            raise PermissionDenied
        words = {name: getattr(idea, name) for name in actions.SHORT_FORM}
        sight = {"audience": idea.audience, "group": idea.group}
        draft = actions.start_draft(by=request.user, started_from=idea, **words, **sight)
        return redirect("idea-draft", key=draft.key)
