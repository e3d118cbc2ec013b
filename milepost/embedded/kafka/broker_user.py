"""The user of the operating system that brokers run as: ourselves, and for root somebody who matters less."""

import os
import pwd
from pathlib import Path

from milepost.embedded.kafka import KafkaError
from milepost.embedded.os_user import OsUser


def account_for(brokers: Path) -> OsUser:
    """Whoever owns the brokers' folder; for a new one ourselves, or for root `kafka`, else `nobody`.

    Kafka would run as root, and a flaw in it would then own the machine. Raises `KafkaError`.
    """
    uid = brokers.stat().st_uid if brokers.exists() else None
    try:
        entry = _newcomer() if uid is None else pwd.getpwuid(uid)
    except KeyError as error:
        raise KafkaError("Kafka's user must have a name: add the user `kafka` to /etc/passwd.") from error
    if entry.pw_uid == 0:
        raise KafkaError(f"{brokers} belongs to root, as whom no broker is run: `chown -R nobody` it.")
    return OsUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _newcomer() -> pwd.struct_passwd:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known["kafka"] if "kafka" in known else known["nobody"]
