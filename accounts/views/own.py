"""Pages of everyone: the first page, settings, days away, an invitation, what waits for a second person."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView, View

from accounts import actions, forms
from accounts.context import address
from accounts.models import Absence, Invitation, Membership, Role, User
from accounts.views.base import Act, ActionForm

FIRST_PAGES = (
    (Role.Kind.TRIAGER, "queue"),
    (Role.Kind.REVIEWER, "my-feasibility"),
    (Role.Kind.DIRECTOR, "decisions"),
    (Role.Kind.CHAIR, "decisions"),
    (Role.Kind.STAND_IN, "decisions"),
    (Role.Kind.PROJECT_MANAGER, "projects"),
    (Role.Kind.LEADERSHIP, "portfolio"),
    (Role.Kind.ADMINISTRATOR, "administration"),
    (Role.Kind.LIAISON, "my-work"),
)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Start(View):
    """Send everyone to the page that answers the first question."""

    def get(self, request) -> HttpResponse:
        kinds = {one.kind for one in request.user.held}
        names = [name for kind, name in FIRST_PAGES if kind in kinds]
        return HttpResponseRedirect(next(filter(None, map(address, [*names, "home", "settings"]))))


class Settings(ActionForm):
    """What a person sets for himself."""

    template_name = "accounts/settings.html"
    form_class = forms.SettingsForm

    def get_success_url(self):
        return reverse("settings")

    @property
    def done(self):
        return _("Your settings are saved.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": User.objects.get(pk=self.request.user.pk)}

    def act(self, form):
        actions.change_record(self.request.user, by=self.request.user, verb="accounts.user.set", **form.cleaned_data)

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(
            absences=user.absences.ahead(),
            absence_form=forms.AbsenceForm(auto_id="absence_%s"),
            roles=user.roles.current().select_related("department", "substitute"),
            **kwargs,
        )


def may_change_absences(request, user):
    if user.pk != request.user.pk and not request.user.has_perm("accounts.administer"):
        raise PermissionDenied


def back_to_absences(request, user):
    return reverse("settings") if user.pk == request.user.pk else user.get_absolute_url()


class AbsenceAdd(ActionForm):
    """Days away, for oneself or, by an administrator, for somebody who could not say so."""

    template_name = "accounts/absence.html"
    form_class = forms.AbsenceForm

    def dispatch(self, request, pk):
        may_change_absences(request, self.person_or_404(pk))
        return super().dispatch(request, pk)

    def person_or_404(self, pk):
        self.person = get_object_or_404(User, pk=pk, kind=User.Kind.PERSON)
        return self.person

    @property
    def done(self):
        return _("The days are recorded. On them the substitutes act.")

    def act(self, form):
        actions.record_absence(self.person, by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return back_to_absences(self.request, self.person)

    def get_context_data(self, **kwargs):
        return super().get_context_data(person=self.person, **kwargs)


class AbsenceEnd(Act):
    @property
    def done(self):
        return _("Welcome back. The substitutes no longer act.")

    def act(self):
        self.absence = get_object_or_404(Absence.objects.ahead().select_related("user"), pk=self.kwargs["pk"])
        may_change_absences(self.request, self.absence.user)
        actions.end_absence(self.absence, by=self.request.user)

    def get_success_url(self):
        return back_to_absences(self.request, self.absence.user)


@method_decorator([login_not_required, never_cache, sensitive_post_parameters()], name="dispatch")
class InvitationAccept(ActionForm):
    """The page of an invitation: choose a password and be signed in."""

    template_name = "accounts/invitation.html"
    form_class = forms.ChoosePasswordForm

    def dispatch(self, request, token):
        self.invitation = Invitation.objects.of_token(token).select_related("user").first()
        if self.invitation is None:
            return self.render_to_response({"is_over": True, "shell": "portal"}, status=404)
        return super().dispatch(request, token)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.invitation.user}

    def act(self, form):
        user = actions.accept_invitation(self.kwargs["token"], form.cleaned_data["new_password1"])
        login(self.request, user, backend=BACKEND)

    def get_context_data(self, **kwargs):
        return super().get_context_data(person=self.invitation.user, **kwargs)

    def get_success_url(self):
        return reverse("start")


class Confirmations(TemplateView):
    """What waits for this person as the second one."""

    template_name = "accounts/confirmations.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        roles = Role.objects.current().filter(needs_second=True).select_related("user", "department", "given_by")
        members = Membership.objects.present().filter(confirmed_at=None).select_related("user", "group", "added_by")
        return super().get_context_data(
            roles=[one for one in roles if user.has_perm("accounts.confirm_role", one)],
            members=[one for one in members if user.has_perm("accounts.confirm_membership", one)],
            **kwargs,
        )


class ConfirmRole(Act):
    @property
    def done(self):
        return _("The role is in force now.")

    def act(self):
        actions.confirm_role(confirmable(self.request.user, Role, self.kwargs["pk"]), by=self.request.user)

    def get_success_url(self):
        return reverse("confirmations")


class ConfirmMember(Act):
    @property
    def done(self):
        return _("The person belongs to the group now.")

    def act(self):
        actions.confirm_member(confirmable(self.request.user, Membership, self.kwargs["pk"]), by=self.request.user)

    def get_success_url(self):
        return reverse("confirmations")


def confirmable(user, model, pk):
    """The record, for those who hear of it; what was confirmed meanwhile is said by the action."""
    record = get_object_or_404(model.objects.select_related("user"), pk=pk)
    if not record.may_be_seen_by(user):
        raise PermissionDenied
    return record
