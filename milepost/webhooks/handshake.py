"""The handshake: an address is asked whether it wants events from here before any is brought (CloudEvents, §4)."""

from milepost.webhooks.addresses import Forbidden, Target
from milepost.webhooks.http_post import Unanswered, send

FASTEST = 60_000
"""Requests a minute; who allows more is not brought more."""


def allowed_rate(target: Target, origin: str) -> int | None:
    """How many requests a minute an address allows this origin, None where it sets no bound.

    Raises `Forbidden` where it doesn't want events from here, or doesn't answer.
    """
    try:
        answer = send(target, "OPTIONS", {"WebHook-Request-Origin": origin, "WebHook-Request-Rate": "*"})
    except Unanswered as error:
        raise Forbidden(f"the address doesn't answer: {error}") from error
    allowed = answer.headers.get("webhook-allowed-origin", "").strip()
    if answer.status >= 300 or allowed not in ("*", origin):
        raise Forbidden(
            f"the address doesn't allow events from {origin}: it answers OPTIONS with {answer.status} and "
            f"WebHook-Allowed-Origin {allowed[:80]!r}; let it answer {origin} or *"
        )
    rate = answer.headers.get("webhook-allowed-rate", "*").strip()
    return min(int(rate), FASTEST) if rate.isascii() and rate.isdecimal() and 0 < len(rate) < 9 and int(rate) else None
