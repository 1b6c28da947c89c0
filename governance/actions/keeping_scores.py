"""What the scorecard was on a day, and whether the portal answered: evidence like measurements, so nothing to audit."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connectors.http import JsonService
from connectors.records import ConnectorError
from governance.models import PortalDay, ScorecardDay
from governance.scorecard.reading import Result, scorecard
from governance.scorecard.scope import Scope
from registry.models import Project

KEPT = timedelta(days=400)


def keep_scorecard() -> int:
    """Note how the platform stands, in the place of what was noted today before, and each project once a day. Returns
    how many rows."""
    today = timezone.now().date()
    ScorecardDay.objects.filter(day__lt=today - KEPT).delete()
    kept = _keep(Scope(None), today)
    noted = ScorecardDay.objects.filter(day=today, project__isnull=False).order_by().values("project")
    for project in Project.objects.exclude(pk__in=noted).iterator():
        kept += _keep(Scope(None, project=project), today)
    return kept


def _keep(scope: Scope, day: date) -> int:
    rows = [_row(scope, day, one) for one in scorecard(scope).results]
    with transaction.atomic():
        ScorecardDay.objects.filter(project=scope.project, day=day).delete()
        ScorecardDay.objects.bulk_create(rows)
    return len(rows)


def _row(scope: Scope, day: date, result: Result) -> ScorecardDay:
    met, of = result.counted or (None, None)
    return ScorecardDay(
        project=scope.project, check_slug=result.check.slug, day=day, state=result.state, met=met, of=of
    )


def ask_portal() -> bool:
    """Ask the portal as its users do whether it is there, and count the answer. Returns whether it answered."""
    has_answered = _answers(settings.CHARTER_BASE_URL)
    now = timezone.now()
    with transaction.atomic():
        PortalDay.objects.get_or_create(day=now.date(), defaults={"last_asked_at": now})
        row = PortalDay.objects.select_for_update().get(day=now.date())
        row.asked, row.answered, row.last_asked_at = row.asked + 1, row.answered + has_answered, now
        row.save()
    PortalDay.objects.filter(day__lt=now.date() - KEPT).delete()
    return has_answered


def _answers(url: str) -> bool:
    try:
        service = JsonService(url, product="The portal")
        with JsonService(url, product="The portal", allowed_hosts=[service.address.host]) as portal:
            portal.get("/healthz")
    except ConnectorError:
        return False
    return True
