"""The registry as files: what `charter export` writes and `charter apply` takes back without a change."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from charter.files.documents import ViewDocument
from charter.files.odcs import to_contract
from charter.files.writing import to_yaml
from registry.actions.bulk import in_chunks
from registry.choices import VersionState
from registry.models import FeatureView, User
from registry.plans.current import documents_of, without_values

_AT_ONCE = 100


def yaml_of(views: QuerySet[FeatureView], actor: User) -> Iterator[str]:
    """One file a view, as `actor` may read it. Values of personal data and drafts are for those who answer."""
    schema = settings.CHARTER_BASE_URL + reverse("api:schema", args=["feature-view"])
    return _written(views, actor, lambda document: to_yaml(document, schema=schema))


def contracts_of(views: QuerySet[FeatureView], actor: User) -> Iterator[str]:
    """The same as data contracts of the Open Data Contract Standard."""
    return _written(views, actor, to_contract)


def _written(views: QuerySet[FeatureView], actor: User, write: Callable[[ViewDocument], str]) -> Iterator[str]:
    rows = list(views.order_by("key").values_list("pk", "owner_id", "project__owner_id"))
    answering = {pk for pk, owner, central in rows if (owner or central) in actor.team_ids}
    between = ""
    for chunk in in_chunks([pk for pk, _, _ in rows], _AT_ONCE):
        keys = dict(FeatureView.objects.filter(pk__in=chunk).values_list("key", "pk"))
        for key, document in documents_of(FeatureView.objects.filter(pk__in=chunk)).items():
            said = document if keys[key] in answering else _for_others(document)
            if said.features:
                yield between + write(said)
                between = "---\n"


def _for_others(document: ViewDocument) -> ViewDocument:
    said = without_values(document)
    for feature in said.features.values():
        published = {n: one for n, one in feature.versions.items() if one.status != VersionState.DRAFT}
        feature.versions = published
    said.features = {name: one for name, one in said.features.items() if one.versions}
    return said
