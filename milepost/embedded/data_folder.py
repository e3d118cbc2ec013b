"""The data folder of an embedded server: demanded to be ours, made private, and spoken of, whichever server it is."""

import os
import pwd
import stat
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from milepost.embedded.os_user import OsUser

FULL = "The disk that holds {data} is full: free some space, then start again."
_DENIED = "{line}. Give all in {data} back to the users that had it, or choose another data folder."


@dataclass(frozen=True)
class DataFolder:
    """A data folder that is ours, and the user that its server runs as; a server's class says how to speak of it."""

    error: ClassVar[type[Exception]]
    server: ClassVar[str]  # what sentences call it
    elsewhere: ClassVar[str]  # where on a machine its data may lie
    mark: ClassVar[str]  # a lock that is made before all else, and in no other server's folder
    fatal: ClassVar[tuple[str, ...]]  # signs of a line that says why it doesn't run
    reasons: ClassVar[dict[str, str]]  # the sentence for each sign in its words, of {data} and the last fatal {line}
    unknown: ClassVar[str]  # the sentence where there is none of the signs

    data: Path
    account: OsUser

    @property
    def users(self) -> Path:
        return self.data / "users.lock"

    @classmethod
    def ours(cls, data: Path, account: Callable[[Path], OsUser]) -> Self:
        """The folder, made where it is missing, once it is known to be ours and its account can pass to it."""
        data = data.resolve()
        with cls.said(data):
            data.mkdir(parents=True, exist_ok=True)
            cls._demand_ours(data)
            folder = cls(data, account(data))
            data.chmod(0o711 if folder.account.switches else 0o700)
            for lock in (data / cls.mark, folder.users):
                lock.touch(0o600)
            folder._demand_way()
        return folder

    @classmethod
    def _demand_ours(cls, data: Path) -> None:
        found = data.stat()
        if found.st_uid != os.geteuid():
            owner = f"the user {_name(found.st_uid)}"
            raise cls.error(f"{data} belongs to {owner}: run Milepost as that user, or choose another data folder.")
        inside = {path.name for path in data.iterdir()}
        if inside and cls.mark not in inside:
            raise cls.error(f"{data} holds something else ({min(inside)}): choose an empty or a new data folder.")
        if inside and found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise cls.error(f"Others can write to {data}: see that nothing was changed, then run `chmod go-w {data}`.")

    def _demand_way(self) -> None:
        if self.account.reaches(self.data):
            return
        way = (*reversed(self.data.parents), self.data)
        closed = next(folder for folder in way if not self.account.reaches(folder))
        raise self.error(
            f"Run by root, the {self.server} belongs to the user {self.account.name}, who can't pass through {closed}:"
            f" choose a data folder elsewhere, such as {self.elsewhere}."
        )

    def private(self, folder: Path) -> None:
        """Make a folder of the account's, closed to all others; refused where there is another's."""
        with self.said(self.data):
            if not os.path.lexists(folder):
                folder.mkdir(0o700)
                self.account.adopt(folder)
            found = folder.lstat()
        if (found.st_mode, found.st_uid) != (stat.S_IFDIR | 0o700, self.account.uid):
            name = self.account.name
            raise self.error(f"{folder} must be a folder of {name} with mode 0700: remove it, then start again.")

    @classmethod
    @contextmanager
    def said(cls, data: Path) -> Generator[None]:
        """Turns what the operating system refuses into the server's error."""
        try:
            yield
        except (OSError, subprocess.SubprocessError) as error:
            raise cls.because(data, str(error)) from error

    @classmethod
    def because(cls, data: Path, text: str) -> Exception:
        """The error for what a program of the server or the operating system said about its data folder."""
        lines = [line.strip() for line in text.splitlines() if line.strip()] or ["no reason was given"]
        fatal = [line for line in lines if any(word in line for word in cls.fatal)] or lines
        reasons = {"No space left on device": FULL} | cls.reasons | {"ermission denied": _DENIED}
        sentence = next((way for sign, way in reasons.items() if sign in text), cls.unknown)
        return cls.error(sentence.format(data=data, line=fatal[-1]))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
