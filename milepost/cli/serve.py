"""Running on the command line: serve, show a demonstration, migrate a database of your own."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from milepost.app.bootstrap import open_or_create_service
from milepost.app.service import Service
from milepost.app.settings import Settings, settings_from
from milepost.cli import simulate
from milepost.cli.options import JSON
from milepost.cli.output import Failed, as_json, print_line, say
from milepost.cli.shutdown import end_in_order
from milepost.contract.catalogue import page
from milepost.log.migrate import migrate

DEMO_NAME = "milepost.demo"
HOST = click.Option(["--host"], help="Address to serve on (MILEPOST_HOST).")
KAFKA = click.Option(["--kafka"], is_flag=True, help="Every part a process of its own, with a Kafka between them.")
PORT = click.Option(["--port"], type=click.IntRange(0, 65_535), help="Port to serve on (MILEPOST_PORT).")


def running_commands() -> list[click.Command]:
    """The commands that run the service."""
    return [
        click.Command("serve", params=[HOST, PORT], callback=serve, help="Serve API and pages on this machine."),
        click.Command("demo", params=[HOST, PORT, KAFKA], callback=demo, help=DEMO_HELP),
        click.Command("simulate", params=simulate.OPTIONS, callback=simulated, help=SIMULATE_HELP),
        click.Command("migrate", params=[JSON], callback=migrated, help=MIGRATE_HELP),
        click.Command("catalogue", callback=lambda: click.echo(page(), nl=False), help=CATALOGUE_HELP),
    ]


DEMO_HELP = "Serve a demonstration: a log of its own with a simulated portfolio, beside your data."
SIMULATE_HELP = "Fill a log with a portfolio of projects that never were, under rules of their own."
CATALOGUE_HELP = "Print every kind of event and every command as a page in Markdown."
MIGRATE_HELP = "Make schemas and rights in a PostgreSQL of your own: MILEPOST_OWNER_URL says as whom."


def serve(host: str | None, port: int | None) -> None:
    end_in_order()
    settings = _settings(host, port)
    with open_or_create_service(settings, say) as service:
        name = service.log.identity().name
        _answer(service, lambda address: f"Milepost serves {name} on {address}")


def demo(host: str | None, port: int | None, kafka: bool) -> None:
    end_in_order()
    settings = _settings(host, port)
    if settings.database_url:
        raise Failed(
            "The demonstration fills no database of yours: unset MILEPOST_DATABASE_URL, or use `milepost serve`."
        )
    if kafka:
        from milepost.demo.demo_distributed import demonstrate_in_parts

        demonstrate_in_parts(settings, DEMO_NAME)
    settings = replace(settings, data=settings.data.with_name("demo"), log_name=DEMO_NAME, kafka_bootstrap="")
    with open_or_create_service(settings, say) as service:
        simulate.demonstrate(service)
        _answer(service, lambda address: _five_lines(address, settings.data))


def simulated(projects: int, seed: int, until: datetime, json: bool) -> None:
    with open_or_create_service(_settings(None, None), say) as service:
        simulate.told(simulate.fill(service, projects, seed, simulate.moment(until)), json)


def _five_lines(address: str, data: Path) -> str:
    return "\n".join(
        (
            f"Milepost is at {address} — the portfolio, projects, and how effective each phase is.",
            f"Its data are in {data.resolve()}; delete the folder to begin anew.",
            "Stop it with Ctrl-C; everything that was answered stays.",
            f"Try a command: MILEPOST_DATA={data} .venv/bin/milepost projects",
            "Your own PostgreSQL: set MILEPOST_DATABASE_URL, run `milepost migrate`, then `milepost serve`.",
        )
    )


def migrated(json: bool) -> None:
    owner = settings_from(os.environ).owner_url
    if not owner:
        raise Failed("Set MILEPOST_OWNER_URL to the connection of the role that is to own the schemas.")
    steps = migrate(owner)
    if json:
        as_json({"steps": steps})
        return
    print_line(f"took steps {', '.join(map(str, steps))}" if steps else "up to date already")


def _settings(host: str | None, port: int | None) -> Settings:
    given = {"MILEPOST_HOST": host, "MILEPOST_PORT": None if port is None else str(port)}
    environment = {**os.environ, **{name: value for name, value in given.items() if value is not None}}
    return settings_from(environment)


def _answer(service: Service, told: Callable[[str], str]) -> None:
    from milepost.cli.server_process import (
        answer,  # here, as it would double the time that every other command needs to start
    )

    answer(service, told)
