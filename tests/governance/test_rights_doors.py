"""The pages, the API and the command line of rights in stores: the same answers and the same refusals."""

from types import SimpleNamespace

import pytest

from governance.actions.enforcing import enforce
from governance.actions.granting import revoke_grant
from governance.actions.verifying import verify
from governance.models import Enforcement, Grant, StoreAccount, StoreRight
from tests.cast import api_as, page_as
from tests.governance.asking import ask, decide
from tests.governance.guarding import approved, make_guarded, switched_on
from tests.stores import Stores

pytestmark = pytest.mark.django_db
RIGHTS = "/connectors/shop/rights/"


def text_of(person: object, path: str) -> str:
    response = page_as(person).get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_store_is_set_up_on_its_page(guarded: SimpleNamespace) -> None:
    adam, alice = page_as(guarded.cast.admin), page_as(guarded.cast.owner_a)
    said = {"offline-login": "granter", "offline-password": "not-for-logs", "offline-schemas": "features"}
    assert adam.post(f"{RIGHTS}offline/login", said).status_code == 302
    assert b"not-for-logs" not in bytes(Enforcement.objects.get().sealed)
    assert "not-for-logs" not in text_of(guarded.cast.admin, RIGHTS)
    account = {"place": "offline", "consumer": "model:fraud-ranker", "name": "svc_ranker"}
    assert alice.post(f"{RIGHTS}account", account).status_code == 302
    assert "On 1 of 1 tables." in alice.post(f"{RIGHTS}offline/test").content.decode()
    assert alice.post(f"{RIGHTS}offline/switch", {"is_on": "true"}).status_code == 302
    text = text_of(guarded.cast.owner_a, RIGHTS)
    for part in ("Kept by Charter", "svc_ranker", "model:fraud-ranker", "Grants as <code>granter</code>"):
        assert part in text
    number = StoreAccount.objects.get().pk
    assert alice.post(f"{RIGHTS}accounts/{number}/remove").status_code == 302
    assert not StoreAccount.objects.exists()


def test_what_is_refused_is_said_at_its_field(guarded: SimpleNamespace) -> None:
    alice = page_as(guarded.cast.owner_a)
    said = {"place": "offline", "consumer": "model:fraud-ranker", "name": "public"}
    refused = alice.post(f"{RIGHTS}account", said)
    assert (refused.status_code, b"means something else to stores" in refused.content) == (422, True)
    refused = alice.post(f"{RIGHTS}account", said | {"name": "svc", "consumer": "model:nobody"})
    assert (refused.status_code, b"There is no such consumer" in refused.content) == (422, True)
    answer = alice.post(f"{RIGHTS}offline/switch", {"is_on": "true"}, follow=True)
    assert b"An administrator says first" in answer.content
    assert not Enforcement.objects.filter(is_on=True).exists()


@pytest.mark.parametrize("who", ["viewer", "owner_b", "service"])
def test_who_sees_no_rights(guarded: SimpleNamespace, who: str) -> None:
    person = getattr(guarded.cast, who)
    assert page_as(person).get(RIGHTS).status_code == 403
    assert page_as(person).get(f"{RIGHTS}panel").content.strip() == b""
    for path in ("accounts", "guarded-stores"):
        assert api_as(person).get(f"/api/v1/connections/shop/{path}").status_code == 403


@pytest.mark.parametrize("who", ["auditor", "member", "owner_b"])
def test_who_changes_nothing(guarded: SimpleNamespace, who: str) -> None:
    person = getattr(guarded.cast, who)
    said = {"place": "offline", "consumer": "model:fraud-ranker", "name": "svc_ranker"}
    for path in ("account", "offline/switch", "offline/login", "offline/test"):
        assert page_as(person).post(RIGHTS + path, said).status_code == 403
    sent = {"store": "offline", "reader": "model:fraud-ranker", "account": "svc_ranker"}
    assert api_as(person).post("/api/v1/connections/shop/accounts", sent, format="json").status_code == 403
    stores = "/api/v1/connections/shop/guarded-stores/offline"
    assert api_as(person).patch(stores, {"is_on": True}, format="json").status_code == 403


def test_the_owner_does_not_say_as_whom_charter_grants(guarded: SimpleNamespace) -> None:
    alice = guarded.cast.owner_a
    assert page_as(alice).post(f"{RIGHTS}offline/login", {"offline-login": "x"}).status_code == 403
    sent = {"login": "x", "password": "${env:CHARTER_STORE_OTHER}"}
    path = "/api/v1/connections/shop/guarded-stores/offline"
    assert api_as(alice).patch(path, sent, format="json").status_code == 403


def test_the_same_by_machine(guarded: SimpleNamespace) -> None:
    adam, alice = api_as(guarded.cast.admin), api_as(guarded.cast.owner_a)
    path = "/api/v1/connections/shop/guarded-stores"
    sent = {"login": "granter", "password": "not-for-logs", "schemas": ["features"]}
    answer = adam.patch(f"{path}/offline", sent, format="json")
    assert (answer.status_code, answer.json()["login"], "not-for-logs" in answer.content.decode()) == (
        200,
        "granter",
        False,
    )
    said = {"store": "offline", "reader": "model:fraud-ranker", "account": "svc_ranker"}
    made = alice.post("/api/v1/connections/shop/accounts", said, format="json")
    assert (made.status_code, made.json()["account"]) == (201, "svc_ranker")
    assert alice.patch(f"{path}/offline", {"is_on": True}, format="json").json()["is_on"] is True
    assert alice.get("/api/v1/connections/shop/accounts").json()["data"] == [made.json()]
    for account in ("public", 'x"; --', "a b"):
        refused = alice.post("/api/v1/connections/shop/accounts", said | {"account": account}, format="json")
        assert refused.status_code in (400, 422)
    assert alice.delete(f"/api/v1/connections/shop/accounts/{made.json()['id']}").status_code == 204


def test_reviewers_see_what_approving_does(guarded: SimpleNamespace) -> None:
    request = ask(guarded, guarded.postcode)
    assert "would need 1 PostgreSQL column grant" in text_of(guarded.cast.member, request.get_absolute_url())
    switched_on(guarded)
    said = "Approving creates 1 PostgreSQL column grant in Shop, offline store"
    assert said in text_of(guarded.cast.member, request.get_absolute_url())
    StoreAccount.objects.all().delete()
    assert "Nobody has said who model:fraud-ranker is there" in text_of(guarded.cast.member, request.get_absolute_url())


def test_a_grants_page_says_how_stores_stand(guarded: SimpleNamespace) -> None:
    switched_on(guarded)
    approved(guarded, guarded.email)
    grant = Grant.objects.get()
    assert "It is being set up." in text_of(guarded.cast.owner_b, grant.get_absolute_url())
    enforce(guarded.connection)
    assert "column features.users.email" in text_of(guarded.cast.owner_b, grant.get_absolute_url())
    guarded.stores.run(
        "GRANT USAGE ON SCHEMA features TO PUBLIC; GRANT SELECT ON features.users TO PUBLIC", role="granter"
    )
    revoke_grant(grant, actor=guarded.cast.member, reason="Nobody needs it any longer.")
    enforce(guarded.connection)
    assert "It has ended, and a store still lets it be read." in text_of(guarded.cast.owner_b, grant.get_absolute_url())
    text = text_of(guarded.cast.member, "/grants/verify/")
    assert "What stores refuse" in text
    assert "through PUBLIC" in text
    assert "What stores refuse" not in text_of(guarded.cast.owner_b, "/grants/verify/")


def test_a_store_that_is_not_kept_has_a_script(guarded: SimpleNamespace) -> None:
    switched_on(guarded)
    Enforcement.objects.update(is_on=False)
    approved(guarded, guarded.postcode)
    line = (
        "GRANT SELECT (&quot;postcode&quot;) ON TABLE &quot;features&quot;.&quot;users&quot; TO &quot;svc_ranker&quot;;"
    )
    assert line in text_of(guarded.cast.owner_a, RIGHTS)
    assert line in text_of(guarded.cast.owner_a, Grant.objects.get().get_absolute_url())
    assert line not in text_of(guarded.cast.owner_b, Grant.objects.get().get_absolute_url())
    assert not StoreRight.objects.exists()


def test_findings_as_page_csv_and_json(guarded: SimpleNamespace) -> None:
    guarded.stores.run(
        "GRANT USAGE ON SCHEMA features TO svc_other; GRANT SELECT (email) ON features.users TO svc_other"
    )
    verify(guarded.connection)
    text = text_of(guarded.cast.auditor, "/grants/verify/")
    assert "svc_other" in text
    assert "It has a right" in text or "Has a right on the column" in text
    lines = page_as(guarded.cast.auditor).get("/grants/verify/?format=csv")
    assert b"extra,shop,offline,svc_other,pay.users.email" in b"".join(lines)
    (found,) = api_as(guarded.cast.auditor).get("/api/v1/grants/verify?kind=extra").json()["data"]
    assert (found["account"], found["feature"], found["grant"]) == ("svc_other", "pay.users.email", None)
    assert api_as(guarded.cast.owner_b).get("/api/v1/grants/verify").json()["data"] == []
    assert "svc_other" not in text_of(guarded.cast.owner_b, "/grants/verify/")
    for of in ("unknown", "nature", "own"):
        text_of(guarded.cast.auditor, f"/grants/verify/?of={of}")
    assert page_as(guarded.cast.auditor).get("/grants/verify/?of=odd").status_code == 404


def test_redis_is_said_in_its_own_words(asking: SimpleNamespace, stores: Stores) -> None:
    online = make_guarded(asking, stores, is_online=True)
    for version in (online.email, online.health, online.amount):
        version.feature.privacy_class = "none"
        version.feature.save()
    switched_on(online)
    switched_on(online, "online")
    request = ask(online, online.postcode, setting="online")
    text = text_of(online.cast.member, request.get_absolute_url())
    assert "Approving creates 1 Redis ACL rule in Shop, online store" in text
    assert "Approving creates 1 PostgreSQL column grant in Shop, offline store" in text
    Enforcement.objects.update(is_on=False)
    for one in (online.cast.owner_a, online.cast.member):
        decide(request, one)
    assert "ACL SETUSER svc_ranker &quot;(-@all +hget +hmget +hgetall %R~" in text_of(online.cast.owner_a, RIGHTS)
