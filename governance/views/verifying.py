"""What stores let accounts read, against what was granted."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from governance.actions.verifying import request_verification
from governance.models import WRONG, Enforcement, FindingKind, RightFinding
from governance.queries.guarded import failing_rights
from registry.views.actor import actor_of

COLUMNS = ("kind", "connection", "store", "account", "feature", "grant", "how", "first_seen_at", "last_seen_at")
TABS = (("", "Wrong"), ("unknown", "Not known"), ("nature", "Owners and superusers"), ("own", "Charter's own"))
KINDS = {"": WRONG, **{one.value: (one,) for one in FindingKind}}


@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """`/grants/verify/`, with `?of=unknown`, `nature` or `own`; the same rows as a spreadsheet with `?format=csv`."""
    of, actor = request.GET.get("of", ""), actor_of(request)
    if of not in KINDS:
        raise Http404
    rows = RightFinding.objects.visible_to(actor).open()
    found = rows.filter(kind__in=KINDS[of]).with_names()
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, map(csv_row, found.iterator(chunk_size=500)), filename="rights.csv")
    counts = {name: sum(counted.get(one, 0) for one in kinds) for name, kinds in KINDS.items()
              for counted in [dict(rows.order_by().values_list("kind").annotate(Count("pk")))]}  # fmt: skip
    sees_all = actor.sees_everything
    mine = Q() if sees_all else Q(connection__owner__in=actor.team_ids)
    context = {
        "page": page_of(found, order=("-id",), after=request.GET.get("after", "")), "of": of,
        "query": urlencode({"of": of}) if of else "",
        "tabs": [{"label": label, "url": f"?of={name}" if name else "?", "current": name == of, "count": counts[name]}
                 for name, label in TABS],
        "stores": Enforcement.objects.filter(mine, checked_at__isnull=False).select_related("connection"),
        "failing": [one for one in failing_rights() if sees_all or one.owner_id in actor.team_ids],
        "may_look": actor.has_perm("governance.verify_rights", None),
    }  # fmt: skip
    return render(request, "governance/rights/verify.html", context)


def csv_row(one: RightFinding) -> dict[str, Any]:
    return {
        "kind": one.kind, "connection": one.store.connection.slug, "store": one.store.place, "account": one.account,
        "feature": one.feature.key if one.feature else "", "grant": str(one.grant or ""), "how": one.how,
        "first_seen_at": one.first_seen_at, "last_seen_at": one.last_seen_at,
    }  # fmt: skip


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Ask all stores now, by a worker."""
    asked = request_verification(None, actor=actor_of(request))
    messages.success(request, f"{asked} connection{'s are' if asked != 1 else ' is'} asked. Look again in a moment.")
    return redirect("governance:verify")
