"""The Celery application: a wake-up bell for work whose truth is in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("yesif")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
