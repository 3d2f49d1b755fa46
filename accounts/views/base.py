"""What the pages of people share: forms and buttons that are actions, and who may administer."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpResponseRedirect
from django.views.generic import FormView, View

from workflow.lifecycle import MoveRefused


class ActionForm(FormView):
    """A form whose valid data an action takes; what the action refuses stands on top of the form."""

    done = ""

    def act(self, form):
        raise NotImplementedError

    def form_valid(self, form):
        try:
            self.act(form)
        except MoveRefused as refused:
            for sentence in refused.sentences:
                form.add_error(None, sentence)
            return self.form_invalid(form)
        if self.done:
            messages.success(self.request, self.done)
        return super().form_valid(form)


class Act(View):
    """A button: an action, a sentence, and back to where it was pressed."""

    http_method_names = ["post"]
    done = ""

    def act(self):
        raise NotImplementedError

    def get_success_url(self):
        raise NotImplementedError

    def post(self, request, *args, **kwargs):
        try:
            self.act()
            messages.success(request, self.done)
        except MoveRefused as refused:
            for sentence in refused.sentences:
                messages.error(request, sentence)
        return HttpResponseRedirect(self.get_success_url())


class Administrators(PermissionRequiredMixin):
    permission_required = "accounts.administer"
    raise_exception = True


def stay_signed_in(request, *people):
    """Whoever changes the own roles or password keeps this one session; the others end."""
    if any(person.pk == request.user.pk for person in people if person):
        request.user.refresh_from_db()
        update_session_auth_hash(request, request.user)
