"""The journal of the process: one JSON object a line on standard error, with no values of variables in it."""

import sys

import orjson
import structlog


def configure() -> None:
    """Have everything that is told of the service's own doings go there."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _line(told: object, **_: object) -> str:
    return orjson.dumps(told, default=str, option=orjson.OPT_SORT_KEYS).decode()
