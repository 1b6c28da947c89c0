"""The facts that decide, as they are this moment: one statement for up to a hundred questions.

What is asked comes in as arrays, one row a question. Who asks decides what is there at all: the rules of `visible_to`
stand in the statement as Django compiles them. It is prepared on each connection.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.utils import timezone

from common.statements import A_NUMBER, Part, part, prepared_cursor
from governance.authorization.asked import FEATURE, Asked
from registry.choices import PERSONAL_CLASSES
from registry.models import Consumer, FeatureView, User, Version
from registry.references import split_number
from registry.roles import SEES_EVERYTHING
from registry.standing import Standing, stand_in, standing

_PERSONAL = ", ".join(f"'{one.value}'" for one in PERSONAL_CLASSES)
_SEES = ", ".join(f"'{name}'" for name in sorted(SEES_EVERYTHING))

# A subject: a person with teams, or a consumer with its team. `places`: how many there are of this name.
_SUBJECT = """
SELECT person.id AS user_id, NULL::bigint AS consumer_id, person.is_active AS is_there, NULL::bigint AS team_id,
  CASE WHEN person.is_active
    THEN ARRAY(SELECT team_id FROM registry_membership WHERE user_id = person.id) ELSE '{{}}' END AS teams,
  person.is_active AND (person.is_superuser OR EXISTS (
    SELECT 1 FROM registry_user_groups held JOIN auth_group role ON role.id = held.group_id
    WHERE held.user_id = person.id AND role.name IN ({sees}))) AS sees_everything,
  1::bigint AS places
FROM registry_user person WHERE asked.kind = 'user' AND person.username = asked.name
UNION ALL (
SELECT NULL, consumer.id, consumer.gone_at IS NULL, consumer.team_id, ARRAY[consumer.team_id], false,
  count(*) OVER ()
FROM registry_consumer consumer LEFT JOIN registry_project place ON place.id = consumer.project_id
WHERE asked.kind <> 'user' AND consumer.kind = asked.kind AND consumer.name = asked.name
  AND (asked.project IS NULL OR coalesce(place.name, '') = asked.project)
  AND consumer.id IN ({consumers})
LIMIT 1)
"""

_VERSION = """
  feature.key, version.id AS version_id, version.number, version.state, version.privacy_class, version.purposes,
  version.sunset_on, version.privacy_class = '' AND feature.looks_personal AS is_unsaid,
  coalesce(feature.owner_id, view.owner_id, project.owner_id) AS owner_id
"""

# A version for a feature; for a view one row for each of its personal features, and one without a feature.
_RESOURCE = """
SELECT feature.project_id, feature.owner_id AS draft_owner_id, {version}
FROM registry_feature feature
  JOIN registry_featureview view ON view.id = feature.view_id
  JOIN registry_project project ON project.id = feature.project_id
  JOIN registry_version version
    ON version.feature_id = feature.id AND version.number = coalesce(asked.number, feature.number)
WHERE asked.type = 'feature' AND feature.key = asked.key AND version.id IN ({versions})
UNION ALL
SELECT view.project_id, NULL, view.key, NULL, NULL, 'active', '', '{{}}', NULL, false,
  coalesce(view.owner_id, project.owner_id)
FROM registry_featureview view JOIN registry_project project ON project.id = view.project_id
WHERE asked.type = 'feature_view' AND view.key = asked.key AND view.id IN ({views})
UNION ALL
SELECT feature.project_id, feature.owner_id, {version}
FROM registry_featureview view
  JOIN registry_project project ON project.id = view.project_id
  JOIN registry_feature feature ON feature.view_id = view.id AND feature.gone_at IS NULL
  JOIN registry_version version ON version.feature_id = feature.id AND version.number = feature.number
WHERE asked.type = 'feature_view' AND view.key = asked.key AND view.id IN ({views})
  AND version.state IN ('active', 'deprecated', 'quarantined')
  AND (version.privacy_class IN ({personal}) OR version.privacy_class = '' AND feature.looks_personal)
"""

# Whether the subject sees it: `Project.visible_to`, asked for many people at once; a test holds both together.
_SEES_IT = """
SELECT subject.sees_everything OR place.visibility = 'listed' OR place.owner_id = ANY(subject.teams) OR EXISTS (
  SELECT 1 FROM registry_featureview own WHERE own.project_id = place.id AND own.owner_id = ANY(subject.teams))
  OR EXISTS (SELECT 1 FROM registry_projectguest guest
    WHERE guest.project_id = place.id AND guest.ended_at IS NULL AND guest.team_id = ANY(subject.teams))
FROM registry_project place WHERE place.id = resource.project_id
"""

_BROWNOUT = """
SELECT rehearsal.is_hard, rehearsal.ends_at FROM registry_brownout rehearsal
WHERE resource.state = 'deprecated' AND rehearsal.version_id = resource.version_id
  AND rehearsal.starts_at <= %s AND rehearsal.ends_at > %s
ORDER BY rehearsal.is_hard DESC, rehearsal.ends_at DESC LIMIT 1
"""

_GRANT = """
SELECT held.id, held.setting, held.environment, held.ends_at, held.team_id, held.privacy_class, held.conditions,
  purpose.ended_at, purpose.review_on
FROM governance_grant held JOIN governance_purpose purpose ON purpose.id = held.purpose_id
WHERE held.state = 'active' AND held.version_id = resource.version_id AND purpose.name = asked.purpose
"""

_ALL = """
SELECT asked.n, subject.user_id, subject.consumer_id, subject.is_there, subject.team_id, subject.teams,
  subject.sees_everything, subject.places, resource.project_id, resource.draft_owner_id, resource.key,
  resource.version_id, resource.number, resource.state, resource.privacy_class, resource.purposes, resource.sunset_on,
  resource.is_unsaid, resource.owner_id, ({sees_it}) AS sees_it, brownout.is_hard, brownout.ends_at, held.*
FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[])
    AS asked(n, kind, name, project, type, key, number, purpose)
  LEFT JOIN LATERAL ({subject}) subject ON true
  LEFT JOIN LATERAL ({resource}) resource ON true
  LEFT JOIN LATERAL ({brownout}) brownout ON true
  LEFT JOIN LATERAL (
    {grant} AND held.consumer_id = subject.consumer_id
    UNION ALL
    {grant} AND held.user_id = subject.user_id) held ON true
ORDER BY asked.n, resource.version_id NULLS FIRST, held.ends_at DESC, held.id
"""


class Held(NamedTuple):
    """An active grant of the subject on the version, for the purpose asked for."""

    id: int
    setting: str
    environment: str
    ends_at: datetime
    team_id: int | None
    privacy_class: str
    conditions: list[str]
    purpose_ended_at: datetime | None
    purpose_review_on: date


class Who(NamedTuple):
    """The subject as it is now. Without either id nobody of this name is seen; `places` counts those that are."""

    user_id: int | None
    consumer_id: int | None
    is_there: bool
    team_id: int | None
    teams: list[int]
    sees_everything: bool
    places: int

    @property
    def is_known(self) -> bool:
        return self.user_id is not None or self.consumer_id is not None


class What(NamedTuple):
    """A version as it is now. `version_id` is None for the row that stands for a view; `key` is for nothing seen."""

    project_id: int | None
    draft_owner_id: int | None
    key: str | None
    version_id: int | None
    number: int | None
    state: str
    privacy_class: str
    purposes: list[str]
    sunset_on: date | None
    is_unsaid: bool  # unclassified, and it looks personal
    owner_id: int | None
    sees_it: bool | None
    is_off: bool | None  # a rehearsal of its end goes on: hard is True, soft False
    off_until: datetime | None

    @property
    def reference(self) -> str:
        return f"{self.key}@{self.number}" if self.number is not None else str(self.key)


class Facts(NamedTuple):
    """One question: the subject, and each version with what the subject holds on it."""

    who: Who
    versions: list[tuple[What, list[Held]]]


_WHO, _WHAT, _HELD = len(Who._fields), len(What._fields), len(Held._fields)


def facts_of(questions: Sequence[Asked], asker: User, now: datetime | None = None) -> list[Facts]:
    """The facts of each question, in their order, as far as the asker sees them."""
    with closing(prepared_cursor()) as cursor:
        cursor.execute(*statement_of(questions, asker, now or timezone.now()))
        rows = cursor.fetchall()
    return [_facts(list(of_one)) for _, of_one in groupby(rows, key=itemgetter(0))]


def statement_of(questions: Sequence[Asked], asker: User, now: datetime) -> tuple[str, list[Any]]:
    """The statement, and what goes into its places."""
    statement = _compiled(standing(asker))
    return statement.sql, statement.values(_asked(questions), now, asker.pk)


def _asked(questions: Sequence[Asked]) -> list[list[Any]]:
    columns: list[list[Any]] = [[] for _ in range(8)]
    for n, one in enumerate(questions):
        key, number = split_number(one.resource.id) if one.resource.type == FEATURE else (one.resource.id, None)
        row = (
            n, one.subject.type, one.subject.id, one.subject.project, one.resource.type, key, number, one.purpose,
        )  # fmt: skip
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    return columns


def _facts(rows: list[tuple[Any, ...]]) -> Facts:
    who = Who._make(rows[0][1 : 1 + _WHO])
    return Facts(who, list(_versions(rows)))


def _versions(rows: list[tuple[Any, ...]]) -> Iterator[tuple[What, list[Held]]]:
    begin, end = 1 + _WHO, 1 + _WHO + _WHAT
    for _, of_version in groupby(rows, key=itemgetter(begin + 3)):
        held = list(of_version)
        yield What._make(held[0][begin:end]), [Held._make(row[end:]) for row in held if row[end] is not None]


class _Asking:
    """The statement for askers of one standing."""

    def __init__(self, subject: Part, versions: Part, views: Part) -> None:
        resource = _RESOURCE.format(version=_VERSION, versions=versions.sql, views=views.sql, personal=_PERSONAL)
        self.sql = _ALL.format(
            sees_it=_SEES_IT, subject=_SUBJECT.format(sees=_SEES, consumers=subject.sql), resource=resource,
            brownout=_BROWNOUT, grant=_GRANT,
        )  # fmt: skip
        self._visible = [*subject.values, *versions.values, *views.values, *views.values]

    def values(self, asked: list[list[Any]], now: datetime, asker: int) -> list[Any]:
        visible = [asker if isinstance(one, int) and one == A_NUMBER else one for one in self._visible]
        return [*asked, *visible, now, now]


@lru_cache(maxsize=512)
def _compiled(of: Standing) -> _Asking:
    actor = stand_in(of)
    seen = [model.objects.visible_to(actor).order_by().values("pk") for model in (Consumer, Version, FeatureView)]
    return _Asking(*map(part, seen))
