"""The access register: who may read what, now or on any day, and why."""

from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from governance.access_forms import ReasonForm
from governance.actions.granting import revoke_grant
from governance.actions.renewing import renew_grant
from governance.models import STANDING, AccessRequest, Grant, GrantQuerySet, GrantState
from governance.queries.guarded import in_stores
from governance.queries.living import why_not_now
from governance.queries.recertification import running_revocation
from governance.queries.standing_access import access_of, beforehand, policies_about
from registry.actions.action import allow
from registry.models import User
from registry.references import public_number
from registry.views.actor import actor_of
from registry.views.feature_frame import find, frame, version_asked

COLUMNS = (
    "grant", "state", "reader", "team", "feature", "privacy_class", "purpose", "setting", "environment", "starts_at",
    "ends_at", "ended_at", "request", "conditions", "reason",
)  # fmt: skip
MOST_ENDED = 10
TABS = (("", "Active"), ("mine", "Yours"), ("ended", "Ended"), ("all", "All"))


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """`/grants/`, with `?as_of=2026-03-03` as it was at the end of that day, `?feature=` and `?reader=`; the same rows
    as a spreadsheet with `?format=csv`."""
    actor, asked = actor_of(request), request.GET
    day = _day(asked.get("as_of", ""))
    rows = _narrowed(Grant.objects.visible_to(actor), actor, asked.get("of", ""), day)
    rows = _about(rows, asked.get("feature", "").strip(), asked.get("reader", "").strip()).with_names()
    if asked.get("format") == "csv":
        return csv_response(COLUMNS, map(csv_row, rows.iterator(chunk_size=500)), filename="grants.csv")
    kept = {name: asked[name] for name in ("of", "as_of", "feature", "reader") if asked.get(name)}
    context = {
        "page": page_of(rows, order=("-id",), after=asked.get("after", "")), "asked": kept, "query": urlencode(kept),
        "day": day,
        "is_wrong_day": bool(asked.get("as_of")) and day is None,
        "tabs": [{"label": label, "url": f"?of={name}" if name else "?", "current": name == asked.get("of", "")}
                 for name, label in TABS],
    }  # fmt: skip
    return render(request, "governance/grant/list.html", context)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _narrowed(rows: GrantQuerySet, actor: User, of: str, day: date | None) -> GrantQuerySet:
    if day is not None:
        return rows.active_at(datetime.combine(day, time.max, UTC))
    if of == "mine":
        return rows.filter(
            Q(user=actor) | Q(consumer__team__in=actor.team_ids) | Q(item__request__requester=actor)
        ).standing()
    if of == "ended":
        return rows.filter(state__in=[GrantState.EXPIRED, GrantState.REVOKED, GrantState.SUPERSEDED])
    return rows if of == "all" else rows.standing()


def _about(rows: GrantQuerySet, feature: str, reader: str) -> GrantQuerySet:
    if feature:
        rows = rows.filter(version__feature__key__icontains=feature.partition("@")[0])
    if reader:
        name = reader.rpartition(":")[2]
        rows = rows.filter(Q(consumer__name__icontains=name) | Q(user__username__icontains=name))
    return rows


def csv_row(one: Grant) -> dict[str, Any]:
    return {
        "grant": str(one), "state": one.state, "reader": one.subject, "team": str(one.team or ""),
        "feature": str(one.version), "privacy_class": one.privacy_class, "purpose": one.purpose.name,
        "setting": one.setting, "environment": one.environment, "starts_at": one.starts_at, "ends_at": one.ends_at,
        "ended_at": one.ended_at, "request": str(one.item.request), "conditions": "; ".join(one.conditions),
        "reason": one.reason,
    }  # fmt: skip


@require_GET
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """One grant: what it allows, whether it still does, and who decided it and why."""
    return _page(request, _find(request, reference))


def _page(request: HttpRequest, grant: Grant, form: ReasonForm | None = None) -> HttpResponse:
    actor = actor_of(request)
    is_standing = grant.state in (GrantState.ACTIVE, GrantState.PROVISIONING, GrantState.FAILED)
    asked = grant.item.request
    decisions = asked.decisions.filter(approved__contains=[grant.item_id], undone_at__isnull=True)
    context = {
        "grant": grant, "asked": asked, "policy": grant.item.policy, "form": form or ReasonForm(),
        "why_not": why_not_now(grant), "ending": running_revocation(grant),
        "decisions": decisions.select_related("voter", "on_behalf_of"),
        "may_revoke": is_standing and actor.has_perm("governance.revoke_grant", grant),
        **in_stores(grant, actor),
        "may_renew": grant.state in (GrantState.ACTIVE, GrantState.EXPIRED)
        and actor.has_perm("governance.renew_grant", grant),
    }  # fmt: skip
    return render(request, "governance/grant/page.html", context, status=422 if form else 200)


@require_POST
def revoke(request: HttpRequest, reference: str) -> HttpResponse:
    """End it now, with a reason."""
    found, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.revoke_grant", found)
    form = ReasonForm(request.POST)
    work = lambda: revoke_grant(found, actor=actor, reason=form.cleaned_data["reason"])  # noqa: E731
    if form.is_valid() and form.tried(work) is not None:
        messages.success(request, f"{found} is revoked, and {found.subject} is told.")
        return redirect(found)
    return _page(request, found, form)


@require_POST
def renew(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the same again, with one click."""
    found, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.renew_grant", found)
    try:
        asked = renew_grant(found, actor=actor)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(found)
    messages.success(request, f"{asked} asks for the same again.")
    return redirect(asked)


def _find(request: HttpRequest, reference: str) -> Grant:
    rows = Grant.objects.visible_to(actor_of(request)).with_names()
    return get_object_or_404(rows, pk=public_number(reference, "GR"))


@require_GET
def of_feature(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """The Access tab of a feature: what one may do, who else may read it as far as one sees it, what is asked."""
    held, actor = find(request, project, view, feature), actor_of(request)
    context = frame(request, held, tab="Access")
    version = context["version"]
    rows, policies = Grant.objects.visible_to(actor).filter(version=version), policies_about(version)
    asked = AccessRequest.objects.visible_to(actor).open().filter(items__version=version).with_people()
    context |= {
        "grants": rows.standing().with_names(), "ended": rows.exclude(state__in=STANDING).with_names()[:MOST_ENDED],
        "asked": asked.distinct(), "standing": access_of(version, actor), "policies": policies,
        "beforehand": beforehand(version, actor, policies),
    }  # fmt: skip
    return render(request, "governance/feature/access.html", context)


@require_GET
def button(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """The button of a personal feature's page that says how one stands to it. Pulled by the page, whose app knows no
    grants."""
    version = version_asked(request, find(request, project, view, feature))
    context = {"feature": version.feature, "version": version, "standing": access_of(version, actor_of(request))}
    return render(request, "governance/feature/button.html", context)
