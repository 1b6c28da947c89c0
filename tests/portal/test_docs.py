"""Help: every page is there for everybody who signs in, true to the code, with commands that work as pasted."""

import json
import re
import shlex
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal import docs
from registry.choices import Scope
from registry.models import Usage, Version
from tests.cast import api_as, page_as
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory
from tests.governance.asking import personal

pytestmark = pytest.mark.django_db
FOLDER = settings.BASE_DIR / "docs"


@pytest.fixture
def client(cast: SimpleNamespace) -> Client:
    return page_as(cast.viewer)


def test_help_needs_signing_in() -> None:
    for address in (reverse("portal:docs"), reverse("portal:docs-page", args=["search"])):
        assert Client().get(address).status_code == 302


@pytest.mark.parametrize("slug", docs.PAGES)
def test_every_page_is_there_and_its_links_lead_somewhere(client: Client, slug: str) -> None:
    shown = client.get(reverse("portal:docs-page", args=[slug])).content.decode()
    body = shown.partition("<article")[2].partition("</article>")[0]
    assert shown.count("<h1") == 1
    for link in re.findall(r'href="(/[^"#]*)', body):
        assert client.get(link).status_code == 200, link
    assert ".md" not in "".join(re.findall(r'href="([^"]*)"', body))


def test_no_page_of_help_is_left_out() -> None:
    # What was measured and what is missing are for those who work on Charter, on the README's list.
    assert {path.stem for path in FOLDER.glob("*.md")} - {"performance", "open-ends"} == set(docs.PAGES)


@pytest.mark.parametrize("slug", ["..%2fREADME", "settings", "x" * 300])
def test_there_is_no_other_page(client: Client, slug: str) -> None:
    assert client.get(f"/docs/{slug}/").status_code == 404


def test_commands_name_this_installation(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CHARTER_BASE_URL", "https://charter.example.org")
    docs.page_of.cache_clear()
    shown = client.get(reverse("portal:docs-page", args=["for-services"])).content.decode()
    docs.page_of.cache_clear()
    assert "https://charter.example.org/api/v1/me" in shown
    assert "localhost:8000" not in shown


def test_commands_are_answered_as_pasted(cast: SimpleNamespace) -> None:
    """Each curl of the first two chapters, taken apart as a shell would. Features of the demo are not in a test."""
    text = (FOLDER / "for-services.md").read_text().partition("## 3.")[0]
    commands = re.findall(r"^    (curl .*)$", text, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        words = shlex.split(command)
        address = next(word for word in words if word.startswith("http"))
        data = dict(words[i + 1].split("=", 1) for i, word in enumerate(words) if word.startswith("--data"))
        answer = api_as(cast.viewer).get(address.removeprefix("http://localhost:8000"), data)
        assert answer.status_code == (404 if "flights." in address else 200), command


def test_usage_is_told_as_the_page_says(cast: SimpleNamespace) -> None:
    """The curls of the chapter on usage, in their order, on a registry that has what they name."""
    view = ViewFactory(project=ProjectFactory(name="payments", owner=cast.payments), name="user_stats")
    feature = FeatureFactory(view=view, name="avg_amount_7d")
    Version.objects.create(feature=feature, number=2, dtype="float64", state="active")
    chapter = (FOLDER / "for-services.md").read_text().partition("## 5.")[2].partition("## 6.")[0]
    client = api_as(cast.owner_b, "features:read", "features:write", "metrics:write")
    statuses = []
    for command in re.findall(r"^    (curl .*)$", chapter, re.MULTILINE):
        words = shlex.split(command)
        send = client.put if "PUT" in words else client.post
        body = json.loads(words[words.index("--json") + 1].replace("2026-11-27T15:00:00Z", timezone.now().isoformat()))
        statuses.append(send(words[-1].removeprefix("http://localhost:8000"), body).status_code)
    assert statuses == [201, 200, 200, 200]
    assert Usage.objects.filter(feature=feature).count() == 2


def test_scopes_are_those_there_are() -> None:
    named = set(re.findall(r"`([a-z]+:[a-z]+|admin)`", (FOLDER / "for-services.md").read_text()))
    assert named == set(Scope.values)


def test_search_fields_are_those_there_are() -> None:
    from registry.search.fields import FIELDS

    chapter = (FOLDER / "search.md").read_text().partition("## Fields")[2]
    assert re.findall(r"^\| `([\w-]+)` \|", chapter, re.MULTILINE) == [*FIELDS]


def test_decisions_are_asked_as_the_page_says(cast: SimpleNamespace) -> None:
    """Each curl of the page on authorization, on a registry that has what it names."""
    view = ViewFactory(project=ProjectFactory(name="payments", owner=cast.payments), name="user_stats")
    for name, privacy in (("postcode", "quasi-identifier"), ("avg_amount_7d", "none")):
        personal(view, name, privacy)
    ConsumerFactory(kind="service", name="checkout-api", team=cast.payments)
    client = api_as(cast.owner_a, "authz:evaluate")
    told = []
    for command in re.findall(r"^    (curl .*)$", (FOLDER / "authorization.md").read_text(), re.MULTILINE):
        words = shlex.split(command)
        body = json.loads(words[words.index("--json") + 1])
        answer = client.post(words[-1].removeprefix("http://localhost:8000"), body)
        assert answer.status_code == 200, command
        told.append(answer.json())
    assert told[0]["context"]["reason_code"] == "no_grant"
    assert [one["decision"] for one in told[1]["evaluations"]] == [False, True]
    assert [len(one["results"]) for one in told[2:]] == [0, 1, 2]


def test_reasons_of_decisions_are_those_there_are() -> None:
    """Every code that a no can have is on the page, and no other."""
    folder = settings.BASE_DIR / "governance"
    files = [folder / "authorization" / "judging.py", folder / "queries" / "living.py"]
    said = "".join(path.read_text() for path in files)
    codes = set(re.findall(r'(?:Judged\(False, |Ending\()\s*"(\w+)"', said)) | {
        "no_grant",
        "draft",
        "quarantined",
        "retired",
    }
    page = (FOLDER / "authorization.md").read_text().partition("| `reason_code` |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`[,| ]", page.replace("`subject.properties.project`", ""))) - {"request_url"} == codes
