"""--json and its kin, behind the name of a command as well as before it: people write them where they think of them."""

import inspect
from collections.abc import Callable
from functools import wraps
from inspect import Parameter
from typing import Annotated, Any

import typer

from charter.commands.speaking import manner

_KIN: dict[str, tuple[Any, Any]] = {
    "as_json_": (Annotated[bool, typer.Option("--json", help="Answer as JSON")], False),
    "as_yaml_": (Annotated[bool, typer.Option("--yaml", help="Answer as YAML")], False),
    "quiet_": (Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing; the exit code tells")], False),
    "url_": (Annotated[str | None, typer.Option("--url", help="Where Charter is")], None),
    "token_": (Annotated[str | None, typer.Option("--token", help="Who asks")], None),
}


def accept_anywhere(app: typer.Typer) -> None:
    """Give every command of the app, and of the groups in it, those of the options that it has no own idea of."""
    for info in app.registered_commands:
        if info.callback is not None and not hasattr(info.callback, "__wrapped__"):  # a group may have two names
            info.callback = _with_kin(info.callback)
    for group in app.registered_groups:
        if (inner := group.typer_instance) is not None:
            accept_anywhere(inner)
            alone = inner.registered_callback  # what the group does without a command
            if alone and alone.callback is not None and not hasattr(alone.callback, "__wrapped__"):
                alone.callback = _with_kin(alone.callback)


def _with_kin(command: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(command, eval_str=True)
    own = [*signature.parameters.values()]
    more = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _KIN.items()
        if name.rstrip("_") not in signature.parameters
    ]

    @wraps(command)
    def run(**given: Any) -> Any:
        _take(given["context"], {one.name.rstrip("_"): given.pop(one.name) for one in more})
        return command(**given)

    run.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined]  # what Typer reads
    run.__annotations__ = {one.name: one.annotation for one in [*own, *more]}
    return run


def _take(context: typer.Context, said: dict[str, Any]) -> None:
    how = manner(context)
    if said.get("as_json") or said.get("as_yaml"):
        how.form = "json" if said["as_json"] else "yaml"
    how.is_quiet = how.is_quiet or bool(said.get("quiet"))
    how.url, how.token = said.get("url") or how.url, said.get("token") or how.token
