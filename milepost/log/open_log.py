"""Opening a log: its identity at position 1, and its first policy."""

from collections.abc import Callable
from datetime import datetime, timedelta

from domain.codec import written
from domain.event import Event, Recorded
from domain.log_opened import REVISION, STREAM, LogOpened
from domain.policy.policy import Policy
from domain.policy_changes.adoption import PolicyAdopted
from milepost import clock as machine
from milepost.log.sql import ANY_EVENT
from milepost.log.store import Identity, Log, LogNotOpened
from milepost.log.stored_event import LogEntry

SYSTEM = "system"


def open_log(
    log: Log,
    name: str,
    policy: Policy,
    clock: Callable[[], datetime] = machine.now,
    new_id: Callable[[datetime], str] = machine.new_id,
) -> Identity:
    """Open an empty log with a name and a policy. A log that is open already stays as it is.

    Raises `LogNotOpened` where the log has another name.
    """
    first, second = _events(new_id, clock(), name, policy)
    with log.connect() as connection, connection.cursor(binary=True) as cursor:
        log.store.begin(cursor)
        if cursor.execute(ANY_EVENT).fetchone() is None:
            lines = [LogEntry(n, r.stream, r.version, r.event.kind, r.data) for n, r in enumerate((first, second), 1)]
            log.store.append(cursor, lines)
        log.store.commit(cursor)
    return demand_name(log, name)


def demand_name(log: Log, name: str) -> Identity:
    """Which log this is. Raises `LogNotOpened` where it has another name; an empty name asks for none."""
    found = log.identity()
    if name and found.name != name:
        raise LogNotOpened(f"this log is named {found.name} and not {name}: check the address of the database")
    return found


def _events(new_id: Callable[[datetime], str], now: datetime, name: str, policy: Policy) -> tuple[Recorded, Recorded]:
    opened = LogOpened(log=new_id(now), name=name, revision=REVISION)
    adopted = PolicyAdopted(policy=policy, effective_from=now, proposed_by=SYSTEM, approved_by=(SYSTEM,))
    command = new_id(now)

    def record(event: Event, stream: str, tick: int) -> Recorded:
        moment = now + tick * timedelta(microseconds=1)
        return written(
            Recorded(
                id=new_id(now),
                log=opened.log,
                stream=stream,
                version=1,
                event=event,
                time=moment,
                recorded_at=moment,
                who=SYSTEM,
                command=command,
                correlation=command,
            )
        )

    return record(opened, STREAM, 0), record(adopted, f"policy-{policy.name}", 1)
