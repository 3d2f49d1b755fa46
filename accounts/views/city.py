"""Administration of the city: its first page, departments and restricted groups."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts import actions, forms
from accounts.history import told
from accounts.models import Department, Membership, PolicyVersion, RestrictedGroup, Role, User
from accounts.policy import current_policy
from accounts.views.base import Act, ActionForm, Administrators, stay_signed_in
from workflow.models import Event


class Administration(Administrators, TemplateView):
    template_name = "accounts/administration.html"

    def get_context_data(self, **kwargs):
        kinds = [ContentType.objects.get_for_model(one) for one in HISTORY]
        recent = Event.objects.filter(target_type__in=kinds).exclude(verb="accounts.user.reset")
        return super().get_context_data(
            policy=current_policy(),
            waiting_roles=Role.objects.current().filter(needs_second=True).select_related("user", "department"),
            waiting_members=Membership.objects.present().filter(confirmed_at=None).select_related("user", "group"),
            events=told(recent.newest_first()[:10]),
            **kwargs,
        )


HISTORY = (User, Role, Department, RestrictedGroup, Membership, PolicyVersion)


class Departments(Administrators, ActionForm):
    template_name = "accounts/departments.html"
    form_class = forms.DepartmentForm

    @property
    def done(self):
        return _("The department is added.")

    def act(self, form):
        actions.add_department(by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return reverse("departments")

    def get_context_data(self, **kwargs):
        partners = (Role.Kind.SPONSOR, Role.Kind.LIAISON)
        roles = Role.objects.in_force().filter(kind__in=partners).select_related("user")
        departments = Department.objects.prefetch_related(Prefetch("roles", roles, to_attr="present_roles"))
        return super().get_context_data(departments=departments, **kwargs)


class DepartmentPage(Administrators, ActionForm):
    template_name = "accounts/department.html"
    form_class = forms.DepartmentForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.has_perm(self.permission_required):
            self.department = get_object_or_404(Department, code=kwargs["code"])
        return super().dispatch(request, *args, **kwargs)

    @property
    def done(self):
        return _("The department is saved.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": Department.objects.get(pk=self.department.pk)}

    def act(self, form):
        by = self.request.user
        actions.change_record(self.department, by=by, verb="accounts.department.change", **form.cleaned_data)

    def get_success_url(self):
        return reverse("departments")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            department=self.department,
            roles=self.department.roles.current().select_related("user", "substitute").order_by("kind", "user__name"),
            events=told(Event.objects.about(self.department).newest_first()[:20]),
            **kwargs,
        )


class Groups(Administrators, ActionForm):
    template_name = "accounts/groups.html"
    form_class = forms.GroupForm

    @property
    def done(self):
        return _("The group is made. Now propose its members.")

    def act(self, form):
        self.group = actions.add_group(by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return self.group.get_absolute_url()

    def get_context_data(self, **kwargs):
        members = Membership.objects.present().select_related("user")
        groups = RestrictedGroup.objects.prefetch_related(Prefetch("memberships", members, to_attr="present"))
        return super().get_context_data(groups=groups, **kwargs)


class GroupPage(Administrators, ActionForm):
    """The members of a restricted group, and proposing one. Administering gives no sight of its ideas."""

    template_name = "accounts/group.html"
    form_class = forms.MemberForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.has_perm(self.permission_required):
            self.group = get_object_or_404(RestrictedGroup, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    @property
    def done(self):
        return _("The person is proposed. A second person confirms it.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"group": self.group}

    def act(self, form):
        actions.add_member(self.group, form.cleaned_data["user"], by=self.request.user)

    def get_success_url(self):
        return self.group.get_absolute_url()

    def get_context_data(self, **kwargs):
        members = self.group.memberships.present().select_related("user__department", "added_by", "confirmed_by")
        return super().get_context_data(group=self.group, members=members.order_by("user__name"), **kwargs)


class MemberRemove(Administrators, Act):
    @property
    def done(self):
        return _("The person no longer belongs to the group.")

    def act(self):
        present = Membership.objects.present().select_related("user", "group")
        self.membership = get_object_or_404(present, pk=self.kwargs["pk"])
        actions.remove_member(self.membership, by=self.request.user)
        stay_signed_in(self.request, self.membership.user)

    def get_success_url(self):
        return self.membership.group.get_absolute_url()
