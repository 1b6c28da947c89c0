"""Under every list: the same as CSV, and the same as API call. Both must answer."""

import re
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest

from registry.models import Usage
from tests.cast import page_as
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, SourceFactory, ViewFactory
from tests.measured import measure

_LINK = re.compile(r'<a href="([^"]*)"( download)?>(CSV|This page as API call)</a>')
PROJECT = "odd project/&?"
PAGES = (
    "feature", "feature versions/", "feature activity/", "feature health/", "view", "view ?after=x", "project",
    "source", "consumer", "/teams/", "/teams/payments/", "/p/", "/health/",
)  # fmt: skip


@pytest.fixture
def addresses(cast: SimpleNamespace) -> dict[str, str]:
    project = ProjectFactory(name=PROJECT, owner=cast.payments)
    source = SourceFactory(project=project, name="orders & more")
    view = ViewFactory(project=project, name="a view", source=source, schedule_every=timedelta(hours=1))
    feature = FeatureFactory(view=view, name="rate/eur")
    consumer = ConsumerFactory(name="ranker/2 & co", project=project)
    Usage.objects.create(consumer=consumer, feature=feature, evidence="declared")
    measure(view)
    return {
        "feature": feature.get_absolute_url(),
        "view": view.get_absolute_url(),
        "project": project.get_absolute_url(),
        "source": source.project.get_absolute_url().replace("/p/", "/a/") + "orders%20&%20more/",
        "consumer": consumer.get_absolute_url(),
    }


@pytest.mark.parametrize("place", PAGES)
def test_every_link_answers(cast: SimpleNamespace, addresses: dict[str, str], place: str) -> None:
    name, _, path = place.partition(" ")
    address = addresses.get(name, name) + path
    client = page_as(cast.owner_a)
    response = client.get(address)
    assert response.status_code == 200
    found = _LINK.findall(response.content.decode())
    assert found, f"{place} has no list with links"
    for link, _, words in found:
        answer = client.get(urljoin(address, unescape(link)))
        assert answer.status_code == 200, (words, link, answer.getvalue())
        assert answer.getvalue()
