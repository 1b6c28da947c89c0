"""The floor of the API's benchmark: the same table through Django and DRF, with nothing in the way.

No middleware, no authentication, no permissions, no visibility. `granian --interface wsgi bench.floor:application`
"""

import os

import django
import environ
from django.conf import settings

settings.configure(
    SECRET_KEY="floor",  # noqa: S106  signs nothing
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": environ.Env.db_url_config(os.environ["DATABASE_URL"]) | {"CONN_MAX_AGE": 60}},
    ROOT_URLCONF="bench.floor",
    USE_TZ=True,
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
)
django.setup()

from django.contrib.postgres.fields import ArrayField  # noqa: E402  Django has to be set up first
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.serializers import ModelSerializer  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class Feature(models.Model):
    """Our table, as any Django project would map it."""

    name = models.CharField(max_length=200)
    key = models.CharField(max_length=540, unique=True)
    description = models.TextField()
    project_id = models.BigIntegerField()
    view_id = models.BigIntegerField()
    owner_id = models.BigIntegerField(null=True)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    dtype = models.CharField(max_length=60)
    unit = models.CharField(max_length=40)
    has_default = models.BooleanField()
    privacy_class = models.CharField(max_length=20)
    looks_personal = models.BooleanField()
    sunset_on = models.DateField(null=True)
    entity_names = ArrayField(models.CharField(max_length=200))
    store = models.CharField(max_length=80)
    is_online = models.BooleanField()
    tags = ArrayField(models.CharField(max_length=520))
    health = models.CharField(max_length=8)
    null_rate = models.FloatField(null=True)
    null_rate_read_at = models.DateTimeField(null=True)
    models_count = models.PositiveIntegerField()
    reads_per_day = models.FloatField(null=True)
    gone_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "floor"
        managed = False
        db_table = "registry_feature"

    def __str__(self) -> str:
        return self.key


class FeatureSerializer(ModelSerializer):
    class Meta:
        model = Feature
        fields = "__all__"


FIELDS = [field.name for field in Feature._meta.fields]


class One(APIView):
    """`drf one`: one object by its key, through the ORM and a ModelSerializer."""

    def get(self, request: Request, key: str) -> Response:
        return Response(FeatureSerializer(Feature.objects.get(key=key)).data)


class PageValues(APIView):
    """`drf page_values`: fifty rows as dictionaries."""

    def get(self, request: Request) -> Response:
        rows = Feature.objects.order_by("key").filter(key__gt=request.GET.get("after", ""))
        return Response(list(rows.values(*FIELDS)[:50]))


urlpatterns = [path("one/<str:key>", One.as_view()), path("page", PageValues.as_view())]
application = get_wsgi_application()
