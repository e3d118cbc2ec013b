"""What the service takes from its machine: the moment and new ids. Everything else is told them."""

from datetime import UTC, datetime

from uuid_utils import uuid7


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def new_id(moment: datetime) -> str:
    """A new UUIDv7 (RFC 9562), greater than all that this process made before; `moment` is for clocks that are told."""
    return str(uuid7())
