"""Addresses of the engine: notices, files, help, the mails of the demonstration."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path

from workflow import health, views

urlpatterns: list[URLPattern] = [
    path("notifications/", views.NotificationList.as_view(), name="notifications"),
    path("notifications/read/", views.NotificationsRead.as_view(), name="notifications-read"),
    path("notifications/<int:pk>/", views.NotificationOpen.as_view(), name="notification"),
    path("files/<str:token>/", views.FileDownload.as_view(), name="file"),
    path("help/", views.Help.as_view(), name="help"),
    path("help/components/", views.Components.as_view(), name="components"),
    path("demo/mail/", views.DemoMail.as_view(), name="demo-mail"),
    path("demo/mail/<str:name>/", views.DemoMail.as_view(), name="demo-mail-one"),
    path("livez", login_not_required(health.livez), name="livez"),
    path("readyz", login_not_required(health.readyz), name="readyz"),
]
