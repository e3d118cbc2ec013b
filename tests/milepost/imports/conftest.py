"""A log with its writer, for every import."""

from tests.milepost.logs import log, prepared, writer

__all__ = ["log", "prepared", "writer"]
