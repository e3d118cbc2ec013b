"""A new file on the command line: whole or not there, never in place of another; or the standard output."""

import os
import secrets
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from milepost.cli.output import Failed
from milepost.cli.shutdown import unwind_on_signals

STDOUT = Path("-")


def demand_free(file: Path) -> None:
    """Raise `Failed` where something of this name exists, so that nothing is read for a file that can't be written."""
    if file != STDOUT and os.path.lexists(file):
        raise Failed(f"{file.absolute()} exists already: choose another file")


def write_lines(file: Path, lines: Iterable[bytes]) -> int:
    """Write the lines to a new file, or to the standard output where it is `-`; how many there were.

    The file appears once all of it is on disk, on any file system; what fails leaves no file behind. Raises `Failed`
    where one of its name exists or it can't be written. A reader that closes the standard output ends the program.
    """
    if file == STDOUT:
        return _print(lines)
    demand_free(file)
    try:
        with unwind_on_signals():
            return _write(file.absolute(), lines)
    except FileExistsError as error:
        raise Failed(f"{file.absolute()} exists already: choose another file") from error
    except OSError as error:
        raise Failed(f"{file.absolute()} can't be written: {error.strerror}") from error


def _print(lines: Iterable[bytes]) -> int:
    try:
        with open(sys.stdout.fileno(), "wb", closefd=False) as out:  # a buffer of its own, dropped where writing fails
            return _copy(lines, out)
    except BrokenPipeError:
        raise  # the command line ends quietly
    except OSError as error:
        raise Failed(f"the standard output can't be written: {error.strerror}") from error


def _write(file: Path, lines: Iterable[bytes]) -> int:
    unfinished = file.with_name(f".milepost-{secrets.token_hex(8)}.unfinished")
    try:
        with unfinished.open("xb") as out:
            count = _copy(lines, out)
            out.flush()
            os.fsync(out.fileno())
        _move(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def _copy(lines: Iterable[bytes], out: BinaryIO) -> int:
    count = 0
    for count, line in enumerate(lines, 1):  # noqa: B007 - the last number is the count
        out.write(line)
    return count


def _move(unfinished: Path, file: Path) -> None:
    """Give the file its name without hard links, which not every file system has. Raises `FileExistsError`.

    The name is taken first, by an empty file that only one process can create; a rename replaces that.
    """
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    try:
        unfinished.replace(file)
    except BaseException:
        file.unlink()
        raise
    with suppress(OSError):  # some file systems sync no folders
        _sync(file.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
