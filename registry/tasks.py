"""Celery's door: each task finds its rows and calls one action."""

from celery import shared_task

from registry.actions import pulls
from registry.actions.answers import forget_old_answers as forget
from registry.actions.days import keep_day as keep
from registry.actions.definitions import import_definitions
from registry.actions.reads import forget_old_events, refresh_reads_per_day
from registry.actions.searches import add_searches
from registry.actions.tokens import note_uses
from registry.actions.words import refresh_facet_counts, refresh_words
from registry.chain import anchoring, sealing, verifying
from registry.outbox.placing import place_events
from registry.outbox.sending import send_due as send
from registry.search.counting import take_searches
from registry.tokens import take_uses


@shared_task(name="registry.tasks.pull_definitions")
def pull_definitions(pull_id: int) -> None:
    pulls.run_pull(pull_id, import_definitions)


@shared_task(name="registry.tasks.request_due_pulls")
def request_due_pulls() -> int:
    return len(pulls.request_due_pulls())


@shared_task(name="registry.tasks.reap_lost_pulls")
def reap_lost_pulls() -> int:
    return pulls.reap_lost_pulls()


@shared_task(name="registry.tasks.count_facets")
def count_facets(project_id: int) -> None:
    refresh_facet_counts([project_id])


@shared_task(name="registry.tasks.learn_words")
def learn_words(project_id: int) -> None:
    refresh_words([project_id])


@shared_task(name="registry.tasks.forget_old_answers")
def forget_old_answers() -> int:
    return forget()


@shared_task(name="registry.tasks.keep_day")
def keep_day() -> int:
    return keep()


@shared_task(name="registry.tasks.refresh_reads")
def refresh_reads() -> int:
    return refresh_reads_per_day() + forget_old_events()


@shared_task(name="registry.tasks.note_token_uses")
def note_token_uses() -> int:
    uses = take_uses()
    note_uses(uses)
    return len(uses)


@shared_task(name="registry.tasks.note_searches")
def note_searches() -> int:
    return add_searches(take_searches())


@shared_task(name="registry.tasks.send_due")
def send_due() -> int:
    place_events()
    return send()


@shared_task(name="registry.tasks.seal_audit", ignore_result=True)
def seal_audit() -> int:
    return sealing.seal_waiting(is_patient=False)  # a backlog must not keep every thread of a worker


@shared_task(name="registry.tasks.anchor_audit")
def anchor_audit() -> int:
    return len(anchoring.anchor_head())


@shared_task(name="registry.tasks.verify_audit")
def verify_audit() -> int:
    return len(verifying.verify_audit().faults)
