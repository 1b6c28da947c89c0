"""A real repository in git, from the first file to a version that is announced to end, by the real command."""

import subprocess
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone

from registry.models import Feature, FeatureView, Version
from tests.factories import ProjectFactory
from tests.registry.test_plans import VIEW
from tests.sdk.conftest import Run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def repository(tmp_path: Path, cast: SimpleNamespace) -> Path:
    """A repository with one feature view, committed on main."""
    ProjectFactory(name="pay", owner=cast.payments)
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "stats.yaml").write_text(VIEW)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "remote", "add", "origin", "https://somebody:secret@git.example.org/features")
    commit(tmp_path)
    return tmp_path


def git(place: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Alice", "-c", "user.email=alice@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=place, check=True, capture_output=True)  # noqa: S607


def commit(place: Path) -> None:
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--message", "A change")


def change(place: Path, old: str, new: str) -> None:
    file = place / "features" / "stats.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_from_the_first_file_to_the_end_of_a_version(charter: Run, repository: Path) -> None:
    assert charter("validate", "features/").code == 0
    planned = charter("plan", "features/", "--out", "plan.json")
    assert (planned.code, "3 to add, 0 to change, 0 errors." in planned.out) == (2, True), planned
    applied = charter("apply", "plan.json")
    assert (applied.code, "is applied" in applied.out) == (0, True), applied
    assert FeatureView.objects.get().file == "https://git.example.org/features#features/stats.yaml"
    assert charter("plan", "features/").code == 0
    assert charter("breaking", "features/").code == 0

    change(repository, "unit: EUR", "unit: USD")
    broken = charter("breaking", "features/", "--against", "git:main")
    assert (broken.code, "F002" in broken.out) == (1, True), broken
    assert charter("breaking", "features/", "--against", "registry").code == 1
    assert charter("plan", "features/").code == 1
    assert charter("apply", "features/", "--yes").code == 1
    assert Version.objects.get(feature__name="avg_amount_7d").unit == "EUR"

    change(repository, "unit: USD", "unit: EUR")
    change(repository, "ttl: 7d", "ttl: 3d")
    told = charter("breaking", "features/", "--against", "git:main", "--format", "github")
    assert (told.code, told.out.startswith("::notice title=S002::")) == (3, True), told
    assert charter("apply", "features/", "--yes").code == 0
    commit(repository)

    second = "    - {name: avg_amount_7d, version: 2, dtype: float64, unit: USD, privacy: {class: none}}\n"
    later = (timezone.now().date() + timedelta(days=120)).isoformat()
    change(repository, "      default: 41.87\n", f"""      default: 41.87
      status: deprecated
      deprecation: {{sunset: {later}, reason: Dollars now., replacement: pay.stats.avg_amount_7d@2}}
""")  # fmt: skip
    file = repository / "features" / "stats.yaml"
    file.write_text(file.read_text() + second)
    assert charter("apply", "features/", "--yes").code == 0
    assert Feature.objects.get(name="avg_amount_7d").number == 2
    no = charter("can-retire", "pay.stats.avg_amount_7d@1")
    assert (no.code, no.out.splitlines()[0]) == (1, "No. 1 blocker")
    exported = charter("export", "project:pay", "-o", "again")
    assert exported.code == 0
    assert charter("plan", "again/").code == 0


def test_what_is_wrong_is_said_before_anybody_is_asked(charter: Run, repository: Path) -> None:
    change(repository, "dtype: string", "dtype: text")
    found = charter("validate", "features/", CHARTER_URL="http://127.0.0.1:1")
    assert (found.code, found.out.startswith("features/stats.yaml:25: /spec/features/1/dtype: ")) == (1, True), found
    marked = charter("validate", "features/", "--format", "github")
    assert marked.out.startswith("::error file=features/stats.yaml,line=25,title=pattern::")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [1]\nb: *a\n", "Anchors and aliases"),
        ("a: !!python/object/apply:os.system [id]\n", "Tags such as"),
        ("[" * 4_000 + "]" * 4_000, "Nested deeper than 20 levels"),
        ("a: 1\na: 2\n", "a is here twice"),
        ("apiVersion: v1\n", "Write apiVersion: charter/v1"),
        ("just words", "A document is an object"),
        (VIEW.replace("avg_amount_7d", "avg_аmount_7d"), "is not written as it must be"),  # a Cyrillic а
        (VIEW.replace("Mean amount", "Mean\u202e amount"), "A character that nobody sees, U+202E"),
        (VIEW.replace("      unit: EUR", "      unit: EUR\n      unti: EUR"), "did you mean unit?"),
        (VIEW.replace("ttl: 7d", "ttl: soon"), "'soon' is not written as it must be. Such as"),
        (VIEW.replace("default: 41.87", "default: a"), "is no float64"),
        ("x" * (10 * 1024 * 1024 + 1), "Larger than 10 MB"),
        (VIEW + VIEW.replace("\napiVersion", "---\napiVersion"), "is also in"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_a_reason(charter: Run, repository: Path, text: str, said: str) -> None:
    (repository / "features" / "stats.yaml").write_text(text)
    found = charter("validate", "features/")
    assert (found.code, said in found.out, "Traceback" in found.err) == (1, True, False), found


def test_a_server_that_is_away_is_said_in_a_sentence(charter: Run, repository: Path) -> None:
    found = charter("plan", "features/", CHARTER_URL="http://127.0.0.1:1")
    assert (found.code, found.err.startswith("Error: Charter does not answer")) == (1, True), found
    found = charter("plan", "features/", CHARTER_TOKEN="charter_pat_wrong")
    assert (found.code, "Fix: " in found.err, "Request: " in found.err) == (1, True, True), found
