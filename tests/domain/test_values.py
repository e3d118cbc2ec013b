"""The values that facts are made of."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.values import (
    LARGEST_INTEGER,
    Count,
    Decimal,
    Digest,
    EventId,
    Fact,
    Key,
    Moment,
    Money,
    Name,
    Permille,
    Sealed,
    Text,
    Version,
    Whole,
    moment_text,
)


def read(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Key, "a"),
        (Key, "kep-1.2_x"),
        (Key, "9" + "z" * 62),
        (Decimal, "0"),
        (Decimal, "-12.50"),
        (Decimal, "0.0"),
        (Decimal, "1" * 40),
        (Digest, "sha256:" + "0f" * 32),
        (EventId, "0199c2a4-7d3e-7abc-8def-000000000001"),
        (Whole, -LARGEST_INTEGER),
        (Count, 0),
        (Version, 1),
        (Permille, 1000),
        (Name, "x" * 200),
    ],
)
def test_are_taken_as_they_are(kind: Any, value: object) -> None:
    assert read(kind, value) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Key, ""),
        (Key, "A"),
        (Key, "-a"),
        (Key, "a b"),
        (Key, "a\n"),
        (Key, "a" * 64),
        (Key, "٣"),
        (Decimal, "1."),
        (Decimal, ".5"),
        (Decimal, "01"),
        (Decimal, "1e3"),
        (Decimal, "+1"),
        (Decimal, "-0"),
        (Decimal, "-0.00"),
        (Decimal, "٣"),
        (Decimal, "1" * 41),
        (Digest, "sha256:" + "0F" * 32),
        (Digest, "sha1:" + "0" * 40),
        (EventId, "0199C2A4-7d3e-7abc-8def-000000000001"),
        (Whole, LARGEST_INTEGER + 1),
        (Whole, 1.5),
        (Count, -1),
        (Version, 0),
        (Permille, 1001),
        (Name, ""),
        (Name, " \t\n"),
        (Name, "\u00a0\u2003\u200b\u2060\u202e\ufeff"),
        (Text, ""),
        (Text, "\u200d"),
        (Name, "x" * 201),
        (Name, "a\0b"),
        (Text, "x" * 10_001),
        (Text, "a\0b"),
        (Name, "\u0958" * 101),
        (Text, "\u0958" * 5_001),
        (Moment, datetime(2026, 1, 1)),  # noqa: DTZ001 - a moment without a zone is what is refused
        (Moment, "2026-01-01T10:00:00"),
        (Moment, "1980-01-01T00:30:00+01:00"),
        (Moment, "2999-12-31T23:30:00-01:00"),
        (Moment, "9999-12-31T23:30:00-01:00"),
    ],
)
def test_are_refused_where_they_have_no_canonical_form(kind: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        read(kind, value)


@pytest.mark.parametrize(("kind", "most"), [(Name, 200), (Text, 10_000)])
def test_text_length_is_counted_after_normalisation(kind: Any, most: int) -> None:
    assert read(kind, "e\u0301" * most) == "\u00e9" * most
    with pytest.raises(ValidationError, match=f"{most + 1:,} characters in Unicode NFC; the limit is {most:,}"):
        read(kind, "e\u0301" * (most + 1))


def test_text_with_one_visible_character_is_not_blank() -> None:
    assert read(Name, " \u200b.") == " \u200b."


@pytest.mark.parametrize("kind", [Name, Text])
def test_are_composed_where_they_are_text(kind: Any) -> None:
    assert read(kind, "e\u0301") == "\u00e9"


def test_are_moments_in_utc_with_six_decimals() -> None:
    eastern = datetime(2026, 1, 5, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    moment = read(Moment, eastern)
    assert (moment, moment.tzinfo) == (datetime(2026, 1, 5, 9, 30, tzinfo=UTC), UTC)
    assert moment_text(moment) == "2026-01-05T09:30:00.000000Z"
    assert moment_text(datetime(1, 1, 1, 0, 0, 0, 7, UTC)) == "0001-01-01T00:00:00.000007Z"


def test_are_moments_of_years_that_are_counted_in_utc() -> None:
    assert read(Moment, "1979-12-31T23:30:00-01:00") == datetime(1980, 1, 1, 0, 30, tzinfo=UTC)


def test_are_sealed_where_only_a_key_may_read_them() -> None:
    sealed = read(Text, {"sealed": "k1", "box": "abc"})
    assert (sealed, str(sealed)) == (Sealed(sealed="k1", box="abc"), "[sealed]")


def test_are_exact_amounts_of_one_currency() -> None:
    assert Money(amount="-12.50", currency="EUR").amount == "-12.50"
    with pytest.raises(ValidationError):
        Money(amount="1", currency="eur")


def test_never_change() -> None:
    money = Money(amount="1", currency="EUR")
    with pytest.raises(ValidationError, match="frozen"):
        setattr(money, "amount", "2")  # noqa: B010 - a plain assignment is what the type checker forbids already
    assert Fact.model_config.get("extra") == "ignore"
