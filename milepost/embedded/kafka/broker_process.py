"""A broker's process: how it is started, found, listened to, and ended.

It is found by what it runs and as whom, never by a pid that a file remembers, so no other program is taken for it.
"""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from milepost.embedded.file_locks import take
from milepost.embedded.kafka import KafkaError
from milepost.embedded.kafka.broker_config import LOGGING, properties
from milepost.embedded.kafka.broker_folder import Broker, Folder
from milepost.embedded.kafka.software import Software
from milepost.embedded.os_user import OsUser

GRACE, LIMIT = 20.0, 10.0  # seconds for a shutdown in order, and after SIGKILL
BEAT = 0.05
_SERVER = "kafka.Kafka"
_FORMAT = ("kafka.tools.StorageTool", "format")
_DETACHED = ("/bin/sh", "-c", '"$0" "$@" &')  # nobody's child, since it may outlive us and end without us


def launch(broker: Broker, brokers: Sequence[Broker], cluster: str, account: OsUser, software: Software) -> bool:
    """Start a broker, whose folder is formatted if it is new; False while a process of it still lives."""
    broker.lock.touch(0o600)
    if (lock := take(broker.lock, fcntl.LOCK_EX)) is None:
        return False
    with lock:  # closed here, and from then on held by the broker alone
        _tell(broker, brokers)
        if not (broker.kafka / "meta.properties").exists():  # the last that formatting writes
            _format(broker, cluster, account, software)
        with open(broker.out, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            told = [f"-Dmilepost.log={broker.log}", f"-Dlog4j2.configurationFile={_logging(broker)}"]
            subprocess.run(
                [*_DETACHED, *software.command(*software.options, *told, _SERVER, broker.properties)],
                check=True, stdout=out, stderr=out, pass_fds=(lock.fileno(),),
                start_new_session=True, timeout=60, **_options(account),
            )  # fmt: skip
    return True


def _tell(broker: Broker, brokers: Sequence[Broker]) -> None:
    for file, text in ((broker.properties, properties(broker, brokers)), (_logging(broker), LOGGING)):
        file.write_text(text)
        file.chmod(0o644)
    with suppress(FileNotFoundError):
        broker.log.rename(broker.log.with_name("before.log"))


def _format(broker: Broker, cluster: str, account: OsUser, software: Software) -> None:
    command = software.command(*_FORMAT, f"--cluster-id={cluster}", f"--config={broker.properties}")
    told = account.run(*command, **_options(account))
    if told.returncode != 0:
        raise Folder.because(broker.data, told.stdout)


def _options(account: OsUser) -> dict[str, Any]:
    options = account.options()
    return options | {"env": options["env"] | {"LC_ALL": "C.UTF-8"}}  # without it Java opens no file named `ü`


def _logging(broker: Broker) -> Path:
    return broker.data / "log4j2.properties"


def alive(broker: Broker) -> bool:
    """Whether a process of the broker lives, or one that is about to start it."""
    if not broker.lock.exists():
        return False
    if (free := take(broker.lock, fcntl.LOCK_SH)) is None:
        return True
    free.close()
    return False


def pid(broker: Broker, account: OsUser) -> int | None:
    """The process that runs the broker; None where there is none in sight."""
    tail = [_SERVER.encode(), os.fsencode(broker.properties), b""]
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if words[-3:] == tail and words[0].endswith(b"java") and process.stat().st_uid == account.uid:
                return int(process.name)
    return None


def last_words(broker: Broker) -> str:
    """What the broker said since it was started: before its log was open, and then in it."""
    files = [file for file in (broker.out, broker.log) if file.exists()]
    return "".join(file.read_text(errors="replace")[-20_000:] for file in files)


def end(brokers: Iterable[Broker], account: OsUser, grace: float = GRACE) -> None:
    """Stop brokers: in order, or else at once. Raises `KafkaError` where one lives on."""
    left = list(brokers)
    for how, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, LIMIT)):
        told, until = set[int](), time.monotonic() + patience
        while left := [one for one in left if alive(one)]:
            if time.monotonic() > until:
                break
            told |= {one.number for one in left if one.number not in told and _signal(one, account, how)}
            time.sleep(BEAT)
    if left:
        raise KafkaError(f"A broker in {left[0].data} doesn't stop: end it by hand, on the machine where it runs.")


def _signal(broker: Broker, account: OsUser, how: signal.Signals) -> bool:
    if (found := pid(broker, account)) is None:
        return False
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(found)
        try:
            if pid(broker, account) == found:  # again, now that the handle can't be another's
                signal.pidfd_send_signal(handle, how)
        finally:
            os.close(handle)
    return True
