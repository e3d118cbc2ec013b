"""Asking on the command line: every command of the domain by its name, with an option for each of its fields."""

import sys
from collections.abc import Iterable
from typing import Any, get_origin

import click
import orjson
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from domain.command import Command
from domain.commands import commands
from milepost.app.service import Service
from milepost.cli.option_help import choices, wanted
from milepost.cli.options import ACTING, ACTOR, JSON, ROLE, Opener
from milepost.cli.output import Failed, as_json, say, table
from milepost.log.command_outcome import CommandOutcome, CommandRequest
from milepost.web.strict_json import NotJson, demand_text, read
from milepost.web.views import command_result

COMMAND_ID = click.Option(["--id", "command_id"], help="Your id of the command; given again, it gets the same answer.")
REJECTED, REFUSED = 3, 4
"""Exit codes: the command may not be carried out; the gate stays shut."""


def domain_command(name: str, opened: Opener) -> click.Command:
    """The command of the domain that has this name, with an option for each of its fields."""
    command = commands()[name]
    fields = {field: _option(field, info) for field, info in command.model_fields.items()}
    summary = " ".join((command.__doc__ or "").split())

    def ask(key: str, actor: str, acting: str | None, command_id: str | None, json: bool, **given: Any) -> None:
        asked = parsed(command, {field: value for field, value in given.items() if value not in (None, ())})
        stream = f"{command.belongs_to}-{key.lower()}"
        request = CommandRequest(stream=stream, commands=(asked,), who=actor, role=acting, command=command_id)
        with opened() as service:
            show(execute(service, request), json)

    return click.Command(
        name,
        params=[click.Argument(["key"]), *fields.values(), ACTOR, _acting(fields), COMMAND_ID, JSON],
        callback=ask,
        help=summary,
    )


def _option(field: str, info: FieldInfo) -> click.Option:
    names = ["--" + field.rstrip("_").replace("_", "-"), field]
    kind = click.Choice(closed) if (closed := choices(info)) else click.STRING
    return click.Option(names, type=kind, required=info.is_required(), help=wanted(info), metavar="VALUE")


def _acting(fields: Iterable[str]) -> click.Option:
    """The option of the role that one acts in; its short name stands aside where the command itself asks for a role."""
    return ACTING if "role" in fields else ROLE


def parsed(command: type[Command], given: dict[str, str]) -> Command:
    """The command that these options are: each is a text, or JSON where a text alone won't do."""
    try:
        return command.model_validate_json(orjson.dumps(given), strict=True, extra="forbid")
    except ValidationError as first:
        wrong = {str(error["loc"][0]) for error in first.errors() if error["loc"]}
        try:
            values = given | {name: _read(given[name], command.model_fields[name]) for name in wrong if name in given}
            return command.model_validate_json(orjson.dumps(values), strict=True, extra="forbid")
        except NotJson:
            raise Failed(_sentence(first)) from first
        except ValidationError as second:
            raise Failed(_sentence(second)) from second


def _read(text: str, field: FieldInfo) -> Any:
    """What a text is that won't do as it stands: JSON, or for a list its members between commas."""
    try:
        value = read(text.encode())
    except NotJson:
        if get_origin(field.annotation) is not tuple:
            raise
        return [part.strip() for part in text.split(",")]
    demand_text(value)
    return value


def _sentence(error: ValidationError) -> str:
    found = error.errors(include_url=False)[0]
    place = "-".join(str(step) for step in found["loc"])
    return f"--{place.replace('_', '-')}: {found['msg']}"


def execute(service: Service, request: CommandRequest) -> CommandOutcome:
    return service.writer.execute(request)


def show(outcome: CommandOutcome, json: bool) -> None:
    """Print what a command was answered, and end with its exit code."""
    if json:
        as_json(command_result(outcome).to_jsonable())
    elif outcome.status == "accepted":
        table(("version", "kind", "id"), [(event.version, event.kind, event.id) for event in outcome.events])
        if not outcome.events:
            say("nothing new: this was known already")
    else:
        say(outcome.sentence or "")
    if outcome.status != "accepted":
        sys.exit(REJECTED if outcome.status == "rejected" else REFUSED)
