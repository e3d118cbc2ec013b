"""Migration of the database: schemas, tables and the least rights, made by their owner."""

from typing import Any, LiteralString

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier, Literal

from milepost.log.migrations import migrations

OWNER = "milepost_owner"
APPLICATION = "milepost_app"
OPEN_SCHEMAS = ("models", "analytics")
_ONE_AT_A_TIME = 0x6D696C65


class UnsafeDatabase(Exception):
    """The database is not as Milepost may use it. Says in a sentence what is wrong and what to do."""


def migrate(conninfo: str, application: str = APPLICATION, password: str | None = None) -> list[int]:
    """Apply the migrations that are missing. Returns their numbers.

    `conninfo` is a superuser's, who makes both roles and hands everything to `milepost_owner`, or that of any role that
    may create schemas: it then is the owner, and the application's role must be there. `password` is the application's.
    """
    with psycopg.connect(conninfo, connect_timeout=10) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,))
        _roles(connection, application, password)
        applied = _apply(connection)
        _grant(connection, application)
        return applied


def is_migrated(conninfo: str) -> bool:
    """Whether Milepost's schemas were ever created in this database; changes nothing."""
    with psycopg.connect(conninfo, connect_timeout=10) as connection:
        return connection.execute("SELECT to_regclass('log.migrations') IS NOT NULL").fetchone() == (True,)


def _roles(connection: Connection[Any], application: str, password: str | None) -> None:
    may_make = connection.execute(
        "SELECT rolsuper OR rolcreaterole, rolsuper FROM pg_roles WHERE rolname = current_user"
    )
    creates, everything = may_make.fetchone() or (False, False)
    if not _exists(connection, application):
        if not creates:
            raise UnsafeDatabase(
                f"there is no role {application} and this one may not create it: say CREATE ROLE {application} LOGIN"
            )
        connection.execute(SQL("CREATE ROLE {} LOGIN NOINHERIT").format(Identifier(application)))
    if password is not None:
        secret = Literal(_verifier(connection, application, password))
        connection.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(application), secret))
    if everything:
        if not _exists(connection, OWNER):
            connection.execute(SQL("CREATE ROLE {} NOLOGIN").format(Identifier(OWNER)))
        database = Identifier(connection.info.dbname)
        connection.execute(SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, Identifier(OWNER)))
        connection.execute(SQL("SET LOCAL ROLE {}").format(Identifier(OWNER)))


def _verifier(connection: Connection[Any], role: str, password: str) -> str:
    """What the server keeps of a password, so that the password itself is in no statement and in no server's log."""
    return connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()


def _exists(connection: Connection[Any], role: str) -> bool:
    return connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None


_APPLIED = "SELECT step, digest FROM log.migrations"


def _apply(connection: Connection[Any]) -> list[int]:
    connection.execute("CREATE SCHEMA IF NOT EXISTS log")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS log.migrations"
        " (step int PRIMARY KEY, digest bytea NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    known = _applied(connection)
    pending = [migration for migration in migrations() if migration.step not in known]
    for migration in pending:
        connection.execute(migration.sql.encode())
        connection.execute(
            "INSERT INTO log.migrations (step, digest) VALUES (%s, %s)", (migration.step, migration.digest)
        )
    return [migration.step for migration in pending]


def _applied(connection: Connection[Any]) -> set[int]:
    """The steps that were applied here. Raises `UnsafeDatabase` where one is not of this release."""
    ours = {migration.step: migration.digest for migration in migrations()}
    try:
        applied = dict(connection.execute(_APPLIED).fetchall())
    except psycopg.errors.UndefinedColumn as error:
        raise UnsafeDatabase(_OTHER_RELEASE.format(step=1)) from error
    for step, digest in sorted(applied.items()):
        if ours.get(step) != digest:
            raise UnsafeDatabase(_OTHER_RELEASE.format(step=step))
    return set(applied)


_OTHER_RELEASE = (
    "migration {step} of this database is of another release of Milepost: use that release, or a new database"
    " or data folder"
)


_GRANTS = (
    SQL("GRANT USAGE ON SCHEMA log TO {}"),
    SQL("GRANT SELECT ON ALL TABLES IN SCHEMA log TO {}"),
    SQL("GRANT INSERT ON log.events, log.outcomes TO {}"),
    SQL("GRANT UPDATE ON log.writer TO {}"),  # what LOCK TABLE asks for
    SQL("GRANT USAGE ON SCHEMA delivery TO {}"),
    SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA delivery TO {}"),
)


def _grant(connection: Connection[Any], application: str) -> None:
    role = Identifier(application)
    for grant in _GRANTS:
        connection.execute(grant.format(role))
    for schema in map(Identifier, OPEN_SCHEMAS):
        connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
        connection.execute(SQL("GRANT USAGE, CREATE ON SCHEMA {} TO {}").format(schema, role))


_EXCESS: dict[str, LiteralString] = {
    "is a superuser": "SELECT rolsuper FROM pg_roles WHERE rolname = current_user",
    "may create roles": "SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user",
    "owns the schema log or something in it": """
        SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'log' AND pg_has_role(nspowner, 'MEMBER'))
            OR EXISTS (SELECT FROM pg_class WHERE relnamespace::regnamespace::text = 'log'
                AND pg_has_role(relowner, 'MEMBER'))
            OR EXISTS (SELECT FROM pg_proc WHERE pronamespace::regnamespace::text = 'log'
                AND pg_has_role(proowner, 'MEMBER'))
        """,
    "may create in the schema log": "SELECT has_schema_privilege('log', 'CREATE')",
    "may change, remove or hook into what the log keeps": """
        SELECT bool_or(has_table_privilege(oid, 'DELETE, TRUNCATE, TRIGGER')
            OR relname <> 'writer' AND has_any_column_privilege(oid, 'UPDATE'))
        FROM pg_class WHERE relnamespace = 'log'::regnamespace AND relkind IN ('r', 'p')
        """,
}
_GUARDS = {
    ("events", "refuse_change"),
    ("events", "demand_lock"),
    ("outcomes", "refuse_change"),
    ("outcomes", "demand_lock"),
}


def demand_rights(connection: Connection[Any]) -> None:
    """Raise `UnsafeDatabase` unless all migrations are applied, the triggers stand, and the role has no more rights."""
    try:
        applied = _applied(connection)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege) as error:
        raise UnsafeDatabase(
            "this database holds no log for this role yet: run `milepost migrate` as its owner"
        ) from error
    if missing := {migration.step for migration in migrations()} - applied:
        raise UnsafeDatabase(f"migration {min(missing)} has not been applied to this database: run `milepost migrate`")
    for excess, question in _EXCESS.items():
        if connection.execute(question).fetchone() != (False,):
            raise UnsafeDatabase(
                f"the role {connection.info.user} {excess}, so what it records would prove nothing: "
                f"connect as {APPLICATION}, the owner is for `milepost migrate` alone"
            )
    guards = connection.execute(
        "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE relnamespace = 'log'::regnamespace AND tgenabled = 'A'"
    )
    if removed := _GUARDS - set(guards.fetchall()):
        names = ", ".join(sorted(f"{trigger} on log.{table}" for table, trigger in removed))
        raise UnsafeDatabase(
            f"the log is not guarded, for want of {names}: find out who removed it, then enable it ALWAYS"
        )
