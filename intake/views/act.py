"""Forms about one idea: an action takes the data, and what it refuses stands on the same page with everything typed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.generic.edit import FormMixin

from intake.models import Idea
from intake.views.page import IdeaPage
from workflow.lifecycle import Conflict, MoveRefused

REFUSED = 422
TOO_LATE = 409


class IdeaForm(FormMixin, IdeaPage):
    """A form on a page of one idea; `permission` is asked on the idea, `done` is said afterwards."""

    permission = ""
    done: Any = ""

    def get_object(self, queryset: Any = None) -> Idea:
        idea = super().get_object(queryset)
        if self.permission and not self.request.user.has_perm(self.permission, idea):
            raise Http404
        return idea

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def act(self, form: Any) -> None:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.act(form)
        except MoveRefused as refused:
            return self.refused(form, refused)
        return self.leave()

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=REFUSED)

    def refused(self, form: Any, refused: MoveRefused) -> HttpResponse:
        """The page again, with the sentences; after a conflict with what somebody else saved meanwhile."""
        for sentence in refused.sentences:
            form.add_error(None, sentence)
        is_conflict = isinstance(refused, Conflict)
        if is_conflict:
            show_newest(form)
        return self.render_to_response(self.get_context_data(form=form), status=TOO_LATE if is_conflict else REFUSED)

    def leave(self) -> HttpResponse:
        if self.done:
            messages.success(self.request, self.done % {"idea": self.object.label})
        return HttpResponseRedirect(self.get_success_url())

    def get_success_url(self) -> str:
        return self.object.get_absolute_url()


def show_newest(form: Any) -> None:
    """Let the form save again over the version that it now shows beside the text typed."""
    if "version" not in form.fields:
        return
    newest = type(form.instance)._base_manager.get(pk=form.instance.pk)
    form.data = form.data.copy()
    form.data[form.add_prefix("version")] = newest.version
    form.theirs = [
        (form.fields[name].label, getattr(newest, name))
        for name in form.fields
        if name in form.cleaned_data and name != "version" and getattr(newest, name) != form.cleaned_data[name]
    ]
