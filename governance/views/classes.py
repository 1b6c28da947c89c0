"""Suggestions of classes: which wait for whom, why, and what is decided about them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from governance.actions.classing import accept_class, decline_class
from governance.class_forms import AcceptForm, DeclineForm
from governance.models import ClassSuggestion, ClassSuggestionQuerySet, SuggestionState
from governance.queries.classes import alike, why
from governance.weighing import weighed
from registry.actions.action import allow
from registry.models import User
from registry.references import public_number
from registry.refusable import Refusable
from registry.views.actor import actor_of
from registry.views.feature_frame import find

COLUMNS = (
    "suggestion", "feature", "current_class", "suggested_class", "is_masked", "confidence", "likelihood", "claimed_by",
    "evidence", "waits_for", "is_against", "state", "reason", "created_at",
)  # fmt: skip
TABS = (("", "Open"), ("mine", "For you"), ("against", "Lowered against the flow"), ("decided", "Decided"))
DECIDED = (SuggestionState.ACCEPTED, SuggestionState.DECLINED)


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """`/classes/`, with `?of=mine`, `against` or `decided`; all rows as a spreadsheet with `?format=csv`. What one tag
    of a whole table says of a view is one row, and its members are listed with `?like=` one of them."""
    of, like = request.GET.get("of", ""), request.GET.get("like", "")
    if of not in dict(TABS):
        raise Http404
    among = _narrowed(ClassSuggestion.objects.visible_to(actor_of(request)), of, actor_of(request))
    if like:
        one = get_object_or_404(among, pk=public_number(like, "CS"))
        among = among.in_fold(among.folds_of([one.pk])[one.pk])
    found = among.with_feature()
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, map(_csv_row, found.iterator(chunk_size=500)), filename="classes.csv")
    tabs = [{"label": label, "url": f"?of={name}" if name else "?", "current": name == of} for name, label in TABS]
    folded = found if like or of == "decided" else found.filter(pk__in=among.folded().order_by().values("pk"))
    page = page_of(folded, order=("-id",), after=request.GET.get("after", ""))
    sizes = {} if like or of == "decided" else alike(page.rows, among)
    rows = [(one, sizes.get(one.pk, 1)) for one in page.rows]
    context = {"page": page, "rows": rows, "tabs": tabs, "of": of, "like": like}
    return render(request, "governance/classes/list.html", context)


def _narrowed(rows: ClassSuggestionQuerySet, of: str, actor: User) -> ClassSuggestionQuerySet:
    if of == "mine":
        return rows.waiting_for(actor)
    if of == "decided":
        return rows.filter(state__in=DECIDED)
    return rows.open().filter(is_against=True) if of == "against" else rows.open()


def _csv_row(one: ClassSuggestion) -> dict[str, Any]:
    return {
        "suggestion": str(one), "feature": one.feature.key, "current_class": one.feature.privacy_class,
        "suggested_class": one.privacy_class, "is_masked": one.is_masked, "confidence": one.sure,
        "likelihood": one.confidence, "claimed_by": one.kind, "evidence": " ".join(one.evidence),
        "waits_for": one.waits_for, "is_against": one.is_against, "state": one.state, "reason": one.reason,
        "created_at": one.created_at,
    }  # fmt: skip


@require_GET
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """Why it is suggested, and for whom it waits for, the decision."""
    return _page(request, _find(request, reference))


def _page(request: HttpRequest, found: ClassSuggestion, **tried: Refusable) -> HttpResponse:
    actor = actor_of(request)
    may = actor.has_perm("governance.accept_class", found) and found.state == SuggestionState.OPEN
    forms = {"accept": _accept_form(found), "decline": DeclineForm(), **tried} if may else {}
    context = {"suggestion": found, "why": why(found, actor), "forms": forms, "feature": found.feature}
    return render(request, "governance/classes/page.html", context, status=422 if tried else 200)


@require_POST
def accept(request: HttpRequest, reference: str) -> HttpResponse:
    """The feature's current version gets the class."""
    found = _find(request, reference)
    allow(actor_of(request), "governance.accept_class", found)
    form = _accept_form(found, request.POST)
    work = lambda: accept_class(found, actor=actor_of(request), **form.arguments())  # noqa: E731
    return _decided(request, found, form, work, "accept", f"{found.feature.key} has the class.")


@require_POST
def decline(request: HttpRequest, reference: str) -> HttpResponse:
    """The class stays as it is."""
    found = _find(request, reference)
    allow(actor_of(request), "governance.decline_class", found)
    form = DeclineForm(request.POST)
    work = lambda: decline_class(found, actor=actor_of(request), reason=form.cleaned_data["reason"])  # noqa: E731
    return _decided(request, found, form, work, "decline", f"The class of {found.feature.key} stays.")


def _decided(
    request: HttpRequest, found: ClassSuggestion, form: Refusable, work: Callable[[], object], name: str, said: str
) -> HttpResponse:
    if form.is_valid() and form.tried(work) is not None:
        messages.success(request, said)
        return redirect(found)
    return _page(request, found, **{name: form})


@require_GET
def panel(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """What is suggested about a feature, or was declined and still speaks for it; on its Lineage and Access tabs."""
    held, actor = find(request, project, view, feature), actor_of(request)
    rows = ClassSuggestion.objects.visible_to(actor).filter(feature=held).with_feature()
    told = rows.filter(state__in=[SuggestionState.OPEN, SuggestionState.DECLINED]).first()
    context: dict[str, Any] = {"suggestion": told, "feature": held}
    if told:
        verdict = weighed(held.privacy_class, told.privacy_class, is_masked=told.is_masked)
        context |= {
            "why": why(told, actor), "is_against": bool(verdict and verdict.is_against),
            "may_decide": actor.has_perm("governance.accept_class", told),
        }  # fmt: skip
    return render(request, "governance/classes/panel.html", context)


def _accept_form(found: ClassSuggestion, data: Any = None) -> AcceptForm:
    current = found.feature.versions.filter(number=found.feature.number).first()
    return AcceptForm(data, suggestion=found, purposes=current.purposes if current else [])


def _find(request: HttpRequest, reference: str) -> ClassSuggestion:
    rows = ClassSuggestion.objects.visible_to(actor_of(request)).with_feature()
    return get_object_or_404(rows, pk=public_number(reference, "CS"))
