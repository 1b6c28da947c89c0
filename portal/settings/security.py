"""Who gets in and what a browser may run."""

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.settings.environment import CHARTER_BASE_URL, CHARTER_MODE, env

IS_HTTPS = CHARTER_BASE_URL.startswith("https://")
SECRET_KEY = env.str("CHARTER_SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("CHARTER_SECRET_KEY_FALLBACKS", default=[])
if not SECRET_KEY:
    raise ImproperlyConfigured("CHARTER_SECRET_KEY is not set. `make run` makes one; else set 50 random characters.")
# Encrypts connection secrets. Several keys, newest first, allow rotation without losing one.
CHARTER_ENCRYPTION_KEYS = env.list("CHARTER_ENCRYPTION_KEYS", default=[])
# Only variables with this prefix can be named by a connection, so nobody reads our own environment through one.
CHARTER_SECRET_PREFIX = env.str("CHARTER_SECRET_PREFIX", default="CHARTER_STORE_")
CHARTER_SECRET_FOLDER = env.str("CHARTER_SECRET_FOLDER", default="/run/secrets")

ALLOWED_HOSTS = env.list("CHARTER_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [CHARTER_BASE_URL]
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS and CHARTER_MODE == "production"
if env.bool("CHARTER_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env.int("CHARTER_SESSION_SECONDS", default=12 * 3600)
# In the database alone: a session that ended must not come back from a cache that was away meanwhile, and signed-in
# pages must not need Redis.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

AUTH_USER_MODEL = "registry.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "portal.login.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "portal.login.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = IS_HTTPS
# Without this a client could choose its own address for the login limits.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("CHARTER_PROXY_COUNT", default=0)

SOCIALACCOUNT_PROVIDERS = {}
if env.str("OIDC_SERVER_URL", default=""):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": env.str("OIDC_PROVIDER_ID", default="sso"),
                "name": env.str("OIDC_NAME", default="Single sign-on"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": env.str("OIDC_SERVER_URL")},
            }
        ]
    }

# Webhooks never lead into the own network, but to these hosts.
CHARTER_WEBHOOK_HOSTS = env.list("CHARTER_WEBHOOK_HOSTS", default=[])

# Where the head of the audit log's chain is written outside: a file that is appended to, an address, or both.
CHARTER_AUDIT_ANCHOR_FILE = env.str("CHARTER_AUDIT_ANCHOR_FILE", default="")
CHARTER_AUDIT_ANCHOR_URL = env.str("CHARTER_AUDIT_ANCHOR_URL", default="")
