"""Celery. At-least-once on purpose: every task is idempotent, and a killed worker's task comes back."""

from portal.settings.environment import env

CELERY_BROKER_URL = env.str("BROKER_URL", default="redis://127.0.0.1:6379/0")
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "charter"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A message unacknowledged this long goes to another worker, so it is longer than the longest task may run.
CELERY_TASK_TIME_LIMIT = env.int("CHARTER_TASK_SECONDS", default=1800)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": CELERY_TASK_TIME_LIMIT + 300,
    "unacked_restore_interval": 10,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "request-due-pulls": {"task": "registry.tasks.request_due_pulls", "schedule": 30.0},
    "reap-lost-pulls": {"task": "registry.tasks.reap_lost_pulls", "schedule": 60.0},
    "refresh-health": {"task": "monitoring.tasks.refresh_health", "schedule": 60.0},
    "adopt-told": {"task": "monitoring.tasks.adopt", "schedule": 30.0},
    "run-parities": {"task": "monitoring.tasks.run_parities", "schedule": 60.0},
    "note-token-uses": {"task": "registry.tasks.note_token_uses", "schedule": 60.0},
    "note-searches": {"task": "registry.tasks.note_searches", "schedule": 60.0},
    "forget-old-answers": {"task": "registry.tasks.forget_old_answers", "schedule": 3600.0},
    "keep-day": {"task": "registry.tasks.keep_day", "schedule": 3600.0},
    "refresh-reads": {"task": "registry.tasks.refresh_reads", "schedule": 3600.0},
    "send-due": {"task": "registry.tasks.send_due", "schedule": 30.0},
    "follow-deprecations": {"task": "governance.tasks.follow_all", "schedule": 300.0},
    "end-grants": {"task": "governance.tasks.end_grants", "schedule": 60.0},
    "enforce-rights": {"task": "governance.tasks.enforce_all_rights", "schedule": 60.0},
    "verify-rights": {"task": "governance.tasks.verify_all_rights", "schedule": 900.0},
    "escalate-requests": {"task": "governance.tasks.escalate_requests", "schedule": 300.0},
    "keep-decisions": {"task": "governance.tasks.keep_decisions", "schedule": 3600.0},
    "start-quarterly-review": {"task": "governance.tasks.start_quarterly_review", "schedule": 3600.0},
    "follow-reviews": {"task": "governance.tasks.follow_reviews", "schedule": 60.0},
    "ask-portal": {"task": "governance.tasks.ask_portal", "schedule": 60.0},
    "keep-scorecard": {"task": "governance.tasks.keep_scorecard", "schedule": 3600.0},
    "clear-sessions": {"task": "portal.tasks.clear_sessions", "schedule": 86_400.0},
    "give-back": {"task": "portal.tasks.give_back", "schedule": 900.0},
    "keep-partitions": {"task": "monitoring.tasks.keep_partitions", "schedule": 3600.0},
    "fold-events": {"task": "lineage.tasks.fold_events", "schedule": 10.0},
    "bridge-registry": {"task": "lineage.tasks.bridge", "schedule": 30.0},
    "suggest-classes": {"task": "governance.tasks.suggest_classes", "schedule": 60.0},
    "tell-upstream": {"task": "lineage.tasks.tell_upstream", "schedule": 60.0},
    "tell-changes": {"task": "lineage.tasks.tell_changes", "schedule": 60.0},
    "seal-audit": {"task": "registry.tasks.seal_audit", "schedule": 5.0},
    "anchor-audit": {"task": "registry.tasks.anchor_audit", "schedule": 900.0},
    "verify-audit": {"task": "registry.tasks.verify_audit", "schedule": 86_400.0},
    "keep-events": {"task": "lineage.tasks.keep_events", "schedule": 3600.0},
}
# Of decisions for machines that are not about personal data, this part is kept; of the others every one.
CHARTER_DECISION_SAMPLE = env.float("CHARTER_DECISION_SAMPLE", default=0.01)
CHARTER_DECISION_RETENTION_MONTHS = env.int("CHARTER_DECISION_RETENTION_MONTHS", default=13)
# Measurements older than this many months are dropped, a month's partition at a time.
CHARTER_RETENTION_MONTHS = env.int("CHARTER_RETENTION_MONTHS", default=13)
# Of so many feature views Prometheus is told each.
CHARTER_METRICS_VIEWS = env.int("CHARTER_METRICS_VIEWS", default=5_000)
# A neighbour such as Marquez or DataHub that is told what Charter knows, as OpenLineage; nobody without an address.
CHARTER_OPENLINEAGE_URL = env.str("CHARTER_OPENLINEAGE_URL", default="")
CHARTER_OPENLINEAGE_API_KEY = env.str("CHARTER_OPENLINEAGE_API_KEY", default="")
# Lineage events as they came are kept this many months. What they added up to stays.
CHARTER_EVENT_RETENTION_MONTHS = env.int("CHARTER_EVENT_RETENTION_MONTHS", default=3)
