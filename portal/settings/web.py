"""Pages: templates, static files, words and times."""

from importlib.util import find_spec
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from portal.settings.environment import BASE_DIR, CHARTER_HOME, DEBUG, env

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.frame",
            ],
            "builtins": ["django_cotton.templatetags.cotton", "common.templatetags.quantities"],
        },
    }
]


def _plotly_folder() -> Path:
    """The folder of plotly's own wheel that holds plotly.min.js, found without importing plotly."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ImproperlyConfigured("plotly is not installed: install requirements.txt.")
    return Path(spec.origin).parent / "package_data"


STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("CHARTER_STATIC_ROOT", default=str(CHARTER_HOME / "static")))
STATICFILES_DIRS = [BASE_DIR / "static", ("plotly", _plotly_folder())]
# The compressed build takes 80 s with brotli of plotly: a release step asks for it, `make run` does not.
COMPRESS_STATIC = env.bool("CHARTER_COMPRESS_STATIC", default=False)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COMPRESS_STATIC
        else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"  # Django exports it as TZ, so it must never be anything a child process would mistake for local time
USE_TZ = True
USE_I18N = False
MESSAGE_TAGS = {25: "ok", 30: "warn", 40: "crit"}  # success, warning and error in the words of <c-banner>
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
if not env.str("EMAIL_URL", default=""):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(CHARTER_HOME / "mail")
else:
    _mail = env.email_url("EMAIL_URL")
    EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_BACKEND"], _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("CHARTER_MAIL_FROM", default="charter@localhost")
