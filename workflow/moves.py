"""One page for every move: what it asks, what is missing, who hears of it, and what happened if somebody was faster."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView

from workflow import notifications
from workflow.lifecycle import Conflict, Move, MoveRefused, perform, verb_of


class PlainMoveForm(forms.Form):
    """A move that asks nothing."""


class MoveView(FormView):
    """Show, check and make the move named in the address on `get_object()`.

    `move_forms` names the form of each move that asks something; its cleaned data become the move's arguments. A form
    class that takes `obj` and `user` gets them when it sets `knows_its_object`.
    """

    template_name = "workflow/move.html"
    move_forms: ClassVar[dict[str, type[forms.BaseForm]]] = {}
    object: Any
    move: Move

    def get_object(self) -> Any:
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        declared = type(self.object).moves().get(kwargs["move"])
        if declared is None or declared.follows or not declared.who(request.user, self.object):
            raise Http404
        self.move = declared
        if request.method == "GET" and not self.is_open:
            messages.warning(request, self.moved_on)
            return HttpResponseRedirect(self.object.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    @property
    def is_open(self) -> bool:
        return self.object.state in self.move.sources

    @property
    def moved_on(self) -> str:
        return _("%(object)s is at “%(state)s” now, so “%(move)s” is no longer open.") % {
            "object": self.object.label,
            "state": self.object.get_state_display(),
            "move": self.move.label,
        }

    def get_form_class(self) -> Any:
        return self.move_forms.get(self.move.name, PlainMoveForm)

    def get_form_kwargs(self) -> dict[str, Any]:
        known = getattr(self.get_form_class(), "knows_its_object", False)
        return super().get_form_kwargs() | ({"obj": self.object, "user": self.request.user} if known else {})

    def make(self, **data: Any) -> None:
        """Make the move; a subclass may call an action that makes it together with something else."""
        perform(self.object, self.move.name, by=self.request.user, note=data.get("reason", ""), **data)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.make(**form.cleaned_data)
        except MoveRefused as refused:
            for sentence in refused.sentences:
                form.add_error(None, sentence)
            self.object.refresh_from_db()
            return self.answer(form, 409 if isinstance(refused, Conflict) else 422)
        messages.success(self.request, self.get_done())
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.answer(form, 422)

    def answer(self, form: Any, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get_success_url(self) -> str:
        return str(self.object.get_absolute_url())

    def get_done(self) -> str:
        return _("%(object)s is now at “%(state)s”.") % {
            "object": self.object.label,
            "state": self.object.get_state_display(),
        }

    def get_effects(self) -> list[str]:
        """What others notice of the move, in sentences that name numbers."""
        people = notifications.hearers(verb_of(self.object, self.move.name), self.object, by=self.request.user)
        if not people:
            return []
        first, others = people[0], len(people) - 1
        if not others:
            return [_("%(person)s gets a message.") % {"person": first}]
        return [
            ngettext(
                "%(person)s and %(count)s other person get a message.",
                "%(person)s and %(count)s others get a message.",
                others,
            )
            % {"person": first, "count": others}
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            object=self.object,
            move=self.move,
            unmet=self.move.unmet(self.object) if self.is_open else [],
            effects=self.get_effects() if self.is_open else [],
            **kwargs,
        )
