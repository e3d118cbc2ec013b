"""The journal of the process: one JSON object a line on standard error, with no values of variables in it."""

import logging
import sys
from datetime import UTC, datetime

import orjson
import structlog


class _Lines(logging.Formatter):
    """What libraries and followers tell, in the same form."""

    def format(self, record: logging.LogRecord) -> str:
        told = {"event": record.getMessage(), "level": record.levelname.lower(), "logger": record.name}
        told["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat()
        return _line(told | ({"exception": self.formatException(record.exc_info)} if record.exc_info else {}))


def configure() -> None:
    """Have everything that is told of the service's own doings go there."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(_Lines())
    logging.basicConfig(handlers=[lines])
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # our own sentences say what becomes of it
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


def tell_more() -> None:
    """Have those who run in the background also tell when they begin, change hands and go on."""
    logging.getLogger("milepost").setLevel(logging.INFO)


def _line(told: object, **_: object) -> str:
    return orjson.dumps(told, default=str, option=orjson.OPT_SORT_KEYS).decode()
