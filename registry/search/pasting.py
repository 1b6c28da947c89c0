"""Anything that people paste into a search box, as the one thing it names: keys, references, addresses, tables."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet, Value
from django.http.request import validate_host
from django.urls import Resolver404, reverse
from django.urls import resolve as resolve_path
from django.utils.module_loading import import_string

from registry.choices import ConsumerKind
from registry.models import Actor, Consumer, Feature, FeatureView, Project, Pull, Source, Team, User
from registry.references import Found, find_features, format_key, storable
from registry.search.results import Target

MAX_TARGETS = 5
MAX_LENGTH = 2_000
_MAIL_ADDRESS = re.compile(r"[^@\s:/]+@[^@\s:/]+\.[^@\s:/]+\Z")
_PULL_NUMBER = re.compile(r"pull-(\d{1,12})\Z", re.IGNORECASE)


def resolve(actor: Actor, text: str) -> list[Target]:
    """What `text` names exactly, as far as the actor sees it; empty for anything that is to be searched instead."""
    text = storable(text).strip()
    if not text or len(text) > MAX_LENGTH or not actor.is_authenticated:
        return []
    found: list[Target] = []
    for reader in (_pull, _address, _feature, _view, _mail, _consumer, _table, _name, _beyond):
        found += reader(actor, text)
        if len(found) >= MAX_TARGETS:
            break
    return list({(target.kind, target.url): target for target in found}.values())[:MAX_TARGETS]


def _pull(actor: Actor, text: str) -> Iterator[Target]:
    if found := _PULL_NUMBER.match(text):
        for pull in Pull.objects.select_related("connection").filter(pk=found[1]):
            yield Target("pull", pull.reference, pull.get_absolute_url(), f"Pull of {pull.connection}")


def _feature(actor: Actor, text: str) -> Iterator[Target]:
    if "." in text or ":" in text or "__" in text:
        yield from map(_feature_target, find_features(actor, text, limit=MAX_TARGETS))


def _feature_target(found: Found) -> Target:
    feature, number = found.feature, found.number
    url = feature.get_absolute_url()
    if number is None:
        return Target("feature", feature.key, url, "It has no version with that number", feature.key)
    is_current = number == feature.number
    return Target(
        "feature", f"{feature.key}@{number}", url if is_current else f"{url}?v={number}", feature.description,
        feature.key, number,
    )  # fmt: skip


def _view(actor: Actor, text: str) -> Iterator[Target]:
    if "." in text and " " not in text:
        yield from map(_view_target, FeatureView.objects.visible_to(actor).filter(key=text).select_related("project"))


def _view_target(view: FeatureView) -> Target:
    return Target("view", view.key, view.get_absolute_url(), view.description or "Feature view", view.key)


def _mail(actor: Actor, text: str) -> Iterator[Target]:
    if _MAIL_ADDRESS.match(text):
        yield from map(_team_target, Team.objects.filter(email__iexact=text))
        yield from map(_person_target, people().filter(email__iexact=text))


def people() -> QuerySet[User]:
    """Those one can ask something: neither services nor people who left."""
    return User.objects.filter(is_active=True, is_service=False)


def _team_target(team: Team) -> Target:
    return Target("team", team.name, team.get_absolute_url(), f"Team {team.slug}", team.slug)


def _person_target(person: User) -> Target:
    return Target("person", str(person), person.get_absolute_url(), person.username, person.username)


def _consumer(actor: Actor, text: str) -> Iterator[Target]:
    """`model:fraud-ranker`."""
    kind, _, name = text.partition(":")
    if kind in ConsumerKind.values:
        yield from map(_consumer_target, _consumers(actor).filter(kind=kind, name=name)[:MAX_TARGETS])


def _consumers(actor: Actor) -> QuerySet[Consumer]:
    return Consumer.objects.visible_to(actor).filter(gone_at__isnull=True)


def _consumer_target(consumer: Consumer) -> Target:
    note = consumer.description or consumer.get_kind_display()
    return Target("consumer", str(consumer), consumer.get_absolute_url(), note, str(consumer))


def _table(actor: Actor, text: str) -> Iterator[Target]:
    """A table or file by its whole name or the end of it: `schema.table`. With a column, the features of that name."""
    if not re.search(r"[._/]", text) or " " in text:
        return
    yield from map(source_target, _sources(actor, text))
    table, _, column = text.rpartition(".")
    if "." in table:
        named = Feature.objects.visible_to(actor).present().filter(name=column, view__source__in=_sources(actor, table))
        yield from (_feature_target(Found(feature, feature.number)) for feature in named[:MAX_TARGETS])


def _sources(actor: Actor, text: str) -> QuerySet[Source]:
    ends = Q(location__endswith=f".{text}") | Q(location__endswith=f"/{text}")
    sources = Source.objects.filter(Q(name=text) | Q(location=text) | ends, gone_at__isnull=True)
    seen = sources.filter(project__in=Project.objects.visible_to(actor))
    return seen.select_related("project").order_by("project__name", "name")[:MAX_TARGETS]


def source_target(source: Source) -> Target:
    """`source` with its project."""
    url = reverse("registry:source", args=[source.project.name, source.name])
    return Target("source", source.location or source.name, url, f"{source.kind} source {source.name}", source.name)


def _name(actor: Actor, text: str) -> Iterator[Target]:
    """A team, person, project, model or service by its name alone: one query, since most words are none of these."""
    if " " in text:
        return
    named: tuple[tuple[QuerySet[Any], Callable[[Any], Target]], ...] = (
        (Team.objects.filter(slug=text.removeprefix("team:").lower()), _team_target),
        (people().filter(username=text.removeprefix("user:").removeprefix("@")), _person_target),
        (Project.objects.visible_to(actor).filter(name=text), _project_target),
        (_consumers(actor).filter(name=text), _consumer_target),
    )
    asked = [rows.order_by().values_list(Value(at), "pk") for at, (rows, _) in enumerate(named)]
    for at in sorted({at for at, _ in asked[0].union(*asked[1:])}):
        rows, target = named[at]
        yield from map(target, rows[:MAX_TARGETS])


def _project_target(project: Project) -> Target:
    return Target("project", project.name, project.get_absolute_url(), project.description or "Project", project.name)


def _address(actor: Actor, text: str) -> Iterator[Target]:
    """The address of one of our own pages: what the page is about, not the page."""
    if not text.startswith(("http://", "https://", "/")):
        return
    try:
        parts = urlsplit(text)
        page = resolve_path(parts.path)
    except (ValueError, Resolver404):
        return
    if parts.netloc and not validate_host(parts.hostname or "", settings.ALLOWED_HOSTS):
        return
    named = {name: storable(str(value)) for name, value in page.kwargs.items()}
    route = page.view_name.removeprefix("registry:")
    if "feature" in named:
        number = parse_qs(parts.query).get("v", [""])[0]
        key = format_key(named["project"], named["view"], named["feature"])
        yield from _feature(actor, f"{key}@{number}" if number.isdecimal() else key)
    elif "view" in named:
        yield from _view(actor, f"{named['project']}.{named['view']}")
    elif route == "consumer":
        yield from _consumer(actor, f"{named['kind']}:{named['name']}")
    elif route == "source":
        sources = _sources(actor, named["source"])
        yield from (source_target(one) for one in sources if one.project.name == named["project"])
    elif route in {"team", "person", "project"}:
        yield from _name(actor, next(iter(named.values())))
    elif route == "pull":
        yield from _pull(actor, f"PULL-{named['number']}")
    else:
        yield from _beyond(actor, named.get("node", ""))


def _beyond(actor: Actor, text: str) -> Iterator[Target]:
    """What higher apps know by this name: CHARTER_PASTE_READERS names their functions."""
    for path in settings.CHARTER_PASTE_READERS:
        yield from import_string(path)(actor, text, MAX_TARGETS)
