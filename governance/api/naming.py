"""Naming rules for machines: made, changed, and asked about names."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.fields import Selection
from common.problems import Invalid, NotFound
from governance.actions.naming import (
    change_naming_rule,
    create_naming_rule,
    remove_name_word,
    remove_naming_rule,
    set_name_word,
    waive_name,
)
from governance.models import NameWaiver, NameWaiverQuerySet, NameWord, NamingRule
from governance.queries.naming import place_of
from governance.serializers.naming import (
    CheckedNamesSerializer,
    EditNamingRuleSerializer,
    NamesSerializer,
    NameWaiverSerializer,
    NameWordSerializer,
    NamingRuleSerializer,
    NewNameWaiverSerializer,
    NewNameWordSerializer,
    NewNamingRuleSerializer,
)
from registry.actions.action import allow
from registry.api.edits import visible_project
from registry.api.endpoints import Endpoint
from registry.api.lists import ListEndpoint
from registry.api.objects import ObjectEndpoint
from registry.api.writes import write
from registry.choices import Scope
from registry.models import Actor, Project, User
from registry.naming import Names
from registry.references import public_number

READ_WRITE = {"GET": Scope.FEATURES_READ, "POST": Scope.FEATURES_WRITE}


def _project(actor: User, sent: dict[str, Any]) -> Project | None:
    """The project that a body names; None is all of them."""
    name = sent.pop("project", None)
    return visible_project(actor, name) if name else None


class NamingRuleListView(ListEndpoint):
    """Naming rules of all projects, and of those you see."""

    serializer_class = NamingRuleSerializer
    required_scopes = READ_WRITE
    sorts = {"id": ("id",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[NamingRule]:
        return NamingRule.objects.visible_to(actor)

    @write
    @extend_schema(request=NewNamingRuleSerializer, responses={201: NamingRuleSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Make a rule. It must let its right examples pass, and its wrong ones not."""
        sent = self.sent(NewNamingRuleSerializer)
        made = create_naming_rule(_project(self.actor, sent), actor=self.actor, **sent)
        view = NamingRuleView(request=request)
        response = view.answer_shown(view.show(number=made.pk, selection=Selection()), status=201)
        response["Location"] = reverse("api:naming-rule", args=[made.public_id])
        return response


class NamingRuleView(ObjectEndpoint):
    """One naming rule."""

    serializer_class = NamingRuleSerializer
    required_scopes = {"GET": Scope.FEATURES_READ, "PATCH": Scope.FEATURES_WRITE, "DELETE": Scope.FEATURES_WRITE}
    lookup = {"number": "pk"}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[NamingRule]:
        return NamingRule.objects.visible_to(actor)

    def get(self, request: Request, reference: str) -> HttpResponse:
        return super().get(request, number=public_number(reference, "NR"))

    @write
    @extend_schema(request=EditNamingRuleSerializer)
    def patch(self, request: Request, reference: str) -> HttpResponse:
        """Change it, or switch it off."""
        rule = self.find(number=public_number(reference, "NR"))
        allow(self.actor, "governance.change_naming_rule", rule)
        change_naming_rule(rule, actor=self.actor, **self.sent(EditNamingRuleSerializer))
        return self.answer_shown(self.show(number=rule.pk, selection=Selection()))

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, reference: str) -> HttpResponse:
        """Names are what they are; new ones follow it no more."""
        remove_naming_rule(self.find(number=public_number(reference, "NR")), actor=self.actor)
        return HttpResponse(status=204)


class NameWordListView(ListEndpoint):
    """Words that names may not use."""

    serializer_class = NameWordSerializer
    required_scopes = READ_WRITE
    sorts = {"id": ("id",)}

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[NameWord]:
        return NameWord.objects.visible_to(actor)

    @write
    @extend_schema(request=NewNameWordSerializer, responses={201: NameWordSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Say what to write instead of a word. Said again, it replaces what was said."""
        sent = self.sent(NewNameWordSerializer)
        made = set_name_word(_project(self.actor, sent), actor=self.actor, **sent)
        shown = {"id": made.pk, "project": made.project and made.project.name, "word": made.word}
        return self.answer(shown | {"instead": made.instead}, status=201)


class NameWordView(Endpoint):
    """One word."""

    required_scopes = {"DELETE": Scope.FEATURES_WRITE}

    @write
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, number: int) -> HttpResponse:
        """Names may use it again."""
        word = NameWord.objects.visible_to(self.actor).filter(pk=number).first()
        if word is None:
            raise NotFound
        remove_name_word(word, actor=self.actor)
        return HttpResponse(status=204)


class NameWaiverListView(ListEndpoint):
    """Names that need not follow the rules now."""

    serializer_class = NameWaiverSerializer
    required_scopes = READ_WRITE
    sorts = {"id": ("id",)}

    @classmethod
    def visible(cls, actor: Actor) -> NameWaiverQuerySet:
        return NameWaiver.objects.visible_to(actor).in_force()

    @write
    @extend_schema(request=NewNameWaiverSerializer, responses={201: NameWaiverSerializer})
    def post(self, request: Request) -> HttpResponse:
        """Let one name be until a day. Said again, it moves the day."""
        sent = self.sent(NewNameWaiverSerializer)
        project = place_of(sent["kind"], sent["key"], self.actor)
        if project is None:
            detail = "You see no place for such a name. Write project.view.feature, project.view or project.entity."
            raise Invalid(detail, errors=[{"pointer": "/key", "code": "unknown", "detail": detail}])
        made = waive_name(project, actor=self.actor, **sent)
        shown = {"project": project.name, "given_by": self.actor.username, "given_at": made.given_at}
        return self.answer(sent | shown, status=201)


class NamesCheckView(Endpoint):
    """May features, views or entities of a project be called so? Asks, and changes nothing."""

    required_scopes = {"POST": Scope.FEATURES_READ}

    @extend_schema(request=NamesSerializer, responses=CheckedNamesSerializer)
    def post(self, request: Request) -> HttpResponse:
        sent = self.sent(NamesSerializer)
        names = Names(visible_project(self.actor, sent["project"]))
        data = [_checked(names, sent["kind"], name) for name in sent["names"]]
        return self.answer({"ok": all(one["ok"] for one in data), "data": data})


def _checked(names: Names, kind: str, name: str) -> dict[str, Any]:
    faults = names.faults(kind, name, "")
    told = [{"rule": one.code, "detail": one.said, "is_advice": one.is_advice} for one in faults]
    return {"name": name, "ok": all(one.is_advice for one in faults), "faults": told}
