"""Addresses of people: the first page, settings, invitations, confirmations, administration."""

from django.urls import URLPattern, include, path

from accounts.views import city, own, people, policy

administration: list[URLPattern] = [
    path("", city.Administration.as_view(), name="administration"),
    path("people/", people.People.as_view(), name="people"),
    path("people/invite/", people.PersonInvite.as_view(), name="person-invite"),
    path("people/<int:pk>/", people.PersonPage.as_view(), name="person"),
    path("people/<int:pk>/invite/", people.PersonInviteAgain.as_view(), name="person-invite-again"),
    path("people/<int:pk>/close/", people.PersonClose.as_view(), name="person-close"),
    path("people/<int:pk>/open/", people.PersonOpen.as_view(), name="person-open"),
    path("people/<int:pk>/roles/", people.RoleGive.as_view(), name="role-give"),
    path("roles/", people.Roles.as_view(), name="roles"),
    path("roles/<int:pk>/end/", people.RoleEnd.as_view(), name="role-end"),
    path("roles/<int:pk>/substitute/", people.RoleSubstitute.as_view(), name="role-substitute"),
    path("departments/", city.Departments.as_view(), name="departments"),
    path("departments/<slug:code>/", city.DepartmentPage.as_view(), name="department"),
    path("groups/", city.Groups.as_view(), name="groups"),
    path("groups/<int:pk>/", city.GroupPage.as_view(), name="group"),
    path("groups/members/<int:pk>/remove/", city.MemberRemove.as_view(), name="member-remove"),
    path("policy/", policy.PolicyPage.as_view(), name="policy"),
    path("policy/change/", policy.PolicyChange.as_view(), name="policy-change"),
    path("policy/small-city/", policy.SmallCity.as_view(), name="small-city"),
    path("policy/<int:number>/", policy.PolicyVersionPage.as_view(), name="policy-version"),
]
urlpatterns = [
    path("start/", own.Start.as_view(), name="start"),
    path("settings/", own.Settings.as_view(), name="settings"),
    path("people/<int:pk>/absences/", own.AbsenceAdd.as_view(), name="absence-add"),
    path("absences/<int:pk>/end/", own.AbsenceEnd.as_view(), name="absence-end"),
    path("invitations/<str:token>/", own.InvitationAccept.as_view(), name="invitation"),
    path("confirmations/", own.Confirmations.as_view(), name="confirmations"),
    path("confirmations/roles/<int:pk>/", own.ConfirmRole.as_view(), name="role-confirm"),
    path("confirmations/members/<int:pk>/", own.ConfirmMember.as_view(), name="member-confirm"),
    path("administration/", include(administration)),
]
