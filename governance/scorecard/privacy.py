"""Privacy: personal data that are classified, under a policy, and read by those who were granted it."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from governance.models import FindingKind, Grant, Policy, RightFinding
from governance.scorecard.part import Part, Step, share
from governance.scorecard.scope import Scope
from registry.choices import PERSONAL_CLASSES, Evidence, PrivacyClass
from registry.models import Usage


def personal(scope: Scope) -> list[Part]:
    """Nothing that looks personal without a class, no class without a policy, nobody who reads without a grant."""
    likely = Q(looks_personal=True, privacy_class=PrivacyClass.UNCLASSIFIED)
    ruled = Policy.objects.current().filter(privacy_class=OuterRef("privacy_class"), environment="")
    rows = scope.features.annotate(is_ruled=Exists(ruled), is_read=Exists(_ungranted()), is_open=Exists(_let_in()))
    classed = Q(privacy_class__in=PERSONAL_CLASSES)
    found = rows.aggregate(
        all=Count("pk"), likely=Count("pk", filter=likely), classed=Count("pk", filter=classed),
        ruled=Count("pk", filter=classed & Q(is_ruled=True)),
        read=Count("pk", filter=classed & (Q(is_read=True) | Q(is_open=True))),
    )  # fmt: skip
    parts = [
        share(
            found["all"] - found["likely"], found["all"], "features", "are classified, or do not look personal",
            step=Step("Say which class they have.", reverse("governance:classes")), read_at=scope.now,
            rows=rows.filter(likely), search=scope.search("pii:unclassified pii:true"),
        )
    ]  # fmt: skip
    if not found["classed"]:
        return parts
    return [
        *parts,
        share(
            found["ruled"], found["classed"], "personal features", "are under a policy",
            step=Step("Lay down who decides about their class.", f"{reverse('governance:policies')}?of=access"),
            read_at=scope.now, rows=rows.filter(classed, is_ruled=False),
        ),
        share(
            found["classed"] - found["read"], found["classed"], "personal features",
            "are read by nobody without a grant, as far as is known",
            step=Step("Have the reader ask for access, or take the right away.", reverse("governance:verify")),
            read_at=scope.now, rows=rows.filter(classed).filter(Q(is_read=True) | Exists(_told_of(scope))),
        ),
    ]  # fmt: skip


def _ungranted() -> QuerySet[Any]:
    """Reads that were observed, of somebody without an active grant on the feature."""
    granted = Grant.objects.active().filter(consumer=OuterRef("consumer"), version__feature=OuterRef("feature"))
    seen = (Evidence.OBSERVED, Evidence.LINEAGE)
    return Usage.objects.filter(feature=OuterRef("pk"), gone_at__isnull=True, evidence__in=seen).exclude(
        Exists(granted)
    )


def _let_in() -> QuerySet[Any]:
    """Accounts that a store lets read without a grant."""
    return RightFinding.objects.open().filter(kind=FindingKind.EXTRA, feature=OuterRef("pk"))


def _told_of(scope: Scope) -> QuerySet[Any]:
    """Those of them that who asks may know of: which feature stands open is not everybody's to read."""
    rows = _let_in()
    if scope.actor is None:
        return rows
    return rows.filter(pk__in=RightFinding.objects.visible_to(scope.actor).order_by().values("pk"))
