"""JSON from outside."""

import time

import pytest

from domain.values import LARGEST_INTEGER
from milepost.web.strict_json import DEEPEST, LARGEST_BODY, NotJson, TooBig, demand_text, read


def test_is_read_as_it_stands() -> None:
    assert read(b'{"a":[1,-2,"\\u00e9",true,null,{}],"b":""}') == {"a": [1, -2, "é", True, None, {}], "b": ""}


@pytest.mark.parametrize("body", [b"", b"{", b"{'a':1}", b'{"a":1,}', b"// x\n{}", b"[1 2]", b"\xef\xbb\xbf{}", b"nul"])
def test_that_is_none_is_refused_with_its_place(body: bytes) -> None:
    with pytest.raises(NotJson, match=r"line \d+, column \d+"):
        read(body)


def test_cut_off_anywhere_is_refused() -> None:
    whole = b'{"risk":"flood","statement":"the river \\u00e9","numbers":[1,2]}'
    for length in range(len(whole)):
        with pytest.raises(NotJson):
            read(whole[:length])


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_has_no_number_that_is_none(text: str) -> None:
    with pytest.raises(NotJson, match="is not a JSON number"):
        read(f'{{"a":{text}}}'.encode())


@pytest.mark.parametrize("text", ["1.5", "1e3", "1e999", "-0.0", "2E-1"])
def test_has_no_number_with_a_fraction_or_exponent(text: str) -> None:
    with pytest.raises(NotJson, match="written as text"):
        read(f"[{text}]".encode())


def test_has_no_integer_that_some_reader_would_round() -> None:
    assert read(f"[{LARGEST_INTEGER}, {-LARGEST_INTEGER}]".encode()) == [LARGEST_INTEGER, -LARGEST_INTEGER]
    for number in (LARGEST_INTEGER + 1, -LARGEST_INTEGER - 1, 2**64, 10**5000):
        with pytest.raises(NotJson, match="keeps exactly"):
            read(f"[{number}]".encode() if number < 10**100 else b"[1" + b"0" * 5000 + b"]")


@pytest.mark.parametrize("body", [b'{"a":1,"a":2}', b'{"x":{"a":1,"b":2,"a":1}}', b'{"a":1,"\\u0061":1}'])
def test_has_no_name_twice(body: bytes) -> None:
    with pytest.raises(NotJson, match="'a' stands twice"):
        read(body)


def test_is_no_deeper_than_is_read() -> None:
    assert read(b"[" * DEEPEST + b"]" * DEEPEST)
    for depth in (DEEPEST + 1, 1025, 100_000):
        with pytest.raises(TooBig, match="levels deep"):
            read(b"[" * depth + b"]" * depth)


def test_may_hold_brackets_in_its_texts() -> None:
    assert read(b'["' + b"[" * 100 + b'\\"{"]') == ["[" * 100 + '"{']


def test_is_no_larger_than_is_read() -> None:
    body = b'["' + b"x" * (LARGEST_BODY - 4) + b'"]'
    assert len(body) == LARGEST_BODY
    assert read(body)
    with pytest.raises(TooBig, match="262,145 bytes"):
        read(body + b" ")


def test_has_no_object_with_too_many_members() -> None:
    with pytest.raises(TooBig, match="1,001 members"):
        read(b"{" + b",".join(f'"{n}":1'.encode() for n in range(1001)) + b"}")


def test_is_utf_8() -> None:
    with pytest.raises(NotJson, match="not UTF-8 at byte 2"):
        read(b'["\xff"]')


@pytest.mark.parametrize("body", [b'{"a":["\\u0000"]}', b'{"a":["\\ud800"]}'])
def test_holds_no_character_that_no_database_keeps(body: bytes) -> None:
    with pytest.raises(NotJson, match=r"^a\.0: "):
        demand_text(read(body))
    with pytest.raises(NotJson, match=r"^the body: "):
        demand_text("\0")
    demand_text(read('{"a":["ü𝄞"]}'.encode()))


def test_is_read_through_once_however_it_is_made() -> None:
    began = time.thread_time()
    for body in (b'"' + b'\\"' * 131_000, b"{" + b",".join(b'"%d":1' % n for n in range(20_000)) + b',"9":1}'):
        with pytest.raises(NotJson):
            read(body)
    assert time.thread_time() - began < 5, "a second reading of each part takes minutes"
