"""Where facts live: PostgreSQL, and the cache in Redis."""

from portal.settings.environment import env

DATABASES = {"default": env.db("DATABASE_URL", default="postgresql://127.0.0.1:5432/charter")}
DATABASES["default"] |= {
    "ENGINE": "django_prometheus.db.backends.postgresql",
    "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=60),
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
}
DATABASES["default"].setdefault("OPTIONS", {})
# A page that needs longer than this is broken; a pull sets its own limit. Compiling a query takes longer than ours run.
DATABASES["default"]["OPTIONS"].setdefault(
    "options",
    f"-c statement_timeout={env.int('DATABASE_STATEMENT_TIMEOUT_MS', default=30_000)} -c timezone=UTC -c jit=off",
)
# Hot reads are planned once for each connection. Behind a pooler that cannot keep statements set 0: then they are not.
DATABASES["default"]["OPTIONS"].setdefault("prepare_threshold", env.int("DATABASE_PREPARE_AFTER", default=1) or None)

CACHES = {
    "default": {
        "BACKEND": "common.cache.ForgivingCache",
        "LOCATION": env.str("CACHE_URL", default="redis://127.0.0.1:6379/1"),
        "KEY_PREFIX": "charter",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 0.5},
    }
}
