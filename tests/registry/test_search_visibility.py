"""Search gives nothing away: what one does not see is in no hit, count, facet, suggestion, correction or target."""

import re
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry.models import Feature, Project, Usage, User
from registry.search import SORTS, matching, resolve, search, suggest
from tests.cast import page_as
from tests.factories import ConsumerFactory, EntityFactory, SourceFactory
from tests.registry.search_rows import count_up, feature, view_of

# A word that stands nowhere but in what is hidden.
SECRET = "zyxwv"
TEXTS = (
    "", "amount", SECRET, "zyxw", "zyxvw", f"{SECRET}*", f"-{SECRET}", f"NOT {SECRET} amount", f"amount OR {SECRET}",
    f"{SECRET}_amount", f"entity:{SECRET}", "entity:zyx*", f"tag:{SECRET}", f"project:{SECRET}", "project:zyx*",
    f"view:{SECRET}_view", f"owner:{SECRET}", f"{SECRET}_view:{SECRET}_amount", f"{SECRET}_view__{SECRET}_amount",
    f"{SECRET}.{SECRET}_view.{SECRET}_amount", f"{SECRET}.{SECRET}_view.{SECRET}_amount@1", f"{SECRET}.{SECRET}_view",
    f"feeds:model:{SECRET}", f"model:{SECRET}", f"reads-from:{SECRET}", f"lake.{SECRET}.table", f"{SECRET}.table",
    f"lake.{SECRET}.table.{SECRET}_amount", "status:draft", "is:gone", "used:>0", "missing:owner", "-owner:none",
    f"/f/{SECRET}/{SECRET}_view/{SECRET}_amount/", f"/p/{SECRET}/", f"/v/{SECRET}/{SECRET}_view/",
)  # fmt: skip


@pytest.fixture
def shop(cast: SimpleNamespace) -> SimpleNamespace:
    """One feature for all, one in a restricted project of Risk, and a draft of Risk in a listed project."""
    amount = feature("amount", view=view_of(owner=cast.payments), models_count=1)
    source = SourceFactory(name=f"{SECRET}_source", location=f"lake.{SECRET}.table")
    hidden = view_of(SECRET, f"{SECRET}_view", owner=cast.risk, visibility="restricted", source=source)
    source.project = hidden.project
    source.save()
    facts = {"entity_names": [SECRET], "tags": [SECRET], "description": f"amount {SECRET}", "models_count": 5}
    secret = feature(f"{SECRET}_amount", view=hidden, **facts)
    EntityFactory(project=hidden.project, name=SECRET)
    model = ConsumerFactory(name=SECRET, project=hidden.project)
    for one in (amount, secret):
        Usage.objects.create(consumer=model, feature=one, evidence="declared")
    feature(f"{SECRET}_draft_amount", view=view_of("fraud", owner=cast.risk), state="draft", entity_names=[SECRET])
    feature("gone_amount", view=hidden, gone_at=timezone.now(), tags=[SECRET])
    count_up()
    return cast


def told(actor: object, text: str, **how: object) -> str:
    """Everything that search tells an actor about a text."""
    assert isinstance(actor, User | AnonymousUser)
    page = search(actor, text, with_facets=True, **how)  # type: ignore[arg-type]
    keys = list(matching(actor, text).order_by("key").values_list("key", flat=True))
    return repr([page, keys, resolve(actor, text), suggest(actor, text)])


def forget() -> None:
    """As if what is hidden had never been."""
    Project.objects.filter(name=SECRET).delete()
    Feature.objects.filter(state="draft").delete()
    count_up()


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_hidden_changes_no_answer(shop: SimpleNamespace, text: str) -> None:
    actors = (shop.viewer, shop.owner_a, shop.service)
    said = [told(actor, text) for actor in actors]
    forget()
    assert said == [told(actor, text) for actor in actors]


@pytest.mark.parametrize("text", ["amount", f"{SECRET}*", "zyxvw", f"project:{SECRET}"])
def test_those_who_see_it_find_it(shop: SimpleNamespace, text: str) -> None:
    for actor in (shop.owner_b, shop.auditor, shop.admin, shop.member):
        assert f"{SECRET}_amount" in told(actor, text), text


@pytest.mark.parametrize("sort", SORTS)
def test_totals_do_not_count_what_is_hidden(shop: SimpleNamespace, sort: str) -> None:
    page = search(shop.viewer, "amount", sort=sort, with_facets=True)
    assert (page.total, len(page.hits)) == (1, 1)
    assert {facet.name: sum(option.count for option in facet.options) for facet in page.facets}["status"] == 1


def test_an_anonymous_or_inactive_person_sees_nothing(shop: SimpleNamespace) -> None:
    assert told(shop.owner_b, "amount") != told(shop.viewer, "amount")
    User.objects.filter(pk=shop.owner_b.pk).update(is_active=False)
    left = User.objects.get(pk=shop.owner_b.pk)
    for actor in (AnonymousUser(), left):
        for text in ("amount", "zyxvw", "amount zyxvw", f"{SECRET}*", "owner:@me"):
            assert search(actor, text, with_facets=True).total == 0
        assert search(actor, "", with_facets=True).hits == []
        assert suggest(actor, "amount") == []
        assert resolve(actor, "payments.user_txn_stats.amount") == []


def test_rights_end_with_the_membership(shop: SimpleNamespace) -> None:
    assert f"{SECRET}_amount" in told(shop.owner_b, "amount")
    shop.owner_b.memberships.all().delete()
    assert SECRET not in told(User.objects.get(pk=shop.owner_b.pk), "amount")


def shown(user: User, text: str) -> list[str]:
    """What pages and exports show, but for what differs from one answer to the next."""
    client = page_as(user)
    bodies = [client.get(address, {"q": text}).content.decode() for address in ("/search", "/search/suggest")]
    csv = client.get("/search", {"q": text or "amount", "format": "csv"})
    bodies.append(b"".join(csv.streaming_content).decode())  # type: ignore[attr-defined]
    return [re.sub(r'nonce="[^"]*"|X-CSRFToken": "[^"]*|value="\w{64}"|· [\w <]+ m?s\b', "", body) for body in bodies]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_hidden_changes_no_page(shop: SimpleNamespace, text: str) -> None:
    before = shown(shop.viewer, text)
    forget()
    assert shown(shop.viewer, text) == before


PIECES = st.sampled_from([*TEXTS, "(", ")", " OR ", " -", '"', ":", ">", "*", "[", " TO ", "]", "é", "5%", "2h", "\0"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=60))
@example("\ud800 amount")
@example("a" * 3_000)
@example("owner:" * 200)
@example("amount:" + "x:" * 40)
@example("(" * 400)
@example("sunset:<99999999d created:>9999-12-31 changed:[1d TO 9999999w] reads:>1e99 used:>999999999999")
@example("null:>-5% version:99999999999 used:1e30 PULL-99999999999")
@example("https://[::1 http://localhost/f/%00/x/y/ /f/%2E%2E/a/b/")
def test_no_text_raises_or_leaks(shop: SimpleNamespace, text: str) -> None:
    with transaction.atomic():
        said = told(shop.viewer, text)
        forget()
        assert told(shop.viewer, text) == said
        transaction.set_rollback(True)
