"""What the registry tells of access without knowing of it: releases, retirement, search, the button of a feature."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.actions.granting import revoke_grant
from governance.actions.policies import next_version
from governance.models import Grant
from governance.queries.dry_run import dry_run
from governance.queries.living import why_not_now
from registry.models import Consumer, Version
from registry.queries.retirement import blockers_of
from registry.search.searching import search
from tests.cast import api_as, page_as
from tests.governance.asking import ask, decide, in_days

pytestmark = pytest.mark.django_db
CHECK = "/api/v1/features/check"


def grant_of(asking: SimpleNamespace, version: Any = None, **said: Any) -> Grant:
    request = ask(asking, version or asking.postcode, **said)
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    return Grant.objects.get(item__request=request)


def checked(user: Any, **said: Any) -> dict[str, list[str]]:
    """By reference, the codes; what was never measured is left out."""
    body = {"consumer": "model:fraud-ranker"} | said
    told = api_as(user, "features:read").post(CHECK, body, format="json").json()
    return {
        one["reference"]: [each["code"] for each in one["reasons"] if each["code"] != "unmeasured"]
        for one in told["data"]
    }


def test_a_release_is_told_until_when_it_has_access(asking: SimpleNamespace) -> None:
    bob, postcode, email = asking.cast.owner_b, str(asking.postcode), str(asking.email)
    both = [postcode, email]
    assert checked(bob, features=both) == {postcode: ["no_grant"], email: ["no_grant"]}
    grant = grant_of(asking)
    ask(asking, asking.email)
    assert checked(bob, features=both) == {postcode: ["access"], email: ["access_pending"]}
    assert checked(bob) == {postcode: ["access"]}  # what it is known to read: the grant is evidence
    assert checked(bob, purpose="marketing") == {postcode: ["no_grant"]}
    assert checked(bob, environment="prod") == {postcode: ["access"]}
    assert checked(asking.cast.viewer, features=both) == {postcode: [], email: []}  # who may not know is told nothing
    assert checked(asking.cast.auditor, features=both)[postcode] == ["access"]
    Version.objects.filter(pk=asking.postcode.pk).update(purposes=["billing"])
    assert checked(bob, features=[postcode]) == {postcode: ["no_grant"]}
    revoke_grant(grant, actor=asking.cast.member, reason="Nobody needs it any longer.")
    assert checked(bob) == {}


def test_a_release_is_warned_before_access_ends(asking: SimpleNamespace) -> None:
    grant_of(asking, days=10)
    assert checked(asking.cast.owner_b) == {str(asking.postcode): ["access_expiring"]}


def test_nobody_needs_access_to_what_is_not_personal(asking: SimpleNamespace) -> None:
    Version.objects.filter(pk=asking.postcode.pk).update(privacy_class="none")
    assert checked(asking.cast.owner_b, features=[str(asking.postcode)]) == {str(asking.postcode): []}


def test_a_grant_keeps_a_version_from_retiring(asking: SimpleNamespace) -> None:
    version = Version.objects.select_related("feature").get(pk=asking.postcode.pk)
    grant = grant_of(asking)
    own = ask(asking, asking.postcode, actor=asking.cast.viewer, consumer=None)
    decide(own, asking.cast.owner_a)
    decide(own, asking.cast.member)
    said = [one.detail for one in blockers_of(version, asking.cast.owner_a) if one.code in ("grant", "reader")]
    assert said == [
        f"{grant}: model:fraud-ranker may read it for fraud until {grant.ends_at:%Y-%m-%d}.",
        f"GR-{Grant.objects.get(item__request=own).pk}: person:vera may read it for fraud until "
        f"{grant.ends_at:%Y-%m-%d}.",
    ]  # fmt: skip
    seen = [one.detail for one in blockers_of(version, asking.cast.owner_b) if one.code == "grant"]
    assert seen == [said[0], "1 grants that you do not see let others read it."]
    revoke_grant(grant, actor=asking.cast.member, reason="Nobody needs it any longer.")
    assert [one.code for one in blockers_of(version, None) if one.code in ("grant", "reader")] == ["grant"]


def found(user: Any, text: str) -> set[str]:
    return {one.name for one in search(user, text).hits}


def test_search_knows_how_one_stands(asking: SimpleNamespace) -> None:
    bob, names = asking.cast.owner_b, {"amount", "postcode", "email", "health"}
    assert found(bob, "access:none") == names
    grant_of(asking)
    ask(asking, asking.email)
    assert found(bob, "access:mine") == {"postcode"}
    assert found(bob, "access:pending") == {"email"}
    assert found(bob, "access:none") == {"amount", "health"}
    assert found(bob, "access:expiring") == set()
    assert found(asking.bella, "access:mine") == {"postcode"}  # of the same team
    assert found(asking.cast.viewer, "access:none") == names
    Grant.objects.update(ends_at=timezone.now() + timedelta(days=3))
    assert found(bob, "access:expiring") == {"postcode"}


def test_the_button_of_a_feature_says_what_comes_next(asking: SimpleNamespace) -> None:
    path = f"{asking.postcode.feature.get_absolute_url()}access/button"
    bob = page_as(asking.cast.owner_b)
    page = bob.get(asking.postcode.feature.get_absolute_url()).content.decode()
    assert f'hx-get="{path}?v=1"' in page
    assert "Request access</a>" in bob.get(path).content.decode()
    request = ask(asking, asking.postcode)
    assert "Requested, due" in bob.get(path).content.decode()
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    text = bob.get(path).content.decode()
    assert "Your access until" in text
    assert "Use this feature" in text
    assert "Request access" not in page_as(asking.cast.auditor).get(path).content.decode()
    assert bob.get(f"{path}?v=9").status_code == 404


CHANGES = [
    (Version, {"state": "quarantined"}), (Version, {"privacy_class": "direct-identifier"}), (Version, {"purposes": []}),
    (Consumer, {"gone_at": timezone.now()}), (Consumer, {"team": None}),
]  # fmt: skip


def test_the_database_and_the_sentence_agree_on_what_holds(asking: SimpleNamespace) -> None:
    grant = grant_of(asking)
    holds = lambda: api_as(asking.cast.auditor, "access:request").get(f"/api/v1/grants/{grant}").json()["holds"]  # noqa: E731
    why = lambda: why_not_now(Grant.objects.with_names().get(pk=grant.pk))  # noqa: E731
    assert (holds(), why()) == (True, "")
    rows = {Version: asking.postcode.pk, Consumer: asking.model.pk}
    for model, changed in CHANGES:
        row = model.objects.filter(pk=rows[model])
        before = row.values(*changed).get()
        row.update(**changed)
        assert (holds(), bool(why())) == (False, True), changed
        row.update(**before)
    asking.fraud.review_on = in_days(-1)
    asking.fraud.save()
    assert (holds(), bool(why())) == (False, True)


def test_a_policy_is_tried_on_what_was_asked(asking: SimpleNamespace) -> None:
    grant_of(asking, days=120)
    ask(asking, asking.email, days=30)
    mia, path = api_as(asking.cast.member, "access:decide"), "/api/v1/policies/access/quasi-identifier/dry-run"
    same = mia.post(path, {}, format="json").json()
    assert (same["looked_at"], same["altered"], same["data"]) == (2, 0, [])
    terms = {"committee_votes": 2, "most_days": 90, "conditions": ["No export."]}
    told = mia.post(path, terms, format="json").json()
    assert (told["altered"], [one["code"] for one in told["data"][0]["effects"]]) == (
        1,
        ["committee", "days", "conditions"],
    )
    assert told["data"][0]["feature"] == str(asking.postcode)
    # A more particular one decides before it: for online reads nothing was asked yet.
    assert mia.post(path.replace("/dry", ".online/dry"), {"most_days": 5}, format="json").json()["altered"] == 0
    assert mia.post(path.replace("/dry", ".offline/dry"), {"most_days": 5}, format="json").json()["altered"] == 1
    assert mia.post(path, {"most_days": 0}, format="json").status_code == 422
    assert mia.post(path.replace("quasi-identifier", "none"), {"most_days": 5}, format="json").status_code == 422
    assert Grant.objects.active().count() == 1


def test_a_dry_run_asks_few_questions(asking: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    for version in (asking.postcode, asking.email, asking.health):
        ask(asking, version)
    changed = next_version("quasi-identifier", "", "", {"committee_votes": 4})
    with django_assert_max_num_queries(3):
        assert len(dry_run(changed).altered) == 1


def test_policies_through_the_api(asking: SimpleNamespace) -> None:
    mia, path = api_as(asking.cast.member, "access:decide"), "/api/v1/policies/access/quasi-identifier"
    read = mia.get(path)
    body = {"committee_votes": 2, "reason": "Two of us look at it."}
    assert mia.put(path, body, format="json").status_code == 428
    made = mia.put(path, body, format="json", headers={"If-Match": read["ETag"]})
    assert (made.status_code, made.json()["state"], made.json()["terms"]["most_days"]) == (202, "open", 180)
    chair = api_as(asking.cast.chair, "access:decide")
    assert chair.post(f"{made['Location']}/agree").json()["number"] == 2
    assert mia.put(path, body, format="json", headers={"If-Match": read["ETag"]}).status_code == 412
    first = mia.put(f"{path}.online.prod", {"most_days": 30, "owner_votes": 1, "reason": "Only for a month."},
                    format="json", headers={"If-Match": "*"})  # fmt: skip
    assert (first.status_code, first.json()["policy"]) == (202, "quasi-identifier.online.prod")
    assert chair.post(f"{first['Location']}/agree").status_code == 200
    listed = mia.get("/api/v1/policies?privacy_class=quasi-identifier").json()["data"]
    assert {(one["name"], one["number"]) for one in listed} == {
        ("quasi-identifier", 2),
        ("quasi-identifier.online.prod", 1),
    }
    assert mia.get("/api/v1/policies?as_of=2020-01-01").json()["data"] == []
    assert mia.get("/api/v1/policies?as_of=soon").status_code == 400
    ended = mia.delete(f"{path}.online.prod?reason=It+is+not+needed.")
    assert (ended.status_code, mia.get(f"{path}.online.prod").status_code) == (202, 200)
    assert chair.post(f"{ended['Location']}/agree").json()["is_end"]
    assert mia.get(f"{path}.online.prod").status_code == 404


def test_who_could_read_what_on_a_day(asking: SimpleNamespace) -> None:
    grant = grant_of(asking)
    anna, today = api_as(asking.cast.auditor, "access:request"), timezone.now().date()
    for query, count in (
        (f"as_of={today}", 1), (f"as_of={today - timedelta(days=2)}", 0), (f"as_of={today + timedelta(days=89)}", 1),
        ("state=active", 1), ("state=revoked", 0), (f"feature={asking.postcode}", 1), ("feature=pay.users.postcode", 1),
        (f"feature={asking.email}", 0), ("subject=model:fraud-ranker", 1), ("subject=person:bob", 0),
        ("mine=true", 0), ("mine=false", 1), ("purpose=fraud", 1),
    ):  # fmt: skip
        assert len(anna.get(f"/api/v1/grants?{query}").json()["data"]) == count, query
    assert len(api_as(asking.bella, "access:request").get("/api/v1/grants?mine=true").json()["data"]) == 1
    assert anna.get("/api/v1/grants?as_of=2026-13-01").status_code == 400
    assert str(grant) in anna.get("/api/v1/grants?format=csv").getvalue().decode()


def test_lists_are_few_questions(asking: SimpleNamespace) -> None:
    grant_of(asking)
    ask(asking, asking.email, asking.health)
    anna, counts = api_as(asking.cast.auditor, "access:request"), []
    for path in ("access-requests", "access-requests?expand=items,decisions,comments", "grants"):
        anna.get(f"/api/v1/{path}")
        with CaptureQueriesContext(connection) as asked:
            assert anna.get(f"/api/v1/{path}").status_code == 200
        counts.append(len(asked))
    assert max(counts) <= 4
