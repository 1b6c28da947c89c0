"""Every endpoint, by role: who gets an answer, who is refused, and for whom a thing does not exist."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import URLPattern
from rest_framework.test import APIClient

from governance.models import ClassSuggestion, Deprecation, NamingRule
from monitoring.models import Hit, Incident, Parity
from portal import api_urls
from registry.choices import PullKind, Scope, Visibility
from registry.models import Entity, Feature, Plan, Pull, Usage
from tests.cast import api_as
from tests.factories import (
    ConnectionFactory,
    ConsumerFactory,
    EntityFactory,
    FeatureFactory,
    ProjectFactory,
    ViewFactory,
)
from tests.measured import measure

API = "/api/v1"
SEES_RESTRICTED = ("owner_a", "member", "chair", "auditor", "admin")
SEES_LISTED_ONLY = ("viewer", "owner_b", "service")
OPEN = {"openapi", "schema"}
NO_NODE = "00000000-0000-4000-8000-000000000001"
NO_ID = "00000000-0000-4000-8000-000000000000"
# Addresses of things to do, of a deprecation or a reference where there is none, and of a picture with a scope of its
# own.
UNREADABLE = {
    "plan-approve",
    "plan-apply",
    "feature-follow",
    "version-publish",
    "version-retire",
    "version-measure-default",
    "version-quarantine",
    "version-deprecation",
    "deprecation-acknowledge",
    "deprecation-extensions",
    "deprecation-extension-decide",
    "deprecation-remind",
    "deprecation-waivers",
    "class-accept",
    "class-decline",
    "consumer-tier",
    "incident-ack",
    "incident-mute",
    "incident-note",
    "incident-reassign",
    "incident-resolve",
    "view-badge",
    "view-reference",
}


def addresses() -> Iterator[URLPattern]:
    return (pattern for pattern in api_urls.urlpatterns if pattern.name)


def view_class(pattern: URLPattern) -> Any:
    return pattern.callback.view_class  # type: ignore[union-attr]


def methods(view: Any) -> list[str]:
    return [name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]


def call(client: APIClient, method: str, path: str) -> Any:
    return getattr(client, method)(path, {}, HTTP_IF_MATCH="*") if method != "get" else client.get(path)


@pytest.fixture
def world(cast: SimpleNamespace) -> SimpleNamespace:
    """A listed and a restricted project of team payments, each with everything that can be shown."""
    made = {}
    for name, visibility in (("open", Visibility.LISTED), ("hidden", Visibility.RESTRICTED)):
        project = ProjectFactory(name=name, owner=cast.payments, visibility=visibility)
        entity = EntityFactory(project=project, name="user")
        view = ViewFactory(project=project, name="stats", owner=cast.payments)
        view.entities.add(entity)
        feature = FeatureFactory(view=view, name="amount")
        consumer = ConsumerFactory(name=f"{name}-model", project=project)
        Usage.objects.create(consumer=consumer, feature=feature, evidence="declared")
        measure(view)
        plan = Plan.objects.create(created_by=cast.owner_a, texts=[], base=b"")
        plan.projects.add(project)
        rule = NamingRule.objects.create(
            project=project, pattern=".*", said="Anything", right=["a"], wrong=["b"], created_by=cast.owner_a
        )
        ending = Deprecation.objects.create(version=feature.versions.get(), state="announced")
        suggestion = ClassSuggestion.objects.create(
            feature=feature, privacy_class="personal", is_masked=False, sure="stated", kind="feature_tag", said="pii",
            said_feature=feature, path=[{"node": NO_NODE, "column": "amount", "told": ""}], is_lowering=False,
            is_against=False,
        )  # fmt: skip
        incident = Incident.objects.create(
            cause_kind="view", cause_key=f"view:{view.pk}", cause_name=view.key, title=f"{view.key} is stale",
            kind="freshness", view=view, owner=cast.payments,
        )  # fmt: skip
        Hit.objects.create(incident=incident, view=view)
        parity = Parity.objects.create(
            old=view, new=ViewFactory(project=project, name="later"), pass_mark=0.99, tolerance=0.0, sample=100
        )
        made[name] = SimpleNamespace(
            incident=incident,
            parity=parity,
            project=project,
            view=view,
            feature=feature,
            consumer=consumer,
            entity=entity,
            plan=plan,
            ending=ending,
            rule=rule,
            suggestion=suggestion,
        )
    connection = ConnectionFactory(slug="store", owner=cast.payments, settings={"registry_url": "/r.db"})
    Pull.objects.create(connection=connection, kind=PullKind.DEFINITIONS, errors=[{"object": "hidden.stats"}])
    return SimpleNamespace(cast=cast, **made)


def paths(world: SimpleNamespace, name: str) -> dict[str, str]:
    """Addresses of the objects of one project, by the name of the address."""
    part = getattr(world, name)
    feature = f"{API}/features/{part.feature.key}"
    return {
        "feature": feature,
        "feature-follow": f"{feature}/follow",
        "feature-similar": f"{feature}/similar",
        "feature-history": f"{feature}/history",
        "feature-consumers": f"{feature}/consumers",
        "defaults-bundle": f"{API}/defaults/bundles/model:{part.consumer.name}",
        "feature-health": f"{feature}/health",
        "feature-measurements": f"{feature}/measurements",
        "feature-drift": f"{feature}/drift",
        "versions": f"{feature}/versions",
        "version": f"{feature}/versions/1",
        "version-diff": f"{feature}/versions/1/diff?against=1",
        "version-publish": f"{feature}/versions/1/publish",
        "version-deprecation": f"{feature}/versions/1/deprecation",
        "version-can-retire": f"{feature}/versions/1/can-retire",
        "version-retire": f"{feature}/versions/1/retire",
        "version-measure-default": f"{feature}/versions/1/measure-default",
        "version-quarantine": f"{feature}/versions/1/quarantine",
        "view": f"{API}/views/{part.view.key}",
        "view-history": f"{API}/views/{part.view.key}/history",
        "view-badge": f"{API}/views/{part.view.key}/badge.svg",
        "view-patience": f"{API}/views/{part.view.key}/patience",
        "consumer-tier": f"{API}/consumers/model:{part.consumer.name}/tier",
        "parity": f"{API}/parity/{part.parity}",
        "consumer-migration": f"{API}/consumers/model:{part.consumer.name}/migration",
        "incident": f"{API}/incidents/{part.incident}",
        "incident-ack": f"{API}/incidents/{part.incident}/ack",
        "incident-resolve": f"{API}/incidents/{part.incident}/resolve",
        "incident-mute": f"{API}/incidents/{part.incident}/mute",
        "incident-reassign": f"{API}/incidents/{part.incident}/reassign",
        "incident-note": f"{API}/incidents/{part.incident}/note",
        "view-reference": f"{API}/views/{part.view.key}/reference",
        "view-measurements": f"{API}/views/{part.view.key}/measurements",
        "entity": f"{API}/entities/{part.project.name}.user",
        "project": f"{API}/projects/{part.project.name}",
        "plan": f"{API}/plans/{part.plan}",
        "plan-approve": f"{API}/plans/{part.plan}/approve",
        "plan-apply": f"{API}/plans/{part.plan}/apply",
        "naming-rule": f"{API}/naming-rules/{part.rule}",
        "deprecation": f"{API}/deprecations/{part.ending}",
        "deprecation-acknowledge": f"{API}/deprecations/{part.ending}/acknowledge",
        "deprecation-extensions": f"{API}/deprecations/{part.ending}/extensions",
        "deprecation-extension-decide": f"{API}/deprecations/{part.ending}/extensions/1/decide",
        "deprecation-remind": f"{API}/deprecations/{part.ending}/remind",
        "deprecation-waivers": f"{API}/deprecations/{part.ending}/waivers",
        "class-suggestion": f"{API}/class-suggestions/{part.suggestion}",
        "class-suggestion-why": f"{API}/class-suggestions/{part.suggestion}/why",
        "class-accept": f"{API}/class-suggestions/{part.suggestion}/accept",
        "class-decline": f"{API}/class-suggestions/{part.suggestion}/decline",
        "consumer": f"{API}/consumers/model:{part.consumer.name}",
        "consumer-features": f"{API}/consumers/model:{part.consumer.name}/features",
    }


def marquez_paths() -> dict[str, str]:
    """What they show is a matter of tests/lineage/test_marquez_visibility.py."""
    namespace = f"{API}/namespaces/charter"
    dataset, job, run = f"{namespace}/datasets/open.stats", f"{namespace}/jobs/j", f"{API}/jobs/runs/{NO_ID}"
    return {
        "marquez-namespaces": f"{API}/namespaces",
        "marquez-namespace": namespace,
        "marquez-datasets": f"{namespace}/datasets",
        "marquez-dataset": dataset,
        "marquez-dataset-versions": f"{dataset}/versions",
        "marquez-dataset-version": f"{dataset}/versions/{NO_ID}",
        "marquez-namespace-jobs": f"{namespace}/jobs",
        "marquez-job": job,
        "marquez-job-runs": f"{job}/runs",
        "marquez-job-versions": f"{job}/versions",
        "marquez-job-version": f"{job}/versions/{NO_ID}",
        "marquez-sources": f"{API}/sources",
        "marquez-source": f"{API}/sources/charter",
        "marquez-tags": f"{API}/tags",
        "marquez-jobs": f"{API}/jobs",
        "marquez-run": run,
        "marquez-run-facets": f"{run}/facets?type=run",
        "marquez-column-lineage": f"{API}/column-lineage?nodeId=dataset:charter:open.stats",
        "marquez-run-lineage": f"{API}/runlineage/upstream?runId={NO_ID}",
        "marquez-events": f"{API}/events/lineage",
        "marquez-event-stats": f"{API}/stats/lineage-events?period=DAY",
        "marquez-job-stats": f"{API}/stats/jobs?period=DAY",
        "marquez-dataset-stats": f"{API}/stats/datasets?period=DAY",
        "marquez-source-stats": f"{API}/stats/sources?period=DAY",
    }


def access_paths() -> dict[str, str]:
    """Who may do what with them is a matter of tests/governance/test_access_matrix.py."""
    request, grant, seat = f"{API}/access-requests/AR-1", f"{API}/grants/GR-1", f"{API}/committee/seats/mia"
    return {
        "access-requests": f"{API}/access-requests",
        "access-emergency": f"{API}/access-requests/emergency",
        "access-request": request,
        "access-request-decisions": f"{request}/decisions",
        "access-request-decision": f"{request}/decisions/1",
        "access-request-comments": f"{request}/comments",
        "access-request-withdraw": f"{request}/withdraw",
        "access-request-review": f"{request}/review",
        "grants": f"{API}/grants",
        "grant": grant,
        "grant-revoke": f"{grant}/revoke",
        "grant-extend": f"{grant}/extend",
        "purposes": f"{API}/purposes",
        "purpose": f"{API}/purposes/fraud",
        "policies": f"{API}/policies",
        "policy": f"{API}/policies/access/direct-identifier",
        "policy-dry-run": f"{API}/policies/access/direct-identifier/dry-run",
        "project-openings": f"{API}/project-openings",
        "project-opening": f"{API}/project-openings/OP-1",
        "project-opening-open": f"{API}/project-openings/OP-1/open",
        "project-opening-decline": f"{API}/project-openings/OP-1/decline",
        "policy-proposals": f"{API}/policy-proposals",
        "policy-proposal": f"{API}/policy-proposals/PP-1",
        "policy-proposal-dry-run": f"{API}/policy-proposals/PP-1/dry-run",
        "policy-proposal-agree": f"{API}/policy-proposals/PP-1/agree",
        "policy-proposal-reject": f"{API}/policy-proposals/PP-1/reject",
        "policy-proposal-withdraw": f"{API}/policy-proposals/PP-1/withdraw",
        "view-standing-approval": f"{API}/views/open.stats/standing-approval",
        "committee": f"{API}/committee",
        "committee-seat": seat,
        "committee-delegate": f"{seat}/delegate",
        "committee-conflicts": f"{API}/committee/conflicts",
        "committee-conflict": f"{API}/committee/conflicts/1",
        "inbox": f"{API}/me/inbox",
        "grants-verify": f"{API}/grants/verify",
        "scorecard": f"{API}/scorecard",
        "scorecard-badge": f"{API}/scorecard/badge.svg",
        "scorecard-check": f"{API}/scorecard/owners",
        "attestations": f"{API}/attestations",
        "attestation": f"{API}/attestations/AT-1",
        "attestation-withdraw": f"{API}/attestations/AT-1/withdraw",
        "store-accounts": f"{API}/connections/store/accounts",
        "store-account": f"{API}/connections/store/accounts/1",
        "guarded-stores": f"{API}/connections/store/guarded-stores",
        "guarded-store": f"{API}/connections/store/guarded-stores/offline",
    }


def public_paths() -> dict[str, str]:
    """Addresses that everybody with the right scope may read, whatever is in them."""
    return {
        "features": f"{API}/features",
        "features-batch-get": f"{API}/features/batch-get",
        "features-resolve": f"{API}/features/resolve",
        "features-check": f"{API}/features/check",
        "usage-events": f"{API}/usage-events",
        "defaults": f"{API}/defaults/batch-get",
        "defaults-keys": f"{API}/defaults/keys",
        "views": f"{API}/views",
        "entities": f"{API}/entities",
        "projects": f"{API}/projects",
        "teams": f"{API}/teams",
        "team": f"{API}/teams/payments",
        "consumers": f"{API}/consumers",
        "connections": f"{API}/connections",
        "connection": f"{API}/connections/store",
        "serving-limits": f"{API}/connections/store/serving-limits",
        "connection-test": f"{API}/connections/store/test",
        "connection-preview": f"{API}/connections/store/preview",
        "connection-pull": f"{API}/connections/store/pull",
        "operations": f"{API}/operations",
        "operation": f"{API}/operations/PULL-{Pull.objects.first().pk}",  # type: ignore[union-attr]
        "operation-cancel": f"{API}/operations/PULL-{Pull.objects.first().pk}/cancel",  # type: ignore[union-attr]
        "operation-events": f"{API}/operations/PULL-{Pull.objects.first().pk}/events",  # type: ignore[union-attr]
        "tokens": f"{API}/tokens",
        "token": f"{API}/tokens/0123456789abcdef",
        "me": f"{API}/me",
        "health": f"{API}/health",
        "incidents": f"{API}/incidents",
        "findings": f"{API}/findings",
        "checks": f"{API}/checks",
        "parities": f"{API}/parity",
        "migrations": f"{API}/migrations",
        "serving": f"{API}/serving",
        "storage": f"{API}/storage",
        "metrics": f"{API}/metrics",
        "audit-log": f"{API}/audit-log",
        "decisions": f"{API}/decisions",
        "audit-log-export": f"{API}/audit-log/export",
        "audit-log-verification": f"{API}/audit-log/verification",
        "export": f"{API}/export?format=openlineage",
        "plans": f"{API}/plans",
        "ownership-offers": f"{API}/ownership-offers",
        "ownership-offer": f"{API}/ownership-offers/1",
        "ownership-offer-answer": f"{API}/ownership-offers/1/answer",
        "deprecations": f"{API}/deprecations",
        "deprecations-batch-announce": f"{API}/deprecations/batch-announce",
        "deprecations-calendar": f"{API}/deprecations.ics",
        "class-suggestions": f"{API}/class-suggestions",
        "reviews": f"{API}/reviews",
        "review": f"{API}/reviews/RC-1",
        "review-items": f"{API}/reviews/RC-1/items",
        "review-items-decide": f"{API}/reviews/RC-1/items/decide",
        **access_paths(),
        "naming-rules": f"{API}/naming-rules",
        "name-words": f"{API}/name-words",
        "name-word": f"{API}/name-words/1",
        "name-waivers": f"{API}/name-waivers",
        "names-check": f"{API}/names/check",
        "events": f"{API}/events",
        "webhooks": f"{API}/webhooks",
        "webhook": f"{API}/webhooks/{NO_ID}",
        "webhook-test": f"{API}/webhooks/{NO_ID}/test",
        "webhook-key": f"{API}/webhooks/{NO_ID}/key",
        "webhook-deliveries": f"{API}/webhooks/{NO_ID}/deliveries",
        "webhook-delivery": f"{API}/webhook-deliveries/1",
        "webhook-redeliver": f"{API}/webhook-deliveries/1/redeliver",
        "notification-settings": f"{API}/notification-settings",
        "lineage": f"{API}/lineage",
        "lineage-graph": f"{API}/lineage/graph?node=open.stats",
        "lineage-impact": f"{API}/lineage/impact?node=open.stats",
        "lineage-sayings": f"{API}/lineage/sayings",
        "lineage-sayings-withdraw": f"{API}/lineage/sayings/withdraw",
        "lineage-impact-tell": f"{API}/lineage/impact/tell",
        "lineage-batch": f"{API}/lineage/batch",
        "lineage-event": f"{API}/lineage/events/{'0' * 64}",
        **marquez_paths(),
        "search": f"{API}/search?q=amount",
        "search-suggest": f"{API}/search/suggest?q=am",
    }


def test_no_address_is_forgotten(world: SimpleNamespace) -> None:
    known = paths(world, "open").keys() | public_paths().keys() | OPEN
    assert {pattern.name for pattern in addresses()} <= known


def scopes_of(view: Any) -> set[str]:
    return {one for named in view.required_scopes.values() for one in ([named] if isinstance(named, str) else named)}


def test_every_method_needs_a_scope_that_exists() -> None:
    for pattern in addresses():
        view = view_class(pattern)
        if pattern.name in OPEN:
            continue
        assert {method.upper() for method in methods(view)} == set(view.required_scopes), pattern.name
        assert scopes_of(view) <= {*Scope.values, ""}


def test_nobody_gets_anything(world: SimpleNamespace) -> None:
    everything = paths(world, "open") | paths(world, "hidden") | public_paths()
    for pattern in addresses():
        for method in methods(view_class(pattern)) if pattern.name not in OPEN else []:
            answer = call(APIClient(), method, everything[str(pattern.name)])
            assert answer.status_code == 401, (method, pattern.name)
            assert answer.json()["code"] == "unauthenticated"


def test_a_token_without_the_scope_gets_nothing_even_as_administrator(world: SimpleNamespace) -> None:
    everything = paths(world, "open") | public_paths()
    clients = {scope: api_as(world.cast.admin, scope) for scope in (Scope.LINEAGE_WRITE, Scope.CALENDAR_READ)}
    for pattern in addresses():
        scopes = view_class(pattern).required_scopes
        other = Scope.LINEAGE_WRITE if Scope.LINEAGE_WRITE not in scopes.values() else Scope.CALENDAR_READ
        client = clients[other]
        for method in methods(view_class(pattern)):
            if not scopes.get(method.upper()):
                continue
            answer = call(client, method, everything[str(pattern.name)])
            assert answer.status_code == 403, (method, pattern.name)
            assert answer.json()["code"] == "insufficient_scope"


@pytest.mark.parametrize("role", SEES_RESTRICTED + SEES_LISTED_ONLY)
def test_listed_objects_are_shown(world: SimpleNamespace, role: str) -> None:
    client = api_as(getattr(world.cast, role))
    for name, path in paths(world, "open").items():
        if name not in UNREADABLE:
            assert client.get(path).status_code == 200, name


@pytest.mark.parametrize("role", SEES_RESTRICTED + SEES_LISTED_ONLY)
def test_nobody_is_too_little_to_be_answered(world: SimpleNamespace, role: str) -> None:
    """Who is in no team, or has no role, gets an empty list or a refusal, never an error of ours."""
    client = api_as(getattr(world.cast, role), *Scope.values)
    everything = public_paths()
    for pattern in addresses():
        if pattern.name in everything and hasattr(view_class(pattern), "get"):
            assert client.get(everything[pattern.name]).status_code != 500, pattern.name


@pytest.mark.parametrize("role", SEES_LISTED_ONLY)
def test_hidden_objects_do_not_exist(world: SimpleNamespace, role: str) -> None:
    """Reading, changing and following answer as for a key that nobody has."""
    client = api_as(getattr(world.cast, role), *Scope.values)
    hidden = paths(world, "hidden")
    for pattern in addresses():
        for method in methods(view_class(pattern)) if pattern.name in hidden else []:
            answer = call(client, method, hidden[str(pattern.name)])
            assert answer.status_code == 404, (method, pattern.name)
            assert "hidden" not in answer.json()["detail"]
    assert Feature.objects.get(key="hidden.stats.amount").follows.count() == 0


@pytest.mark.parametrize("role", SEES_RESTRICTED)
def test_hidden_objects_exist_for_those_who_own_or_watch(world: SimpleNamespace, role: str) -> None:
    client = api_as(getattr(world.cast, role))
    for name, path in paths(world, "hidden").items():
        if name not in UNREADABLE:
            assert client.get(path).status_code == 200, name


LISTS = {
    "features": "key", "views": "key", "entities": "key", "projects": "name", "consumers": "key", "health": "view",
}  # fmt: skip


@pytest.mark.parametrize("role", SEES_RESTRICTED + SEES_LISTED_ONLY)
@pytest.mark.parametrize("name", LISTS)
def test_lists_and_spreadsheets_hold_what_one_sees(world: SimpleNamespace, role: str, name: str) -> None:
    client = api_as(getattr(world.cast, role))
    shown = [str(row[LISTS[name]]) for row in client.get(f"{API}/{name}").json()["data"]]
    text = b"".join(client.get(f"{API}/{name}?format=csv").streaming_content).decode()
    assert any("open" in value for value in shown)
    assert any("hidden" in value for value in shown) == (role in SEES_RESTRICTED)
    assert ("hidden" in text) == (role in SEES_RESTRICTED)


@pytest.mark.parametrize("role", SEES_LISTED_ONLY)
def test_nothing_hidden_leaks_through_what_is_shown(world: SimpleNamespace, role: str) -> None:
    """Through expansions, readers, upstream views, replacements, batches, references, exports and facets."""
    world.open.view.upstream_views.add(world.hidden.view)
    spy = ConsumerFactory(name="hidden-spy", project=world.hidden.project)
    Usage.objects.create(consumer=spy, feature=world.open.feature, evidence="declared")
    Usage.objects.create(consumer=world.open.consumer, feature=world.hidden.feature, evidence="declared")
    version = world.open.feature.versions.get()
    version.replacement = world.hidden.feature.versions.get()
    version.save()
    client = api_as(getattr(world.cast, role))
    expand = "expand=owner,project,view.source,health,contract,consumers"
    answers = [
        client.get(f"{API}/features?{expand}"),
        client.get(f"{API}/features/open.stats.amount?{expand}"),
        client.get(f"{API}/features/open.stats.amount/versions/1"),
        client.get(f"{API}/features?q=amount&facets=true"),
        client.get(f"{API}/views?expand=project"),
        client.get(f"{API}/consumers/model:open-model/features?expand=feature"),
        client.get(f"{API}/operations"),
        client.post(f"{API}/features/resolve", {"text": "stats:amount"}),
        client.get(f"{API}/export?format=openlineage"),
    ]
    for answer in answers:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200
        assert b"hidden" not in body.replace(b"values_hidden", b""), answer.request["PATH_INFO"]
    items = client.post(
        f"{API}/features/batch-get", {"keys": ["hidden.stats.amount", "hidden.stats.amount@1", "no.such.key"]}
    ).json()["data"]
    assert [item["status"] for item in items] == [404, 404, 404]
    assert items[0]["problem"]["detail"] == items[2]["problem"]["detail"]


def test_drafts_are_for_the_team_that_owns_them(world: SimpleNamespace) -> None:
    FeatureFactory(view=world.open.view, name="draft", state="draft")
    key = "open.stats.draft"
    for role in SEES_LISTED_ONLY:
        client = api_as(getattr(world.cast, role))
        assert client.get(f"{API}/features/{key}").status_code == 404
        assert client.get(f"{API}/features/{key}/versions").status_code == 404
        assert key not in str(client.get(f"{API}/features").json())
    assert api_as(world.cast.owner_a).get(f"{API}/features/{key}").status_code == 200


def test_draft_versions_of_a_public_feature_are_for_its_team(world: SimpleNamespace) -> None:
    world.open.feature.versions.create(number=2, dtype="int64", state="draft")
    path = f"{API}/features/open.stats.amount"
    for role, numbers in (("viewer", [1]), ("owner_b", [1]), ("owner_a", [2, 1]), ("auditor", [2, 1])):
        client = api_as(getattr(world.cast, role))
        assert [row["number"] for row in client.get(f"{path}/versions").json()["data"]] == numbers
        assert client.get(f"{path}/versions/2").status_code == (200 if 2 in numbers else 404)
        assert client.get(f"{path}@2").status_code == (200 if 2 in numbers else 404)


def test_one_compiled_query_never_answers_for_somebody_else(world: SimpleNamespace) -> None:
    """Statements are kept by standing: people of equal standing share one, and still see as themselves."""
    for role in ("owner_b", "owner_a", "viewer", "owner_b", "admin", "viewer", "owner_a"):
        client = api_as(getattr(world.cast, role))
        expected = set(Feature.objects.visible_to(getattr(world.cast, role)).values_list("key", flat=True))
        assert {row["key"] for row in client.get(f"{API}/features").json()["data"]} == expected
        tokens = client.get(f"{API}/tokens").json()["data"]
        if role not in ("admin", "auditor"):
            assert {token["user"] for token in tokens} == {getattr(world.cast, role).username}


def test_addresses_that_do_not_exist_are_problems(cast: SimpleNamespace) -> None:
    for path in (f"{API}/nothing", f"{API}/features/", f"{API}/", "/api/v2/features"):
        answer = APIClient().get(path)
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"


def test_entities_of_other_projects_stay_apart(world: SimpleNamespace) -> None:
    assert Entity.objects.filter(name="user").count() == 2
    answer = api_as(world.cast.viewer).get(f"{API}/entities/open.user").json()
    assert answer["key"] == "open.user"
