"""Which apps, in which order, and what surrounds each request."""

INSTALLED_APPS = [
    "portal",
    "governance",
    "monitoring",
    "lineage",
    "registry",
    "common",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "django_cotton",
    "csp",
    "rules.apps.AutodiscoverRulesConfig",
    "django_prometheus",
    "django_celery_beat",
    "django_celery_results",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "common.requests.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.login.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "registry.history.HistoryMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What else keeps a version from retiring, or was decided about it: see registry.queries.retirement.
CHARTER_BLOCKERS = ["governance.queries.blockers.decided"]
# Until when a consumer may read personal features: see registry.queries.defaults.
CHARTER_READ_UNTIL = ["governance.queries.holding.read_until"]
# What else a release is told about who reads: see registry.queries.checking.
CHARTER_CHECKS = ["governance.queries.checking.access"]
# Which features one may read, for searches: see registry.search.fields.
CHARTER_ACCESS = "governance.queries.searching.features_with"
# What else names must be, besides what the registry wants of them: see registry.naming.
CHARTER_NAME_RULES = ["governance.queries.naming.ProjectNames"]
# What was measured of features' values, for finding near-duplicates: see registry.queries.alike.
CHARTER_VALUE_PROFILES = ["monitoring.queries.value_profiles"]
# What else a pasted text may name: see registry.search.pasting.
CHARTER_PASTE_READERS = ["lineage.pasting.pasted"]
# Who hears what others measure of the tables that views read: see registry.told.
CHARTER_TOLD = "lineage.actions.handing.Handing"
# Who knows what lies upstream of views that are in trouble: see registry.breaking.
CHARTER_BREAKING = "lineage.queries.breaking.Breaking"
