"""Administration of the policy and its versions."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from accounts import actions, forms
from accounts.models import PolicyVersion
from accounts.policy import Policy, current_policy
from accounts.views.base import ActionForm, Administrators, stay_signed_in
from workflow.views import CursorList


class PolicyPage(Administrators, CursorList):
    """The policy in force, and its versions."""

    template_name = "accounts/policy.html"
    order = ("number",)
    falls = True

    def get_queryset(self):
        self.queryset = PolicyVersion.objects.select_related("changed_by")
        return super().get_queryset()

    def get_context_data(self, **kwargs):
        return super().get_context_data(policy=current_policy(), **kwargs)


class PolicyVersionPage(Administrators, DetailView):
    """One version: what it changed, who and why, and every value."""

    template_name = "accounts/policy_version.html"

    def get_object(self, queryset=None):
        return get_object_or_404(PolicyVersion.objects.select_related("changed_by"), number=self.kwargs["number"])

    def get_context_data(self, **kwargs):
        version = self.object
        earlier = PolicyVersion.objects.filter(number=version.number - 1).first()
        policy = Policy.from_values(version.number, version.values)
        before = Policy.from_values(earlier.number, earlier.values) if earlier else Policy()
        return super().get_context_data(
            version=version, policy=policy, differences=policy.differences(before), **kwargs
        )


class PolicyChange(Administrators, ActionForm):
    template_name = "accounts/policy_change.html"
    form_class = forms.PolicyForm

    @property
    def done(self):
        return _("The new policy is in force.")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.policy = current_policy()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"policy": self.policy}

    def get_initial(self):
        return self.policy.as_values() | {"based_on": self.policy.number}

    def formset(self):
        data = self.request.POST if self.request.method == "POST" else None
        initial = [{"code": one.code, "name": one.name, "asked_by": one.asked_by} for one in self.policy.disciplines]
        return forms.DisciplineFormSet(data, initial=initial, prefix="disciplines")

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        self.disciplines = self.formset()
        is_valid = form.is_valid()
        if self.disciplines.is_valid() and is_valid:
            return self.form_valid(form)
        return self.form_invalid(form)

    def act(self, form):
        actions.change_policy(
            form.changed(self.disciplines.disciplines()),
            by=self.request.user,
            reason=form.cleaned_data["reason"],
            based_on=form.cleaned_data["based_on"],
        )

    def get_success_url(self):
        return reverse("policy")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"disciplines": getattr(self, "disciplines", None) or self.formset()}


class SmallCity(Administrators, ActionForm):
    template_name = "accounts/small_city.html"
    form_class = forms.SmallCityForm

    @property
    def done(self):
        return _("The three roles of a small city are set up.")

    def act(self, form):
        actions.use_small_city(by=self.request.user, **form.cleaned_data)
        stay_signed_in(self.request, *form.cleaned_data.values())

    def get_success_url(self):
        return reverse("roles")
