from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Only for its template tags: there are no models here."""

    name = "common"
    verbose_name = "Common"
