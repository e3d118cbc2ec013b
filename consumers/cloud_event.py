"""An event as a consumer receives it, parsed from its Kafka record, and the names of kinds in CloudEvents."""

from dataclasses import dataclass

from consumers.event_log import LoggedEvent

_PREFIX = "milepost."


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event from a partition: `position` is its place in the log, `offset` that of its record; `data` is canonical.

    The position is 0 for an event that was read again over HTTP to heal a gap, which doesn't name it.
    """

    position: int
    stream: str
    version: int
    kind: str
    data: bytes
    offset: int

    def matches(self, logged: LoggedEvent) -> bool:
        """Whether this is the same event as one of the log, in every field and byte."""
        mine = (self.position, self.stream, self.version, self.kind, self.data)
        return mine == (logged.position, logged.stream, logged.version, logged.kind, logged.data)


def kind_of_type(type_: str) -> str:
    """The kind, `project.plan-approved/1`, of a CloudEvents `type`, `milepost.project.plan-approved.v1`."""
    name, _, version = type_.removeprefix(_PREFIX).rpartition(".v")
    return f"{name}/{version}"


def type_of_kind(kind: str) -> str:
    """The CloudEvents `type` of a kind; the reverse of `kind_of_type`."""
    name, _, version = kind.rpartition("/")
    return f"{_PREFIX}{name}.v{version}"
