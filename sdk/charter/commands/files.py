"""Feature views as files in git: checked, compared, planned, applied, exported."""

import datetime
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from charter.answers import Plan, PlannedChange
from charter.commands.speaking import CHANGES, NO, OK, WARNINGS, connected, console, errors_said, progress, said
from charter.errors import CharterError
from charter.files.changes import LEVELS, Change, compare, removed
from charter.files.compatibility import MODES, incompatible
from charter.files.faults import Fault
from charter.files.folders import Checked, check_texts, texts_at, texts_in_commit
from charter.files.odcs import is_contract, views_of
from charter.files.reading import Refused, read
from charter.files.tables import Unreadable, view_of
from charter.files.writing import dumped
from charter.registry import Registry

Paths = Annotated[list[str], typer.Argument(help="Files, and folders with *.yaml inside", metavar="PATH")]
Form = Annotated[str, typer.Option("--format", help="text, or github for annotations of a pull request")]
SIGNS = {"add": "+", "publish": "~", "change": "~", "withdraw": "~", "deprecate": "-", "retire": "-", "remove": "-"}


def add_to(app: typer.Typer) -> None:
    for command in (validate, plan, apply, breaking, export, init):
        app.command()(command)


def validate(context: typer.Context, paths: Paths, form: Form = "text") -> None:
    """Check files without asking the server. Ends with 1 when something is wrong."""
    checked = check_texts(_texts(paths))
    if not said(context, [fault.as_json for fault in checked.faults]):
        _say_faults(checked.faults, form)
        if not checked.faults:
            console().print(f"{_many(len(checked.views), 'feature view')}, nothing wrong.")
    raise typer.Exit(NO if checked.faults else OK)


def plan(
    context: typer.Context,
    paths: Paths,
    out: Annotated[Path | None, typer.Option(help="Write the plan here, for charter apply")] = None,
    force_conflicts: Annotated[
        bool, typer.Option("--force-conflicts", help="Take over fields that pages hold")
    ] = False,
    form: Form = "text",
) -> None:
    """What the files would change. Ends with 0 for nothing, 2 for changes, 1 for errors."""
    texts = _valid(paths, form)
    with connected(context) as registry, progress("Planning"):
        source, commit = _origin()
        made = registry.plan(texts, source=source, commit=commit, takes_over=force_conflicts)
    if out is not None:
        out.write_text(json.dumps({"plan": made.id}) + "\n", encoding="utf-8")
    if not said(context, made):
        _say_plan(made, f"{registry.settings.url}/plans/{made.id}/", form)
    raise typer.Exit(NO if made.has_errors else CHANGES if made.changes else OK)


def apply(
    context: typer.Context,
    what: Annotated[list[str], typer.Argument(help="A plan (PL-7, or a file of --out), or files and folders")],
    yes: Annotated[bool, typer.Option("--yes", help="Apply files at once, without a look at the plan")] = False,
) -> None:
    """Apply a plan, or files. All of it happens, or nothing. Ends with 1 when it is refused."""
    number = _plan_in(what)
    with connected(context) as registry:
        if number is None:
            number = _planned(registry, what, yes)
        with progress(f"Applying {number}"):
            made = registry.apply(number)
    if not said(context, made):
        console().print(f"{made.id} is {made.state}: {len({one.key for one in made.changes})} things changed.")


def breaking(
    context: typer.Context,
    paths: Paths,
    against: Annotated[str, typer.Option(help="registry, or git:main for the files of another commit")] = "registry",
    level: Annotated[str, typer.Option(help=f"What counts: {', '.join(LEVELS)}")] = "SERVING",
    mode: Annotated[str, typer.Option(help="What a new version must keep, as BACKWARD or FORWARD")] = "NONE",
    form: Form = "text",
) -> None:
    """What would break readers. Ends with 1 for that, with 3 for what they must be told."""
    if level not in LEVELS or mode not in MODES:
        raise typer.BadParameter(f"Levels are {', '.join(LEVELS)}; modes are {', '.join(MODES)}.")
    new = _checked(paths, form)
    with errors_said():
        old = _of_registry(context, new) if against == "registry" else _of_commit(against, paths)
    found = [one for one in _differences(old, new, mode) if one.is_counted_at(level) and one.result != "apply"]
    if not said(context, [one.as_json for one in found]):
        for one in found:
            _say_change(one, form)
        if not found:
            console().print("Nothing breaks.")
    broken = any(one.result in ("error", "approve") for one in found)
    raise typer.Exit(NO if broken else WARNINGS if found else OK)


_WHOLE = ("prometheus-rules", "grafana-dashboard")
_WHAT = "project:payments, or a view: payments.user_stats; all without it. Or prometheus-rules, grafana-dashboard"


def export(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help=_WHAT)] = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A folder: one file for each view")] = None,
    form: Annotated[str, typer.Option("--format", help="yaml, odcs, prometheus-rules or grafana-dashboard")] = "yaml",
) -> None:
    """Write feature views as files that charter apply takes back without a change, or as data contracts.

    charter export prometheus-rules writes alerts on the limits of each view, grafana-dashboard a dashboard; with --out
    that is a file.
    """
    if what in _WHOLE:
        what, form = "", what
    if form not in (*_NAMED, *_WHOLE):
        raise typer.BadParameter(f"Formats are {', '.join((*_NAMED, *_WHOLE))}.")
    project = what.removeprefix("project:") if what.startswith("project:") else ""
    with connected(context) as registry:
        text = registry.export(project, "" if project else what, form)
    if out is None:
        print(text, end="")
        return
    if form in _WHOLE:
        _write(out, text)
        return
    for name, document in _named(text, form):
        _write(out / name, document)


def init(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="A project that a connection has pulled, a data contract, or a table")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A folder for the files")] = Path("features"),
    origin: Annotated[str, typer.Option("--from", help="project, odcs for a data contract, or table")] = "project",
    project: Annotated[str, typer.Option(help="With --from table: the project of the view")] = "",
    key: Annotated[list[str] | None, typer.Option(help="With --from table: a column that names its entity")] = None,
) -> None:
    """Begin files from what a store, a data contract or a table says. What they lack, charter validate says."""
    match origin:
        case "project":
            export(context, f"project:{what}", out)
            return
        case "odcs":
            views = list(_in_contracts(what))
        case "table":
            views = [_in_table(what, project, key or ())]
        case _:
            raise typer.BadParameter("--from is project, odcs for a data contract, or table.")
    for view in views:
        meta = view["metadata"]
        _write(out / _safe(meta["project"] or "project") / f"{_safe(meta['name'] or 'view')}.yaml", dumped(view))


def _in_table(location: str, project: str, keys: Sequence[str]) -> dict[str, Any]:
    """The feature view that a table could be."""
    if not project:
        raise typer.BadParameter("Say in which project: --project payments")
    with errors_said():
        try:
            return view_of(location, project=project, keys=keys)
        except Unreadable as error:
            raise CharterError(str(error)) from None


def _in_contracts(path: str) -> Iterator[dict[str, Any]]:
    """The feature views of the contracts in a file."""
    with errors_said():
        for name, text in _texts([path]):
            try:
                found = [view for one in read(name, text) if is_contract(one.data) for view in views_of(one.data)]
            except Refused as refused:
                raise CharterError(str(refused.fault)) from None
            except ValueError as error:
                raise CharterError(f"{name}: {error}") from None
            if not found:
                raise CharterError(f"{name} holds no data contract: kind: DataContract is missing.")
            yield from found


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    console().print(str(place))


def _texts(paths: Sequence[str]) -> list[tuple[str, str]]:
    try:
        return list(texts_at(paths))
    except FileNotFoundError as missing:
        raise typer.BadParameter(f"There is no {missing}.") from None
    except Refused as refused:
        console().print(escape(str(refused.fault)))
        raise typer.Exit(NO) from None


def _valid(paths: Sequence[str], form: str) -> list[tuple[str, str]]:
    """The files; ends the command when something is wrong in them, before the server is asked."""
    texts = _texts(paths)
    _refuse(check_texts(texts).faults, form)
    return texts


def _checked(paths: Sequence[str], form: str) -> Checked:
    found = check_texts(_texts(paths))
    _refuse(found.faults, form)
    return found


def _refuse(faults: Sequence[Fault], form: str) -> None:
    if faults:
        _say_faults(faults, form)
        raise typer.Exit(NO)


def _say_faults(faults: Sequence[Fault], form: str) -> None:
    for fault in faults:
        if form == "github":
            print(f"::error file={fault.path},line={max(1, fault.line)},title={fault.code}::{_one_line(fault.message)}")
        else:
            console().print(escape(str(fault)))


def _say_plan(made: Plan, address: str, form: str) -> None:
    out = console()
    for change in made.changes:
        _say_change(change, form)
    if made.impact:
        kinds = Counter(one.consumer.partition(":")[0] for one in made.impact)
        out.print(f"Impact  {', '.join(_many(number, kind) for kind, number in kinds.items())}")
    for need in made.needs:
        out.print(f"Needs   {escape(need.party)}: {escape(' '.join(need.reasons))}")
    refused = {one.key for one in made.changes if one.result == "error"}
    added = {one.key for one in made.changes if one.action == "add"} - refused
    changed = {one.key for one in made.changes} - added - refused
    out.print(f"{len(added)} to add, {len(changed)} to change, {len(refused)} errors.  {address}")


def _say_change(change: PlannedChange | Change, form: str) -> None:
    sign = "!" if change.result == "error" else SIGNS[change.action]
    if form == "github" and change.result != "apply":
        kind = {"error": "error", "approve": "warning", "notice": "notice"}[change.result]
        what = f"{change.key} {change.field} {change.message}"
        print(f"::{kind} title={change.rule or change.action}::{_one_line(what)}")
        return
    console().print(f"  {sign} {escape(change.key)}")
    if change.field:
        values = f"{_short(change.old)} -> {_short(change.new)}"
        console().print(f"      {change.field:16} {escape(values):30}  {change.rule} {escape(change.message)}".rstrip())
    elif change.message:
        console().print(f"      {change.rule} {escape(change.message)}")


def _plan_in(what: Sequence[str]) -> str | None:
    """The plan that is named, or kept in a file of `plan --out`."""
    if len(what) != 1:
        return None
    if re.fullmatch(r"PL-\d+", what[0]):
        return what[0]
    if not what[0].endswith(".json"):
        return None
    try:
        return str(json.loads(Path(what[0]).read_text(encoding="utf-8"))["plan"])
    except (OSError, ValueError, KeyError, TypeError):
        raise typer.BadParameter(f"{what[0]} is no plan. Make one: charter plan features/ --out plan.json") from None


def _planned(registry: Registry, paths: Sequence[str], yes: bool) -> str:
    texts = _valid(paths, "text")
    source, commit = _origin()
    with progress("Planning"):
        made = registry.plan(texts, source=source, commit=commit)
    if not made.changes:
        console().print("No changes.")
        raise typer.Exit(OK)
    _say_plan(made, f"{registry.settings.url}/plans/{made.id}/", "text")
    if made.has_errors or not (yes or typer.confirm("Apply this?")):
        raise typer.Exit(NO)
    return made.id


def _of_registry(context: typer.Context, new: Checked) -> Checked:
    with connected(context) as registry:
        texts = [(key, registry.export(view=key)) for key in new.views]
    return check_texts((key, text) for key, text in texts if text.strip())


def _of_commit(against: str, paths: Sequence[str]) -> Checked:
    kind, _, revision = against.partition(":")
    if kind != "git" or not revision:
        raise typer.BadParameter("--against is registry, or git: and a revision, such as git:main")
    try:
        return check_texts(texts_in_commit(revision, paths))
    except ValueError as error:
        raise CharterError(str(error)) from None


def _differences(old: Checked, new: Checked, mode: str) -> Iterator[Change]:
    today = datetime.datetime.now(datetime.UTC).date()
    for key, view in new.views.items():
        before = old.views.get(key)
        yield from compare(before, view, today=today)
        for name, feature in view.features.items():
            held = before.features[name].versions if before and name in before.features else {}
            for number in feature.versions:
                if number not in held:
                    for why in incompatible(feature, number, mode):
                        yield _incompatible(f"{key}.{name}@{number}", why)
    for key, view in old.views.items():
        if key not in new.views:
            yield from removed(view)


def _incompatible(reference: str, why: str) -> Change:
    return Change(reference, "change", rule="C001", category="schema", result="error", message=why)


# What names project and view in a document of an export, by its form.
_NAMED = {"yaml": (r"^  project: (.+)$", r"^  name: (.+)$"), "odcs": (r"^domain: (.+)$", r"^name: (.+)$")}


def _named(text: str, form: str) -> Iterator[tuple[str, str]]:
    """Each document of an export with the name of its file."""
    ending = ".yaml" if form == "yaml" else f".{form}.yaml"
    for document in text.split("\n---\n"):
        found = [re.search(line, document, re.M) for line in _NAMED[form]]
        if all(found):
            yield "/".join(_safe(one[1]) for one in found if one) + ending, document.rstrip() + "\n"


def _safe(name: str) -> str:
    """A name as a file may be called: nothing in it leaves the folder."""
    return re.sub(r"[^\w.-]", "_", name.strip("'\"")).lstrip(".")


def _origin() -> tuple[str, str]:
    """Repository and commit: of the CI that runs this, else of git here, else nothing."""
    if repository := os.environ.get("GITHUB_REPOSITORY"):
        return f"{os.environ.get('GITHUB_SERVER_URL', '')}/{repository}", os.environ.get("GITHUB_SHA", "")
    return _without_secret(_git("config", "--get", "remote.origin.url")), _git("rev-parse", "HEAD")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)  # noqa: S607
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _without_secret(address: str) -> str:
    return re.sub(r"//[^/@]*@", "//", address)


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}"


def _short(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _one_line(text: str) -> str:
    """GitHub's commands end at the line."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
