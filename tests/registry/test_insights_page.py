"""/insights/: reuse, ownership, flows and growth, over what one sees."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.actions.days import keep_day
from registry.models import Feature, Project, ProjectDay, Usage
from registry.queries.insights import growth_of
from tests.cast import page_as
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast: SimpleNamespace) -> Project:
    """Four active features: one read by two models, one by one, two by none; and one in a project that is hidden."""
    made = ProjectFactory.create(name="pay", owner=cast.payments)
    view = ViewFactory(project=made, name="stats")
    features = [FeatureFactory.create(view=view, models_count=count) for count in (2, 1, 0)]
    FeatureFactory(view=view, owner=None)
    FeatureFactory(view=view, state="retired", models_count=5)
    FeatureFactory(view=view, state="draft")
    FeatureFactory(view=view, gone_at=timezone.now(), models_count=5)
    first, second = ConsumerFactory(name="ranker"), ConsumerFactory(name="scorer", project=made)
    for consumer, feature in ((first, features[0]), (second, features[0]), (first, features[1])):
        Usage.objects.create(consumer=consumer, feature=feature, evidence="declared")
    vault = ProjectFactory(name="vault", owner=cast.payments, visibility="restricted")
    secret = FeatureFactory(view=ViewFactory(project=vault, name="secrets"), models_count=7)
    Usage.objects.create(consumer=ConsumerFactory(name="spy", project=vault), feature=features[0], evidence="declared")
    Usage.objects.create(consumer=first, feature=secret, evidence="declared")
    return made


def html(user: object, address: str = "/insights/") -> str:
    response = page_as(user).get(address)  # type: ignore[arg-type]
    assert response.status_code == 200
    return response.content.decode()


def sheet(user: object, of: str) -> list[str]:
    answer = page_as(user).get(f"/insights/?format=csv&of={of}")  # type: ignore[arg-type]
    return answer.getvalue().decode().splitlines()


def test_figures(cast: SimpleNamespace, project: Project) -> None:
    text = html(cast.viewer)
    for words in ("25 %", "1 of 4 read by 2 models or more", "Below target", "?q=used%3A0+status%3Aactive"):
        assert words in text, words
    Feature.objects.filter(models_count=1).update(models_count=2)
    assert "Above target" in html(cast.viewer)


def test_what_is_hidden_is_not_counted(cast: SimpleNamespace, project: Project) -> None:
    for user, seen in ((cast.viewer, False), (cast.owner_b, False), (cast.owner_a, True), (cast.auditor, True)):
        text = html(user)
        assert ("2 of 5 read by" in text, "1 of 4 read by" in text) == (seen, not seen)
        assert ("secrets" in text, "spy" in text, "vault" in text) == (seen,) * 3
        flows = "\n".join(sheet(user, "flows"))
        assert ("secrets" in flows, "spy" in flows) == (seen, seen)
        ProjectDay.objects.all().delete()
        keep_day()
        assert growth_of(user, "")[-1].reuse == (0.4 if seen else 0.25)
        assert ("vault" in html(user, "/insights/?project=vault").split("</form>")[1]) == seen


def test_tables_behind_the_pictures(cast: SimpleNamespace, project: Project) -> None:
    assert sheet(cast.viewer, "ownership") == [
        "team,slug,features,used", "Payments Features,payments,3,2", ",,1,0",
    ]  # fmt: skip
    assert sheet(cast.viewer, "flows") == [
        "view,model,place,features", "pay.stats,ranker,,2", "pay.stats,scorer,pay,1",
    ]  # fmt: skip
    assert len(sheet(cast.viewer, "growth")) == 13
    text = html(cast.viewer)
    assert text.count('role="img"') >= 3
    assert text.count("The same as a table") == 3


def test_growth_says_only_what_is_known(cast: SimpleNamespace, project: Project) -> None:
    today = timezone.now()
    last_month = today.replace(day=1) - timedelta(days=2)
    Feature.objects.filter(project=project, models_count=0).update(created_at=last_month)
    months = growth_of(cast.viewer)
    counts = [month.features for month in months]
    assert (counts[0], counts[-2], counts[-1]) == (0, 2, 5), "one of six is gone, drafts are not told"
    assert [month.reuse for month in months] == [None] * 12
    assert "not kept" in html(cast.viewer)
    ProjectDay.objects.create(project=project, day=last_month.date() - timedelta(days=1), active=2, used=2, reused=2)
    ProjectDay.objects.create(project=project, day=last_month.date(), active=2, used=1, reused=1)
    assert keep_day() == 2
    assert [month.reuse for month in growth_of(cast.viewer)][-3:] == [None, 0.5, 0.25]


def test_a_day_is_kept_once(cast: SimpleNamespace, project: Project) -> None:
    keep_day()
    Feature.objects.filter(project=project, models_count=1).update(models_count=2)
    keep_day()
    assert list(ProjectDay.objects.filter(project=project).values_list("active", "used", "reused")) == [(4, 2, 2)]


def test_nothing_yet(cast: SimpleNamespace) -> None:
    assert "Nothing to count yet" in html(cast.viewer)


def test_as_many_queries_for_twenty_projects_as_for_one(cast: SimpleNamespace, project: Project) -> None:
    counts = []
    for more in (1, 19):
        for feature in FeatureFactory.create_batch(more):
            Usage.objects.create(consumer=ConsumerFactory(), feature=feature, evidence="declared")
        client = page_as(cast.viewer)
        with CaptureQueriesContext(database) as queries:
            assert client.get("/insights/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 11, counts
