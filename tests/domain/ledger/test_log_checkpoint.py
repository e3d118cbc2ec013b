"""A checkpoint."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ledger.log_checkpoint import LARGEST, Checkpoint, Malformed, parse
from domain.ledger.tree import EMPTY, leaf

# The example of https://c2sp.org/tlog-checkpoint.
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
PUBLISHED = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"
BYTES = bytes.fromhex("0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62")

# A machine that pauses is no failure, so no example has a deadline.
examples = settings(deadline=None, max_examples=200)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
origins = texts.map(lambda text: "".join(text.replace("+", "").split())).filter(bool)
checkpoints = st.builds(
    Checkpoint,
    origin=origins,
    size=st.integers(1, LARGEST),
    root=st.binary(min_size=32, max_size=32),
    extensions=st.lists(texts, max_size=3).map(tuple),
)


def test_reads_and_writes_the_published_example() -> None:
    checkpoint = Checkpoint("example.com/behind-the-sofa", 20852163, BYTES)
    assert parse(PUBLISHED.encode()) == checkpoint
    assert checkpoint.render() == PUBLISHED.encode()


def test_keeps_extension_lines_as_they_are() -> None:
    text = f"{PUBLISHED}ext: one\n— ünïcode +  \n".encode()
    assert parse(text).extensions == ("ext: one", "— ünïcode +  ")
    assert parse(text).render() == text


def test_of_an_empty_log_has_the_root_over_nothing() -> None:
    assert parse(Checkpoint("o", 0, EMPTY).render()) == Checkpoint("o", 0, EMPTY)


@examples
@given(checkpoints)
def test_reads_as_it_was_written(checkpoint: Checkpoint) -> None:
    assert parse(checkpoint.render()) == checkpoint


@examples
@given(st.one_of(st.binary(max_size=120), checkpoints.map(Checkpoint.render)), st.data())
def test_that_reads_at_all_is_the_only_spelling(text: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    changed = text[:place] + data.draw(st.binary(max_size=2)) + text[place + data.draw(st.integers(0, 2)) :]
    try:
        checkpoint = parse(changed)
    except Malformed:
        return
    assert checkpoint.render() == changed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "expected three lines or more.*found 0", id="nothing"),
        pytest.param(PUBLISHED.removesuffix("\n"), "found 2 and 'CsUY.*after the last newline", id="no last newline"),
        pytest.param("origin\n1\n", "found 2", id="no root"),
        pytest.param(PUBLISHED.replace("\n", "\r\n"), "line 2.*found '20852163\\\\r'", id="carriage returns"),
        pytest.param(f"\n1\n{ROOT}\n", "line 1: expected an origin.*found ''", id="no origin"),
        pytest.param(f"a b\n1\n{ROOT}\n", "line 1.*found 'a b'", id="space in the origin"),
        pytest.param(f"a\u2003b\n1\n{ROOT}\n", "line 1", id="wide space in the origin"),
        pytest.param(f"a+b\n1\n{ROOT}\n", "line 1.*found 'a\\+b'", id="plus in the origin"),
        pytest.param(f"a\x00b\n1\n{ROOT}\n", "line 1", id="control in the origin"),
        pytest.param(f"o\n\n{ROOT}\n", "line 2: expected a size in decimal.*found ''", id="no size"),
        pytest.param(f"o\n01\n{ROOT}\n", "line 2.*found '01'", id="leading zero"),
        pytest.param(f"o\n+1\n{ROOT}\n", "line 2.*found '\\+1'", id="plus sign"),
        pytest.param(f"o\n-1\n{ROOT}\n", "line 2.*found '-1'", id="below nothing"),
        pytest.param(f"o\n 1\n{ROOT}\n", "line 2.*found ' 1'", id="space before the size"),
        pytest.param(f"o\n1_0\n{ROOT}\n", "line 2.*found '1_0'", id="underscore in the size"),
        pytest.param(f"o\n٣\n{ROOT}\n", "line 2.*found '٣'", id="digit that isn't ASCII"),
        pytest.param(f"o\n{LARGEST + 1}\n{ROOT}\n", f"line 2.*found {LARGEST + 1}", id="size one too large"),
        pytest.param(f"o\n{'9' * 5000}\n{ROOT}\n", "line 2", id="size far too large"),
        pytest.param("o\n1\n\n", "line 3: expected a root.*found ''", id="empty root"),
        pytest.param(f"o\n1\n{ROOT[:-1]}\n", "line 3", id="no padding"),
        pytest.param(f"o\n1\n{ROOT[:-2]}J=\n", "line 3", id="another spelling of the same root"),
        pytest.param(f"o\n1\n{ROOT} \n", "line 3", id="space after the root"),
        pytest.param(f"o\n1\n{ROOT.replace('/', '_')}\n", "line 3", id="base64 for addresses"),
        pytest.param(f"o\n1\né{ROOT[1:]}\n", "line 3", id="root that isn't ASCII"),
        pytest.param("o\n1\nAAAA\n", "line 3: expected a root of 32 bytes, found 3", id="short root"),
        pytest.param(f"o\n1\n{'A' * 44}\n", "line 3: expected a root of 32 bytes, found 33", id="long root"),
        pytest.param(f"o\n0\n{ROOT}\n", "line 3: expected 47DEQpj8.*, the root over nothing", id="root over nothing"),
        pytest.param(f"{PUBLISHED}\n", "line 4: expected a line with text.*found ''", id="empty line"),
        pytest.param(f"{PUBLISHED}a\n\n— o AAAAAA==\n", "line 5", id="with a signature"),
        pytest.param(f"{PUBLISHED}a\tb\n", "line 4.*found 'a\\\\tb'", id="control in an extension"),
    ],
)
def test_is_refused(text: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        parse(text.encode())


def test_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(Malformed, match="expected UTF-8, found byte 0xff at offset 2"):
        parse(b"o\n\xff")


@pytest.mark.parametrize(
    ("origin", "size", "extensions", "said"),
    [
        pytest.param("o\n9", 1, (), "line 1", id="origin of two lines"),
        pytest.param("\ud800", 1, (), "line 1", id="origin with half a character"),
        pytest.param("o", -1, (), "line 2: expected a size from 0", id="below nothing"),
        pytest.param("o", 1, ("a\nb",), "line 4", id="extension of two lines"),
        pytest.param("o", 1, ("a", "\udfff"), "line 5", id="extension with half a character"),
    ],
)
def test_is_not_made_of_what_would_read_as_another(
    origin: str, size: int, extensions: tuple[str, ...], said: str
) -> None:
    with pytest.raises(Malformed, match=said):
        Checkpoint(origin, size, leaf(b""), extensions)
