"""The Celery application. Run it as `celery -A portal worker` and `celery -A portal beat`."""

import os

from celery import Celery, signals

from portal.tracing import begin_tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("charter")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Doors (`tasks`) call actions; actions queue `notifications`. Two modules, so that no circle of imports comes about.
app.autodiscover_tasks(related_name="tasks")
app.autodiscover_tasks(related_name="notifications")
signals.worker_init.connect(lambda **_: begin_tracing(), weak=False)
