"""The values that facts are made of, each with one canonical form (docs/format.md)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
)
from pydantic_core.core_schema import CoreSchema, no_info_after_validator_function

LARGEST_INTEGER = 2**53 - 1  # the largest that every JSON reader keeps exactly (RFC 8259 §6)
LONGEST_TEXT = 10_000
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}  # Unicode: controls, format characters and white space
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


class Fact(BaseModel):
    """Anything that is written down and never changed. Readers ignore what they don't know yet."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def is_blank(text: str) -> bool:
    """Whether a text has nothing to read: it is empty, or white space and format characters alone."""
    return all(unicodedata.category(character) in _INVISIBLE for character in text)


def _canonical_text(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text must not contain the character NUL")
    if is_blank(text):
        raise ValueError("a text must not be blank; give at least one visible character")
    return unicodedata.normalize("NFC", text)


@dataclass(frozen=True)
class Characters:
    """The constraint of a text: how many characters it has in its canonical form, Unicode NFC."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._canonical, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        least = {"minLength": self.least} if self.least else {}
        return {**handler(schema), **least, "maxLength": self.most}

    def _canonical(self, text: str) -> str:
        kept = _canonical_text(text)
        if len(kept) > self.most:
            raise ValueError(f"the text has {len(kept):,} characters in Unicode NFC; the limit is {self.most:,}")
        return kept


def _canonical_decimal(text: str) -> str:
    if not _DECIMAL.fullmatch(text) or (text.startswith("-") and not text.strip("-0.")):
        raise ValueError("a decimal is written like -12.50, without exponent, leading zero or -0")
    return text


def _canonical_moment(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone, like 2026-11-22T09:30:00Z or +01:00")
    if 1979 <= moment.year <= 3000:  # further out a zone may lead out of the calendar
        moment = moment.astimezone(UTC)
    if not 1980 <= moment.year <= 2999:
        raise ValueError("a moment must lie in the years 1980 to 2999 (UTC)")
    return moment


def moment_text(moment: datetime) -> str:
    """A moment as it is stored: UTC, six decimals, `Z` (RFC 3339)."""
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
"""A project's KEY or the id of a part of it, chosen by people or tools."""

Person = Key
"""An opaque id: a person's name never stands in an event."""

Role = Key
"""The name of a role, from the catalogue that the policy keeps."""

Name = Annotated[str, Characters(1, 200)]
"""A short name or title, Unicode NFC; never blank."""

Sentence = Annotated[str, Characters(1, 400)]
"""What the service says about something in a sentence, Unicode NFC."""

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""SHA-256 of some bytes, in hexadecimal after `sha256:`."""

EventId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""The id of an event: a UUIDv7 in lower case (RFC 9562)."""

Whole = Annotated[int, Field(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
"""An integer that every JSON reader keeps exactly."""

Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]
"""How many: never below zero."""

Version = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]
"""A place in a stream, from 1."""

Permille = Annotated[int, Field(ge=0, le=1000)]
"""A share in thousandths."""

Decimal = Annotated[str, StringConstraints(max_length=40), AfterValidator(_canonical_decimal)]
"""An exact number, kept as the text `-?(0|[1-9]\\d*)(\\.\\d+)?`, never `-0`."""

Moment = Annotated[
    datetime, AfterValidator(_canonical_moment), PlainSerializer(moment_text, return_type=str, when_used="json")
]
"""An instant, kept in UTC with microseconds."""

Day = date
"""A calendar day, in the zone that the policy names."""


class Sealed(Fact):
    """A text that only the holder of a key can read, so that dropping the key erases it."""

    sealed: Key
    box: Annotated[str, StringConstraints(max_length=20_000)]

    def __str__(self) -> str:
        return "[sealed]"


Text = Annotated[str, Characters(0, LONGEST_TEXT)] | Sealed
"""Free text, in the open or sealed. Never blank."""


class Money(Fact):
    """An exact amount in one currency (ISO 4217)."""

    amount: Decimal
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Document(Fact):
    """A document that lies elsewhere, bound by the digest of its bytes; `size` in bytes."""

    document: Key
    title: Name
    version: Name = "1"
    digest: Digest
    size: Count | None = None
    media: Name | None = None
    location: Name | None = None
