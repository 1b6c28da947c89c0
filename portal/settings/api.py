"""The REST API: who may call it, how it answers, how it is described."""

from datetime import timedelta

from portal.settings.environment import env

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["registry.tokens.TokenAuthentication", "registry.tokens.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["common.json.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.json.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["common.limits.RateLimit"],
    "DEFAULT_THROTTLE_RATES": {
        "default": env.str("CHARTER_API_RATE", default="6000/min"),
        "decisions": env.str("CHARTER_DECISION_RATE", default="60000/min"),
    },
    "EXCEPTION_HANDLER": "common.problems.problem_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "NUM_PROXIES": env.int("CHARTER_PROXY_COUNT", default=0),
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=365),
    "AUTO_REFRESH": False,  # a read must not write
}
KNOX_TOKEN_MODEL = "registry.AccessToken"  # noqa: S105  a model's name, no secret

SPECTACULAR_SETTINGS = {
    "TITLE": "Charter",
    "DESCRIPTION": "Which features exist, who owns them, how fresh they are, who uses them, and who may.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        f"{name}Enum": f"registry.choices.{name}"
        for name in (
            "ConsumerKind",
            "EndingKind",
            "Evidence",
            "Health",
            "HookKind",
            "OfferState",
            "PlanState",
            "PrivacyClass",
            "PullKind",
            "PullState",
            "Scope",
            "VersionState",
            "ViewKind",
        )
    }
    | {
        "CheckStateEnum": "governance.models.scorecard.CheckState",
        "NamedKindEnum": "governance.models.naming.NamedKind",
        "ReviewAnswerEnum": "governance.models.recertifications.Answer",
        "KeepOrRevokeEnum": "governance.serializers.reviews.ANSWERED",
        "ClaimKindEnum": "governance.models.classes.SPEAKS",
        "KnownClassEnum": "lineage.models.classes.CLAIMED_CLASSES",
        "PersonalClassEnum": "governance.serializers.classes.PERSONAL_CHOICES",
        "ConflictKindEnum": "governance.models.committee.ConflictKind",
        "VerdictEnum": "governance.models.requests.Verdict",
        "BreachKindEnum": "monitoring.kinds.CHOICES",
        "CauseKindEnum": "monitoring.models.CauseKind",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums"],
}
