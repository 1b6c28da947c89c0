"""`charter scorecard`: how ready something is for production, as a gate; and what only people or jobs can tell."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape

from charter.commands.speaking import NO, OK, connected, console, manner, said, table

MARKS = {"met": "met", "attested": "attested", "partly": "partly", "not-met": "not met", "unknown": "unknown"}


class Job(StrEnum):
    """What may be reported of an installation."""

    BACKUP = "backup"
    RESTORE_DRILL = "restore-drill"
    QUICK_START = "quick-start"
    LOCAL_ENVIRONMENT = "local-environment"


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(invoke_without_command=True)
    group.callback(invoke_without_command=True)(scorecard)
    group.command()(attest)
    group.command()(ran)
    app.add_typer(group, name="scorecard")


def scorecard(
    context: typer.Context,
    project: Annotated[str | None, typer.Option(help="Only of this project")] = None,
    view: Annotated[str | None, typer.Option(help="Only of this feature view: project.view")] = None,
    fail_under: Annotated[int | None, typer.Option(min=0, help="End with 1 where fewer checks pass")] = None,
) -> None:
    """How ready it is for production, over what you may see. A check passes when it is met or attested."""
    if context.invoked_subcommand:
        return
    with connected(context) as registry:
        found = registry.scorecard(project=project, view=view)
    if not said(context, found):
        rows = [[str(one.number), one.check, MARKS.get(one.state, one.state), escape(one.said)] for one in found.data]
        table(["", "Check", "State", "Evidence"], rows)
        console().print(f"{found.passed} of {found.of} passed")
        for one in found.data:
            if one.next_step and not one.is_passed:
                console().print(f"  {one.check}: {escape(one.next_step['said'])}")
    raise typer.Exit(NO if fail_under is not None and found.passed < fail_under else OK)


def attest(
    context: typer.Context,
    check: Annotated[str, typer.Argument(help="Such as cost-alerts", metavar="CHECK")],
    statement: Annotated[str, typer.Option(help="What was done or seen; auditors read it")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day on which it counts")],
    link: Annotated[str, typer.Option(help="Where it can be looked up")] = "",
) -> None:
    """State that a check is met, where Charter can read no evidence. For administrators and the committee."""
    with connected(context) as registry:
        made = registry.attest(check, statement, until.date(), link=link)
    if not said(context, made):
        console().print(f"{made.id} stands until {made.valid_until}")


def ran(
    context: typer.Context,
    job: Annotated[Job, typer.Argument(help="What has run", metavar="JOB")],
    failed: Annotated[bool, typer.Option("--failed", help="It did not go well")] = False,
) -> None:
    """Report that a job about the installation has run. Needs a token with the scope lineage:write."""
    with connected(context) as registry:
        registry.report_run(job.value, is_good=not failed)
    if not manner(context).is_quiet:
        console().print(f"{job.value} {'failed' if failed else 'went well'}, and Charter knows.")
