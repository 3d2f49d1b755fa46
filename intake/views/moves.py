"""The page of every move of an idea."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from intake import actions
from intake.forms.moves import MOVE_FORMS
from intake.lifecycle import FACES, State
from intake.models import Idea
from intake.views.page import find
from workflow.lifecycle import MoveRefused, perform
from workflow.moves import MoveView
from workflow.notifications import muted

WITH_LETTER = ("approve", "answer_not_yet", "redirect", "decline")


class IdeaMove(MoveView):
    template_name = "intake/move.html"
    move_forms = MOVE_FORMS

    def get_object(self):
        return find(self.request.user, self.kwargs["number"])

    def get_initial(self):
        into = self.request.GET.get("into", "")
        return {"into": into} if into.isdecimal() else {}

    def make(self, **data):
        if self.move.name == "withdraw":
            actions.withdraw_or_pass_on(self.object, by=self.request.user, **data)
        else:
            super().make(**data)

    def form_valid(self, form):
        if "preview" not in self.request.POST or self.move.name not in WITH_LETTER:
            return super().form_valid(form)
        try:
            letter = letter_of(self.object.pk, self.move.name, by=self.request.user, **form.cleaned_data)
        except MoveRefused as refused:
            for sentence in refused.sentences:
                form.add_error(None, sentence)
            return self.answer(form, 422)
        return self.render_to_response(self.get_context_data(form=form, letter=letter))

    def get_context_data(self, **kwargs):
        idea, name = self.object, self.move.name
        context = super().get_context_data(
            idea=idea,
            has_letter=name in WITH_LETTER,
            goes_to=self.goes_to(),
            proposed_no=idea.open_no if name == "decline" else None,
            similar=actions.similar_to(f"{idea.heading} {idea.problem}", user=self.request.user, but=idea, limit=6)
            if name == "join"
            else [],
            **kwargs,
        )
        return context | {"unmet": []} if self.passes_on else context

    @property
    def passes_on(self):
        """An idea that others joined is not withdrawn: the next requester takes it over."""
        return self.move.name == "withdraw" and self.object.has_joined_ideas

    def get_done(self):
        if self.move.name == "withdraw" and self.object.state != State.WITHDRAWN:
            return _("%(object)s is now with %(person)s.") % {
                "object": self.object.label,
                "person": self.object.requester,
            }
        return super().get_done()

    def goes_to(self):
        if self.passes_on:
            return _("Other ideas joined this one. It passes on to the next requester and stays where it is.")
        state = State(self.move.target)
        return _("Then it stands at “%(state)s”. Whose move it is: %(turn)s.") % {
            "state": state.label,
            "turn": self.object.decider_label if state == State.DECISION else FACES[state].turn,
        }


def letter_of(key, move, *, by, **data):
    """The letter that the answer would make: the move is made for real, and undone."""
    with transaction.atomic(), muted():
        idea = Idea.objects.get(pk=key)
        with override(idea.requester.language):
            perform(idea, move, by=by, note=data.get("reason", ""), **data)
        letter = idea.current_decision.letter
        transaction.set_rollback(True)
    return letter
