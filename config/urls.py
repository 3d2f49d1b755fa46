"""Every address of the site: sign-in, the apps, the support pages."""

from allauth.account import views as account
from django.urls import include, path, re_path

from accounts.admin import support

urlpatterns = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-in/closed/", account.account_inactive, name="account_inactive"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/changed/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("support/", support.urls),
    path("", include("accounts.urls")),
    path("", include("workflow.urls")),
    path("", include("goals.urls")),
    path("", include("intake.urls")),
    path("", include("projects.urls")),
    path("", include("reports.urls")),
]
