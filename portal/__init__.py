"""The Django project: settings, addresses, the frame of every page, and the services Charter brings along."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
