"""Administration of people and their roles."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import ListView

from accounts import actions, duties, forms
from accounts.history import told
from accounts.models import Role, User
from accounts.policy import current_policy
from accounts.views.base import Act, ActionForm, Administrators, stay_signed_in
from workflow.models import Event
from workflow.views import CursorList


class People(Administrators, CursorList):
    """Everyone who has or had an account, by name."""

    template_name = "accounts/people.html"
    order = ("name", "pk")

    def get_queryset(self):
        words = self.request.GET.get("q", "")[:200].split()[:5]
        roles = Role.objects.in_force().select_related("department")
        people = User.objects.filter(kind=User.Kind.PERSON).select_related("department")
        for word in words:
            people = people.filter(
                Q(name__icontains=word)
                | Q(email__icontains=word)
                | Q(title__icontains=word)
                | Q(department__name__icontains=word)
            )
        if self.request.GET.get("closed") != "1":
            people = people.filter(is_active=True)
        self.queryset = people.prefetch_related(Prefetch("roles", roles, to_attr="present_roles"))
        return super().get_queryset()

    def get_context_data(self, **kwargs):
        asked = self.request.GET
        return super().get_context_data(q=asked.get("q", ""), closed=asked.get("closed") == "1", **kwargs)


class PersonInvite(Administrators, ActionForm):
    template_name = "accounts/invite.html"
    form_class = forms.InviteForm

    @property
    def done(self):
        return _("The invitation is on its way. The link works once, for seven days.")

    def act(self, form):
        self.person = actions.invite(by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return self.person.get_absolute_url()


class OfPerson(Administrators):
    """A page or button about one person."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.has_perm(self.permission_required):
            self.person = get_object_or_404(
                User.objects.select_related("department"), pk=kwargs["pk"], kind=User.Kind.PERSON
            )
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self):
        return self.person.get_absolute_url()

    def get_context_data(self, **kwargs):
        return super().get_context_data(person=self.person, **kwargs)


class PersonPage(OfPerson, ActionForm):
    template_name = "accounts/person.html"
    form_class = forms.PersonForm

    @property
    def done(self):
        return _("The details are saved.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": User.objects.get(pk=self.person.pk)}

    def act(self, form):
        actions.change_record(self.person, by=self.request.user, verb="accounts.user.change", **form.cleaned_data)

    def get_context_data(self, **kwargs):
        roles = self.person.roles.select_related("department", "substitute")
        mine = Q(target_type=ContentType.objects.get_for_model(User), target_id=self.person.pk)
        of_roles = Q(
            target_type=ContentType.objects.get_for_model(Role),
            target_id__in=[role.pk for role in roles.order_by("-pk")],
        )
        return super().get_context_data(
            roles=roles.current(),
            absences=self.person.absences.ahead(),
            absence_form=forms.AbsenceForm(auto_id="absence_%s"),
            invitation=self.person.invitations.open().last(),
            has_password=self.person.has_usable_password(),
            policy=current_policy(),
            events=told(Event.objects.filter(mine | of_roles).newest_first()[:20]),
            **kwargs,
        )


class PersonInviteAgain(OfPerson, Act):
    @property
    def done(self):
        return _("A new invitation is on its way. Earlier links no longer work.")

    def act(self):
        actions.send_invitation(self.person, by=self.request.user)


class PersonClose(OfPerson, ActionForm):
    """Close an account: what the person has open, and who takes over."""

    template_name = "accounts/person_close.html"
    form_class = forms.CloseAccountForm

    @property
    def done(self):
        return _("The account is closed and every session ended.")

    def act(self, form):
        actions.deactivate(self.person, by=self.request.user, successor=form.cleaned_data["successor"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            duties=duties.open_duties(self.person),
            roles=self.person.roles.current().select_related("department"),
            memberships=self.person.memberships.present().select_related("group"),
            **kwargs,
        )


class PersonOpen(OfPerson, Act):
    @property
    def done(self):
        return _("The account is open again, without roles. Invite the person anew.")

    def act(self):
        actions.reactivate(self.person, by=self.request.user)


class RoleGive(OfPerson, ActionForm):
    template_name = "accounts/role_give.html"
    form_class = forms.RoleForm

    @property
    def done(self):
        if self.role.needs_second:
            return _("The role waits until a second person confirms it.")
        return _("The role is given. The person signs in anew.")

    def act(self, form):
        self.role = actions.give_role(self.person, by=self.request.user, **form.cleaned_data)
        stay_signed_in(self.request, self.person)


class OfRole(Administrators):
    def dispatch(self, request, *args, **kwargs):
        if request.user.has_perm(self.permission_required):
            current = Role.objects.current().select_related("user", "department", "substitute")
            self.role = get_object_or_404(current, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self):
        return self.role.user.get_absolute_url()


class RoleEnd(OfRole, Act):
    @property
    def done(self):
        return _("The role has ended.")

    def act(self):
        actions.end_role(self.role, by=self.request.user)
        stay_signed_in(self.request, self.role.user, self.role.substitute)


class RoleSubstitute(OfRole, ActionForm):
    template_name = "accounts/role_substitute.html"
    form_class = forms.SubstituteForm

    @property
    def done(self):
        return _("The substitute is saved.")

    def get_initial(self):
        return {"substitute": self.role.substitute}

    def act(self, form):
        before = self.role.substitute
        actions.name_substitute(self.role, by=self.request.user, substitute=form.cleaned_data["substitute"])
        stay_signed_in(self.request, before)

    def get_context_data(self, **kwargs):
        return super().get_context_data(role=self.role, **kwargs)


class Roles(Administrators, ListView):
    """Who holds what today, role by role."""

    template_name = "accounts/roles.html"

    def get_queryset(self):
        roles = Role.objects.current().select_related("user", "department", "substitute")
        return roles.order_by("kind", "department__name", "discipline", "user__name")

    def get_context_data(self, **kwargs):
        by_kind = {kind: [] for kind in Role.Kind}
        for role in self.object_list:
            by_kind[Role.Kind(role.kind)].append(role)
        return super().get_context_data(
            kinds=[(kind.label, roles) for kind, roles in by_kind.items()], policy=current_policy(), **kwargs
        )
