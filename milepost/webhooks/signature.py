"""Signing what is brought, so that its receiver can tell who sent it (Standard Webhooks: HMAC-SHA256 of the body)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

PREFIX = "whsec_"
KEY_BYTES = 32


def new_secret() -> str:
    """A key that only the service and one receiver know."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def signed(secret: str, message: str, moment: int, body: bytes) -> Mapping[str, str]:
    """The headers that prove a body: which message it is, when it was sent in seconds since 1970, and the signature."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    proof = hmac.new(key, f"{message}.{moment}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message,
        "webhook-timestamp": str(moment),
        "webhook-signature": f"v1,{base64.b64encode(proof).decode()}",
    }
