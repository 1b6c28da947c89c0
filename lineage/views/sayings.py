"""Saying what no tool tells, and taking it back."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from lineage.actions.saying import say_flow, say_same, unsay_flow, unsay_same
from lineage.models import Node, SaidEdge
from lineage.saying_forms import COMES_FROM, SAME, SayingForm
from registry.actions.action import allow
from registry.models import User
from registry.views.actor import actor_of
from registry.views.doing import done


@require_http_methods(["GET", "POST"])
def say(request: HttpRequest, node: UUID) -> HttpResponse:
    """`?relation=` and `?other=` fill in what was suggested."""
    actor, found = actor_of(request), _find(request, node)
    allow(actor, "lineage.say_flow", found)
    initial = {name: request.GET[name] for name in ("relation", "other") if name in request.GET}
    form = SayingForm(request.POST or None, actor=actor, initial=initial)
    if request.method == "POST" and form.is_valid() and form.tried(lambda: _said(form, found, actor)) is not None:
        return redirect("lineage:node", node=found.pk)
    context = {"form": form, "node": found}
    return render(request, "lineage/node/say.html", context, status=422 if form.errors else 200)


def _said(form: SayingForm, node: Node, actor: User) -> object:
    said, other = form.cleaned_data, form.cleaned_data["other"]
    if said["relation"] == SAME:
        return say_same(node, actor=actor, other=other, reason=said["reason"])
    source, target = (other, node) if said["relation"] == COMES_FROM else (node, other)
    return say_flow(source, actor=actor, target=target, reason=said["reason"])


@require_POST
def take_back(request: HttpRequest, node: UUID) -> HttpResponse:
    """`said` is an edge that somebody said, `other` a name that somebody said is the same."""
    actor, found = actor_of(request), _find(request, node)

    def work() -> None:
        if request.POST.get("said"):
            said = get_object_or_404(SaidEdge.objects.select_related("source", "target"), pk=request.POST["said"])
            unsay_flow(said.source, actor=actor, said=said)
        else:
            unsay_same(found, actor=actor, other=_find(request, UUID(request.POST.get("other", ""))))

    return done(request, work, "Taken back.", found.get_absolute_url())


def _find(request: HttpRequest, node: UUID) -> Node:
    return get_object_or_404(Node.objects.visible_to(actor_of(request)), pk=node)
