"""What tests of operating work on: a database server with a log, and a broker that asks who you are."""

from tests.consumers.conftest import log, server, telling
from tests.operate.securing import secured

__all__ = ["log", "secured", "server", "telling"]
