"""Comparisons by page and by API: the same answers and the same refusals."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from monitoring.actions.running_parity import run_parity
from monitoring.models import Parity
from registry.choices import Visibility
from tests.cast import api_as, page_as
from tests.monitoring.moving import two_views, write

pytestmark = pytest.mark.django_db
ASKED = {"old": "bank.legacy", "new": "bank.fresh"}
FORM = ASKED | {"percent": "99.5", "sample": "500", "tolerance": "0.000001", "mapping": ""}


@pytest.fixture
def made(cast: SimpleNamespace, tmp_path: Path) -> SimpleNamespace:
    write(tmp_path / "old.parquet")
    write(tmp_path / "new.parquet", change="* REPLACE (channel || 'x' AS channel)")
    return two_views(cast, tmp_path)


def test_by_page(made: SimpleNamespace) -> None:
    page = page_as(made.cast.owner_a)
    assert "Nothing was compared yet" in page.get("/parity/").content.decode()
    assert 'value="bank.legacy"' in page.get("/parity/new?old=bank.legacy&new=bank.fresh").content.decode()
    asked = page.post("/parity/new", FORM)
    held = Parity.objects.get()
    assert asked["Location"] == held.get_absolute_url()
    assert "Reading both views" in page.get(held.get_absolute_url()).content.decode()
    run_parity(held.pk)
    shown = page.get(held.get_absolute_url()).content.decode()
    for words in ("Failed", "0 of 400 entities are the same", "channel", "400 of 400", "md5", "personal data"):
        assert words in shown, words
    assert "Failed" in page.get("/parity/?view=bank.legacy&state=failed").content.decode()
    assert "None is like that" in page.get("/parity/?state=passed").content.decode()
    sheet = b"".join(page.get("/parity/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert sheet.splitlines()[1].startswith(f"{held.public_id},bank.legacy,bank.fresh,failed")
    sheet = b"".join(page.get(f"{held.get_absolute_url()}?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "channel,channel,400,400,0,0,0.0" in sheet


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"old": "bank.nothing"}, "There is no such view"), ({"new": "bank.legacy"}, "Choose another view"),
        ({"percent": "30"}, "Choose 50 %"), ({"mapping": "amount_7d"}, "Write old=new"),
        ({"mapping": "amount_7d=nothing"}, "has no feature nothing"), ({"sample": "3"}, "Choose 20 to"),
    ],
)  # fmt: skip
def test_a_form_says_what_is_wrong(made: SimpleNamespace, change: dict[str, str], said: str) -> None:
    answer = page_as(made.cast.owner_a).post("/parity/new", FORM | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Parity.objects.exists()


def test_by_api(made: SimpleNamespace) -> None:
    client = api_as(made.cast.owner_a)
    asked = client.post(
        "/api/v1/parity", ASKED | {"pass_mark": 0.9, "mapping": {"txn_count": "txn_count"}}, format="json"
    )
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    address = asked["Location"]
    assert client.get(address)["Retry-After"] == "1"
    assert client.post("/api/v1/parity", ASKED, format="json")["Location"] == address
    run_parity(Parity.objects.get().pk)
    told = client.get(f"{address}?expand=features").json()
    assert (told["state"], told["coverage"], told["equal"], len(told["features"])) == ("passed", 1.0, 400, 1)
    listed = client.get("/api/v1/parity?view=bank.fresh&state=passed").json()["data"]
    assert [one["id"] for one in listed] == [told["id"]]
    assert client.post("/api/v1/parity", ASKED | {"pass_mark": 7}, format="json").status_code == 422
    assert client.post("/api/v1/parity", ASKED | {"old": "bank.no"}, format="json").status_code in (404, 422)
    assert api_as(made.cast.viewer).post("/api/v1/parity", ASKED, format="json").status_code == 403


def test_who_sees_one_view_alone_sees_no_comparison(made: SimpleNamespace) -> None:
    held = Parity.objects.create(**{side: getattr(made, side) for side in ("old", "new")}, pass_mark=0.9, tolerance=0.0,
                                 sample=100)  # fmt: skip
    made.project.visibility = Visibility.RESTRICTED
    made.project.save()
    page, client = page_as(made.cast.viewer), api_as(made.cast.viewer)
    assert page.get(held.get_absolute_url()).status_code == 404
    assert client.get(f"/api/v1/parity/{held.public_id}").status_code == 404
    assert client.get("/api/v1/parity").json()["data"] == []
    assert page.get("/parity/INC-1/").status_code == 404
    assert page.post("/parity/new", FORM).status_code == 422
