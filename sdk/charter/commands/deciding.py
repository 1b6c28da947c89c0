"""May somebody read something?"""

from typing import Annotated

import typer
from rich.markup import escape

from charter.commands.speaking import NO, OK, connected, console, said


def add_to(app: typer.Typer) -> None:
    app.command("can-access")(can_access)


def can_access(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="Such as service:checkout-api or user:ana")],
    action: Annotated[str, typer.Argument(help="read_metadata, read_offline, serve or write")],
    resource: Annotated[str, typer.Argument(help="project.view.feature[@2], or feature_view:project.view")],
    purpose: Annotated[str, typer.Option(help="What it is for, such as fraud")] = "",
    environment: Annotated[str, typer.Option("--environment", "--env", help="Where, such as prod")] = "",
) -> None:
    """May it? Exit code 0 for yes, 1 for no."""
    with connected(context) as registry:
        answer = registry.can(subject, action, resource, purpose, environment=environment)
    if not said(context, answer):
        out = console()
        if answer:
            until = (
                f", until {answer.expires_at:%Y-%m-%d %H:%M} UTC by {answer.context['grant']}"
                if answer.expires_at
                else ""
            )
            out.print(f"Yes ({escape(answer.reason)}){until}.")
            for one in answer.obligations:
                out.print(escape("  " + ", ".join(f"{name} {value}" for name, value in one.items())))
        else:
            out.print(f"No ({escape(answer.reason)}). {escape(answer.text)}")
            if answer.request_url:
                out.print(f"Ask for access: {escape(answer.request_url)}")
    raise typer.Exit(OK if answer else NO)
