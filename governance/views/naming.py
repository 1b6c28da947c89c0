"""Naming rules, words, waivers, and names that several teams use."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.actions.naming import (
    change_naming_rule,
    create_naming_rule,
    decide_name,
    remove_name_word,
    remove_naming_rule,
    say,
    set_name_word,
    waive_name,
)
from governance.models import NameDecision, NameWaiver, NameWord, NamingRule, PolicyProposal
from governance.naming_forms import (
    ChangeRuleForm,
    NewRuleForm,
    RuleForm,
    WaiverForm,
    WordForm,
    projects_ruled_by,
    rules_all,
)
from governance.queries.naming import offenders, open_conflicts, place_of
from governance.queries.policies import current_policies
from registry.actions.action import allow
from registry.models import User
from registry.references import public_number
from registry.views.actor import actor_of
from registry.views.doing import done

SHOWN = 50
TABS = (
    ("", "Naming rules"), ("words", "Words"), ("exceptions", "Exceptions"), ("shared", "Names of several teams"),
    ("access", "Access"), ("purposes", "Purposes"),
)  # fmt: skip


def tabs_of(of: str) -> list[dict[str, object]]:
    """The tabs of all that is laid down. Purposes have a page of their own."""
    here, purposes = reverse("governance:policies"), reverse("governance:purposes")
    urls = {"": here, "purposes": purposes}
    return [{"label": label, "url": urls.get(name, f"{here}?of={name}"), "current": name == of} for name, label in TABS]


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """`/policies/`, with `?of=words`, `exceptions`, `shared` or `access`."""
    of = request.GET.get("of", "")
    if of == "purposes":
        return redirect("governance:purposes")
    if of not in dict(TABS):
        raise Http404
    return _listing(request, of)


def _listing(request: HttpRequest, of: str, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    shown = {"": _rules, "words": _words, "exceptions": _exceptions, "shared": _shared, "access": _access}[of](
        request, actor
    )
    context = {
        "of": of, "may_rule": projects_ruled_by(actor).exists() or rules_all(actor),
        "tabs": tabs_of(of), **shown, **forms,
    }  # fmt: skip
    is_wrong = any(form.errors for form in forms.values())
    return render(request, "governance/naming/list.html", context, status=422 if is_wrong else 200)


def _rules(request: HttpRequest, actor: User) -> dict[str, Any]:
    return {"rules": NamingRule.objects.visible_to(actor).select_related("project")}


def _words(request: HttpRequest, actor: User) -> dict[str, Any]:
    words = NameWord.objects.visible_to(actor).select_related("project")
    return {
        "words": [(one, actor.has_perm("governance.change_naming_rule", one)) for one in words],
        "form": WordForm(projects=projects_ruled_by(actor), may_all=rules_all(actor)),
    }  # fmt: skip


def _exceptions(request: HttpRequest, actor: User) -> dict[str, Any]:
    asked = {name: request.GET[name] for name in ("kind", "key") if name in request.GET}
    waivers = NameWaiver.objects.visible_to(actor).in_force().select_related("project", "given_by")
    return {"waivers": waivers, "form": WaiverForm(initial=asked)}


def _shared(request: HttpRequest, actor: User) -> dict[str, Any]:
    found, after = open_conflicts(actor, after=request.GET.get("after", ""), limit=SHOWN)
    return {"conflicts": found, "after": after, "may_decide": actor.has_perm("governance.decide_name", None)}


def _access(request: HttpRequest, actor: User) -> dict[str, Any]:
    return {
        "policies": current_policies(), "may_change": actor.has_perm("governance.propose_policy", None),
        "proposals": PolicyProposal.objects.visible_to(actor).open().with_people(),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new rule. With the button that tries it, nothing is saved and what breaks it is shown."""
    actor = actor_of(request)
    projects, may_all = projects_ruled_by(actor), rules_all(actor)
    if not (may_all or projects.exists()):
        raise PermissionDenied("Rules are made by who answers for a project, and by the committee.")
    form = NewRuleForm(request.POST or None, projects=projects, may_all=may_all)
    found = None
    if request.method == "POST" and form.is_valid():
        project, kind = form.cleaned_data["project"], form.cleaned_data["kind"]
        if "try" in request.POST:
            found = _tried(form, NamingRule(project=project, kind=kind), actor)
        else:
            made = form.tried(lambda: create_naming_rule(project, actor=actor, kind=kind, **form.arguments()))
            if made is not None:
                return redirect(made)
    context = {"form": form, "found": found, "shown": SHOWN}
    return render(request, "governance/naming/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, reference: str) -> HttpResponse:
    """One rule, what breaks it, and for those who may, its form."""
    held, actor = _find(request, reference), actor_of(request)
    may_change = actor.has_perm("governance.change_naming_rule", held)
    form = ChangeRuleForm(request.POST or None, initial=RuleForm.of(held)) if may_change else None
    if request.method == "POST":
        allow(actor, "governance.change_naming_rule", held)
        assert form is not None  # noqa: S101  who may not is refused
        if form.is_valid() and "try" not in request.POST:
            reason = form.cleaned_data["reason"]
            form.tried(lambda: change_naming_rule(held, actor=actor, reason=reason, **form.arguments()))
            if not form.errors:
                return redirect(held)
    tried = form is not None and form.is_bound and "try" in request.POST and form.is_valid()
    found = _tried(form, held, actor) if tried and form is not None else offenders(held, actor, limit=SHOWN)
    context = {"rule": held, "form": form, "found": found, "tried": tried, "shown": SHOWN}
    status = 422 if form is not None and form.errors else 200
    return render(request, "governance/naming/rule.html", context, status=status)


def _tried(form: RuleForm, rule: NamingRule, actor: User) -> tuple[Sequence[Any], int, int] | None:
    """What would break the rule as the form has it; None where it is no rule."""
    try:
        say(rule, {name: value for name, value in form.arguments().items() if name != "is_on"})
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None
    return offenders(rule, actor, limit=SHOWN)


@require_POST
def remove(request: HttpRequest, reference: str) -> HttpResponse:
    held = _find(request, reference)
    said = f"{held} is gone. Names are what they are."
    return done(request, lambda: remove_naming_rule(held, actor=actor_of(request)), said, "governance:policies")


@require_POST
def add_word(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = WordForm(request.POST, projects=projects_ruled_by(actor), may_all=rules_all(actor))
    if form.is_valid():
        said = dict(form.cleaned_data)
        project = said.pop("project")
        if form.tried(lambda: set_name_word(project, actor=actor, **said)) is not None:
            return redirect("/policies/?of=words")
    return _listing(request, "words", form=form)


@require_POST
def remove_word(request: HttpRequest, number: int) -> HttpResponse:
    word = get_object_or_404(NameWord.objects.visible_to(actor_of(request)).select_related("project"), pk=number)
    then = "/policies/?of=words"
    return done(request, lambda: remove_name_word(word, actor=actor_of(request)), f"{word.word} may be used.", then)


@require_POST
def waive(request: HttpRequest) -> HttpResponse:
    """Let one name be."""
    actor, form = actor_of(request), WaiverForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        project = place_of(said["kind"], said["key"], actor)
        if project is None:
            form.add_error("key", "You see no place for such a name. Write project.view.feature, or project.view.")
        elif form.tried(lambda: waive_name(project, actor=actor, **said)) is not None:
            return redirect("/policies/?of=exceptions")
    return _listing(request, "exceptions", form=form)


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """The committee lets several teams use a name."""
    actor, name = actor_of(request), request.POST.get("name", "")
    allow(actor, "governance.decide_name", None)
    found = [one for one in open_conflicts(actor, limit=10_000)[0] if one.name == name]
    if not found:
        raise Http404(f"Nobody waits for a decision about {name}.")
    reason = request.POST.get("reason", "")
    then = "/policies/?of=shared"
    said = f"{name} stays with all of them."
    decision = NameDecision.objects.filter(name=name).first() or NameDecision(name=name)
    return done(
        request, lambda: decide_name(decision, actor=actor, teams=found[0].teams, reason=reason), said, then
    )  # fmt: skip


def _find(request: HttpRequest, reference: str) -> NamingRule:
    rows = NamingRule.objects.visible_to(actor_of(request)).select_related("project", "created_by")
    return get_object_or_404(rows, pk=public_number(reference, "NR"))
