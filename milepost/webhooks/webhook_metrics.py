"""Gauges of webhooks: how far each is, and whether anything is brought there at all."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import Connection

from consumers.read_models.read_model_metrics import Gauge
from milepost.webhooks.subscriptions import every


def gauges(connection: Connection[Any], head: int) -> Iterator[Gauge]:
    """Every value, where the log ends at `head`; none before the first webhook."""
    try:
        hooks = every(connection)
    except psycopg.errors.UndefinedTable:
        return
    for hook in hooks:
        named = (hook.name,)
        yield Gauge("webhook_events_behind", named, max(0, head - hook.position))
        yield Gauge("webhook_failures", named, hook.failures)
        yield Gauge("webhook_stopped", named, hook.state != "active")
