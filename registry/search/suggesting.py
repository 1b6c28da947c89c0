"""Suggestions while somebody types: things by the beginning of their name, fields, and values of fields with counts."""

import re
from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator

from registry.models import Actor, Consumer, FeatureView, Project, Source, Team
from registry.references import storable
from registry.search.asking import ask
from registry.search.choices import FACET_NAMES, quoted
from registry.search.facets import facets_of
from registry.search.fields import FIELDS, Field, Scope
from registry.search.grammar import MAX_LENGTH, parse
from registry.search.pasting import people, resolve, source_target
from registry.search.results import Group, Suggestion, Target
from registry.search.searching import search
from registry.search.vocabulary import words_of

SHORTEST, MAX_NOTE = 2, 48
_TERM = re.compile(r'(?P<sign>[-(]*)(?P<name>[a-z-]+):(?P<value>[^\s:"()]*)\Z')


def suggest(actor: Actor, text: str, limit: int = 8) -> list[Group]:
    """Groups of at most `limit` options each, for what has been typed so far; only what the actor sees."""
    text = storable(text)[:MAX_LENGTH].lstrip()
    rest, _, last = text.rpartition(" ")
    if (term := _TERM.match(last)) and term["name"] in FIELDS:
        return _groups([Group(f"Values of {term['name']}", _values(actor, term, rest, limit))])
    if len(text.strip()) < SHORTEST or not actor.is_authenticated:
        return []
    return _groups(
        [
            Group("Go to", [_target(target) for target in resolve(actor, text)]),
            Group("Features", _features(actor, text, limit)),
            Group("Feature views", _views(actor, text, limit // 2)),
            Group("Sources", _sources(actor, text, limit // 2)),
            Group("Models and services", _consumers(actor, text, limit // 2)),
            Group("Teams and people", _people(text, limit // 2)),
            Group("Fields", _fields(last)),
        ]
    )


def _groups(groups: list[Group]) -> list[Group]:
    return [group for group in groups if group.items]


def _target(target: Target) -> Suggestion:
    return Suggestion(target.label, _short(target.note), url=target.url)


def _short(note: str) -> str:
    """A note must leave room for the name beside it."""
    return Truncator(note).chars(MAX_NOTE)


def _features(actor: Actor, text: str, limit: int) -> list[Suggestion]:
    """What the search would find if the last word went on."""
    is_open = text[-1:].isalnum() and words_of(text)
    page = search(actor, f"{text}*" if is_open else text, limit=limit, as_typed=True)
    return [Suggestion(hit.key, _short(hit.description), url=hit.get_absolute_url()) for hit in page.hits]


def _views(actor: Actor, text: str, limit: int) -> list[Suggestion]:
    named = Q(name__istartswith=text.strip()) | Q(key__istartswith=text.strip())
    views = FeatureView.objects.visible_to(actor).present().filter(named).select_related("project")
    return [
        Suggestion(view.key, _short(view.description), url=view.get_absolute_url())
        for view in views.order_by("key")[:limit]
    ]


def _sources(actor: Actor, text: str, limit: int) -> list[Suggestion]:
    named = Q(name__istartswith=text.strip()) | Q(location__icontains=text.strip())
    seen = Source.objects.filter(named, gone_at__isnull=True, project__in=Project.objects.visible_to(actor))
    found = seen.select_related("project").order_by("name", "project__name")[:limit]
    return [_target(source_target(source)) for source in found]


def _consumers(actor: Actor, text: str, limit: int) -> list[Suggestion]:
    kind, _, name = text.strip().rpartition(":")
    consumers = Consumer.objects.visible_to(actor).filter(name__istartswith=name, gone_at__isnull=True)
    found = (consumers.filter(kind=kind) if kind else consumers).order_by("name", "kind")[:limit]
    return [Suggestion(str(one), _short(one.description), url=one.get_absolute_url()) for one in found]


def _people(text: str, limit: int) -> list[Suggestion]:
    begins = text.strip().lstrip("@")
    teams = Team.objects.filter(Q(slug__istartswith=begins) | Q(name__istartswith=begins)).order_by("slug")[:limit]
    named = Q(username__istartswith=begins) | Q(first_name__istartswith=begins) | Q(last_name__istartswith=begins)
    persons = people().filter(named).order_by("username")[:limit]
    return [
        *(Suggestion(team.name, f"Team {team.slug}", url=team.get_absolute_url()) for team in teams),
        *(Suggestion(str(person), person.username, url=person.get_absolute_url()) for person in persons),
    ][:limit]


def _fields(typed: str) -> list[Suggestion]:
    """Fields whose name begins so: `own` goes on as `owner:`."""
    name = typed.lstrip("-(")
    sign = typed[: len(typed) - len(name)]
    found = (field for field in FIELDS.values() if len(name) >= SHORTEST and field.name.startswith(name.lower()))
    return [Suggestion(f"{field.name}:", field.meaning, insert=f"{sign}{field.name}:") for field in found]


def _values(actor: Actor, term: re.Match[str], rest: str, limit: int) -> list[Suggestion]:
    """What may stand after the colon: values that exist, with how many features of the rest of the query have them."""
    field, begins = FIELDS[term["name"]], term["value"].lower()
    counted = dict(_counted(actor, field, rest))
    # What a field offers by itself is written as it is: it may hold an operator, such as >2h.
    written = {name: quoted(name) for name in counted} | {name: name for name in field.values}
    matching = [name for name in written if name.lower().startswith(begins)]
    return [
        Suggestion(name, _noted(counted.get(name)), insert=f"{term['sign']}{field.name}:{written[name]}")
        for name in matching[:limit]
    ]


def _counted(actor: Actor, field: Field, rest: str) -> Iterator[tuple[str, int]]:
    if field.name not in FACET_NAMES:
        return
    asked = ask(parse(rest), None, Scope(actor, timezone.now()))
    facet = next(facet for facet in facets_of(asked, most=None) if facet.name == field.name)
    yield from ((option.value, option.count) for option in facet.options)


def _noted(count: int | None) -> str:
    return "" if count is None else f"{count:,} feature{'' if count == 1 else 's'}"
