"""Adoption: whether what was built is used."""

from datetime import timedelta

from django.db.models import Count, Q, Sum
from django.urls import reverse

from common.quantities import count, percent
from governance.models import CheckState
from governance.scorecard.jobs import proved
from governance.scorecard.part import Part, Step, fact, share
from governance.scorecard.scope import Scope
from registry.client_versions import is_supported, newest
from registry.models import AccessToken, SearchDay, User

USED_WITHIN = timedelta(days=30)
MOST_EMPTY = 0.20  # of searches
CI_HOLDS = timedelta(days=7)


def client(scope: Scope) -> list[Part]:
    """Whether tokens are used through Charter's client, and with versions that are supported."""
    since = scope.now - USED_WITHIN
    rows = AccessToken.known.filter(last_used_at__gte=since).order_by()
    used, through = rows.count(), rows.filter(client_used_at__gte=since)
    versions = dict(through.values_list("client_version").annotate(Count("digest")))
    step = Step("Show the owners of services the client.", "/docs/client/")
    if not used:
        return [fact(None, "No token was used within 30 days.", step=step, read_at=scope.now)]
    total, fit = sum(versions.values()), sum(n for one, n in versions.items() if is_supported(one))
    said = f"{count(total)} of {count(used)} tokens that were used within 30 days were used through the client."
    parts = [fact(total > 0, said, step=step, read_at=scope.now)]
    if not total:
        return parts
    update = Step(f"Have them update to {newest()}.", reverse("registry:tokens"))
    return [
        *parts,
        share(fit, total, "of these tokens", "come with a version that is supported", step=update, read_at=scope.now),
    ]


def searches(scope: Scope) -> list[Part]:
    """Whether people search, and find."""
    rows = SearchDay.objects.filter(day__gt=(scope.now - USED_WITHIN).date())
    people = Count("user", distinct=True, filter=Q(user__is_service=False))
    found = rows.aggregate(people=people, searches=Sum("searches"), empty=Sum("empty"))
    step = Step("See which words find nothing, and add synonyms for them.", reverse("registry:search"))
    if not found["searches"]:
        return [fact(None, "Nobody has searched within 30 days.", step=step, read_at=scope.now)]
    rate = found["empty"] / found["searches"]
    everybody = User.objects.filter(is_active=True, is_service=False).count()
    said = f"{count(found['people'])} of {count(everybody)} people searched {count(found['searches'])} times in 30 days"
    state = CheckState.MET if rate <= MOST_EMPTY else CheckState.NOT_MET
    found_nothing = f"{said}; {percent(rate)} found nothing, {percent(MOST_EMPTY)} may."
    return [Part(state, found_nothing, step, found["searches"] - found["empty"], found["searches"], scope.now)]


def quick_start(scope: Scope) -> list[Part]:
    """Whether a pipeline follows the quick start, as a newcomer would."""
    step = Step("Have a pipeline run the quick start, and report its run.", "/docs/scorecard/")
    return [proved(scope, "quick-start", CI_HOLDS, "The quick start as a pipeline follows it", step)]


def local_environment(scope: Scope) -> list[Part]:
    """Whether a pipeline starts Charter as on a developer's machine."""
    step = Step("Have a pipeline run make run and make test, and report its run.", "/docs/scorecard/")
    return [proved(scope, "local-environment", CI_HOLDS, "The local environment as a pipeline starts it", step)]
