"""Settings: every one in one list, with what it means and what holds where it is not set."""

import ipaddress
import os
import pwd
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any


class Unfit(ValueError):
    """A setting is wrong or unsafe. Names it and says what to set."""


DATA, CACHE = Path("/var/lib/milepost"), Path("/var/cache/milepost")
"""Root's folders: the servers run as another user, who need not reach root's own."""

FILES = frozenset({"kafka_ca", "kafka_certificate", "kafka_key", "kafka_password_file"})
"""The settings that are files, and empty where there is none."""

MOST_REPLICAS = 9
NUMBERS = {"port": ("a port", 0, 65_535), "kafka_replicas": ("a number of brokers", 1, MOST_REPLICAS)}
"""The settings that are numbers: what each is, and from where to where."""

MEANINGS = {
    "data": "Data folder of the embedded PostgreSQL, created if it is missing.",
    "database_url": "Connection to a PostgreSQL of your own, as the application's role; by default the embedded one.",
    "host": "Address to serve on; loopback only, as long as people can't sign in.",
    "port": "Port to serve on; 0 chooses a free one.",
    "log_name": "Name of the log. A new log gets it (by default milepost.local); an existing log must have it.",
    "owner_url": "Connection to PostgreSQL as the owner of the schemas, used by `milepost migrate` alone.",
    "actor": "The actor on the command line, unless --as names one; by default anonymous.",
    "kafka_data": "Data folder of the embedded Kafka, created if it is missing.",
    "kafka_jars": "Folder of Kafka's jars, which are downloaded at first use.",
    "origin": "Public address of the service, for links; by default host and port.",
    "kafka_bootstrap": "Kafka's brokers as host:port,host:port; without it the read models follow the log directly.",
    "kafka_topic": "Topic of the events; each log needs a topic of its own.",
    "kafka_replicas": "Replicas of each event; that many brokers must run when the topic is created.",
    "kafka_security": "Security of the connection to Kafka: plaintext, tls, sasl or sasl-tls (SCRAM-SHA-512).",
    "kafka_ca": "File of the authorities that may sign Kafka's certificates; by default those that the system trusts.",
    "kafka_certificate": "File of our client certificate, if Kafka asks for one.",
    "kafka_key": "File of the certificate's private key; nobody else may read it.",
    "kafka_user": "User name for sasl and sasl-tls.",
    "kafka_password_file": "File of that user's password; nobody else may read it.",
}


def default_folders(environment: Mapping[str, str], uid: int | None = None) -> dict[str, Path]:
    """The folders of a user, absolute: root's in /var, others' as in the XDG Base Directory Specification 0.8.

    A variable of XDG that is empty or relative doesn't count.
    """
    if (os.geteuid() if uid is None else uid) == 0:
        data, cache = DATA, CACHE
    else:
        data = _xdg(environment, "XDG_DATA_HOME", ".local/share") / "milepost"
        cache = _xdg(environment, "XDG_CACHE_HOME", ".cache") / "milepost"
    return {"data": data / "data", "kafka_data": data / "kafka", "kafka_jars": cache / "kafka"}


def _xdg(environment: Mapping[str, str], variable: str, below_home: str) -> Path:
    given = Path(environment.get(variable, ""))
    return given if given.is_absolute() else _home(environment) / below_home


def _home(environment: Mapping[str, str]) -> Path:
    given = Path(environment.get("HOME", ""))
    if given.is_absolute():
        return given
    try:
        return Path(pwd.getpwuid(os.geteuid()).pw_dir)
    except KeyError:  # a user that the system doesn't know, as in a container: it sets MILEPOST_DATA
        return Path("/nonexistent")


def _folder(name: str) -> Callable[[], Path]:
    return lambda: default_folders(os.environ)[name]


@dataclass(frozen=True)
class Settings:
    """How this service runs. Each is read from an environment variable: MILEPOST_ and its name in capitals."""

    data: Path = field(default_factory=_folder("data"))
    kafka_data: Path = field(default_factory=_folder("kafka_data"))
    kafka_jars: Path = field(default_factory=_folder("kafka_jars"))
    database_url: str = field(default="", repr=False)
    owner_url: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    log_name: str = ""
    origin: str = ""
    actor: str = ""
    kafka_bootstrap: str = ""
    kafka_topic: str = "milepost.events.v1"
    kafka_replicas: int | None = None
    kafka_security: str = "plaintext"
    kafka_ca: str = ""
    kafka_certificate: str = ""
    kafka_key: str = ""
    kafka_user: str = ""
    kafka_password_file: str = ""

    @property
    def distributed(self) -> bool:
        """Whether Kafka carries the events, so that others than the service keep the read models up."""
        return bool(self.kafka_bootstrap)

    @property
    def address(self) -> str:
        """Where people find the service."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.origin or f"http://{host}:{self.port}"

    def safe(self) -> dict[str, str]:
        """The settings in force, without secrets."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        shown = {name: "" if value is None else str(value) for name, value in values.items()}
        secret = {"database_url": "set" if self.database_url else "embedded", "owner_url": self.owner_url and "set"}
        return shown | secret


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings that an environment asks for. Raises `Unfit` for what is wrong, unsafe, or no setting at all."""
    known = {f"MILEPOST_{one.name.upper()}": one for one in fields(Settings)}
    unknown = sorted(name for name in environment if name.startswith("MILEPOST_") and name not in known)
    if unknown:
        raise Unfit(f"{unknown[0]} is no setting of Milepost; the settings are {', '.join(known)}")
    given: dict[str, Any] = default_folders(environment) | {
        one.name: _value(name, environment[name], one) for name, one in known.items() if name in environment
    }
    settings = Settings(**given)
    _demand_loopback(settings.host)
    return settings


def _value(name: str, text: str, setting: "Field[Any]") -> Any:
    if setting.type is Path:
        return _absolute(name, text)
    if text and setting.name in FILES:
        return str(_absolute(name, text))
    if setting.name in NUMBERS:
        what, least, most = NUMBERS[setting.name]
        if not text.isdecimal() or not least <= int(text) <= most:
            raise Unfit(f"{name} is {what} from {least} to {most}, not {text!r}")
        return int(text)
    if "\0" in text or text != text.strip():
        raise Unfit(f"{name} begins or ends with white space")
    return text


def _absolute(name: str, text: str) -> Path:
    """The path, which means the same in every working directory."""
    if not Path(text).is_absolute():
        raise Unfit(f"{name} is {text!r}, which is no absolute path: give it one, such as {Path(text).absolute()}")
    return Path(text)


def _demand_loopback(host: str) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise Unfit(f"MILEPOST_HOST is {host!r}: while people can't sign in, only 127.0.0.1, ::1 or localhost is safe")
