"""People: each name that a source gives becomes an opaque id by a keyed hash, whose key never stands in the log."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

KEY_FILE = "people.key"
_AROUND = " \t\r\n@\"'“”‘’"


class People:
    """Gives the same person the same id in every import on this data folder, and nobody else a way back."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def id_of(self, name: str) -> str | None:
        """The opaque id of a name, however it is decorated; None where there is no name in it."""
        plain = name.strip(_AROUND).casefold()
        if not plain:
            return None
        return f"p-{hmac.new(self._key, plain.encode(), hashlib.sha256).hexdigest()[:24]}"


def people_of(data: Path, keep_key: bool = True) -> People:
    """The people of a data folder; its key is made at random when first asked for, readable by its owner alone.

    With `keep_key` false a key that isn't there yet is not written: the ids then hold for this run.
    """
    path = data / KEY_FILE
    if not keep_key and not path.exists():
        return People(secrets.token_bytes(32))
    data.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return People(bytes.fromhex(path.read_text("ascii")))
    key = secrets.token_bytes(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.hex())
    return People(key)
