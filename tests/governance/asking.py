"""Personal features of two teams, and purposes that their contracts name."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from governance.models import AccessRequest, Policy, Purpose
from registry import roles
from registry.models import Feature, User
from tests.cast import person
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory

WHY = "Find cards that are used by somebody else."
# As governance's second migration makes them: tests that commit empty the table.
USUAL = (
    ("pseudonymous", "offline", True, 1, 0, False, 365, "keep"),
    ("pseudonymous", "online", False, 1, 1, False, 180, "keep"),
    ("quasi-identifier", "", False, 1, 1, False, 180, "keep"),
    ("direct-identifier", "", False, 1, 2, False, 180, "revoke"),
    ("special-category", "", False, 1, 2, True, 90, "revoke"),
)


def in_days(days: int) -> Any:
    return timezone.now().date() + timedelta(days=days)


def usual_policies() -> None:
    """What Charter starts with, where a test that commits has left nothing."""
    names = [
        "privacy_class",
        "setting",
        "is_automatic",
        "owner_votes",
        "committee_votes",
        "needs_officer",
        "most_days",
        "silence",
    ]
    for values in USUAL:
        said = dict(zip(names, values, strict=True))
        key = {name: said.pop(name) for name in ("privacy_class", "setting")}
        Policy.objects.get_or_create(**key, environment="", number=1, defaults=said)


def purpose(name: str = "fraud", **said: Any) -> Purpose:
    usual = {"description": "Stops fraud.", "legal_basis": "contract", "review_on": in_days(300)}
    return Purpose.objects.create(name=name, **usual | said)


def personal(view: Any, name: str, privacy_class: str, purposes: tuple[str, ...] = ("fraud",)) -> Feature:
    """A feature of a class whose contract names these purposes."""
    return FeatureFactory(
        view=view, name=name, privacy_class=privacy_class, version__privacy_class=privacy_class,
        version__purposes=list(purposes),
    )  # fmt: skip


def make_asking(cast: SimpleNamespace) -> SimpleNamespace:
    """`pay.users` of payments holds a feature of each class. Risk's model `fraud-ranker` wants to read them."""
    usual_policies()
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="users")
    classes = {"amount": "pseudonymous", "postcode": "quasi-identifier", "email": "direct-identifier",
               "health": "special-category"}  # fmt: skip
    features = {name: personal(view, name, one) for name, one in classes.items()}
    versions = {name: feature.versions.get() for name, feature in features.items()}
    return SimpleNamespace(
        cast=cast, view=view, **versions, fraud=purpose(), marketing=purpose("marketing"),
        model=ConsumerFactory(kind="model", name="fraud-ranker", team=cast.risk, environment="prod"),
        second=person("marek", role=roles.COMMITTEE), third=person("mercy", role=roles.COMMITTEE),
        arno=person("arno", team=cast.payments), bella=person("bella", team=cast.risk),
    )  # fmt: skip


def ask(asking: SimpleNamespace, *versions: Any, actor: User | None = None, **said: Any) -> AccessRequest:
    """Bob asks for his team's model, unless somebody else is named."""
    from governance.actions.requesting import request_access

    usual = {"purpose": asking.fraud, "why": WHY, "days": 90, "consumer": asking.model}
    return request_access(None, actor=actor or asking.cast.owner_b, versions=versions, **usual | said)


def decide(request: AccessRequest, actor: User, verdict: str = "approve", **said: Any) -> Any:
    from governance.actions.deciding import decide_request

    return decide_request(AccessRequest.objects.get(pk=request.pk), actor=actor, verdict=verdict, **said)
