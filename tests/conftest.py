"""Given what happened, when someone asks, then this happens."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings

from domain.codec import decode, written
from domain.command import Command, CommandContext, Refused, Rejected
from domain.command_execution import CommandExecution
from domain.event import Event, Recorded
from domain.policy.policy import Policy
from domain.policy.rulebook import PolicyEvent, Rulebook
from domain.state.project import Project, fold

settings.register_profile(
    "milepost",
    deadline=None,  # the machine may be busy with other things
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("milepost")

pytest_plugins = ["tests.brokers"]  # here, so that all tests share one broker

START = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday
LOG = "test"


@dataclass(frozen=True)
class Act:
    """Something that somebody did: an event, by whom, in which role, when (hours after the last one by default)."""

    event: Event
    who: str = "ada"
    role: str | None = None
    at: datetime | None = None
    auth: str = "unauthenticated"
    origin: str = "live"


def by(
    who: str, role: str | None = None, at: datetime | None = None, auth: str = "unauthenticated"
) -> Callable[..., Act]:
    """`by("ada", at=T1)(Event(…))`: an event with who, in which role, and when."""

    def act(event: Event) -> Act:
        return Act(event, who, role, at, auth)

    return act


def history(*acts: Event | Act, stream: str = "project-p", policy: str | None = None) -> list[Recorded]:
    """These events as they stand in a stream, an hour apart where no moment is given."""
    told: list[Recorded] = []
    now = START
    for version, said in enumerate(acts, 1):
        act = said if isinstance(said, Act) else Act(said)
        now = act.at or now + timedelta(hours=1)
        told.append(
            written(
                Recorded(
                    id=event_id(version),
                    log=LOG,
                    stream=stream,
                    version=version,
                    event=act.event,
                    time=now,
                    recorded_at=now,
                    who=act.who,
                    role=act.role,
                    auth=act.auth,
                    command=f"command-{version}",
                    correlation=f"command-{version}",
                    policy=policy,
                    origin=act.origin,
                )
            )
        )
    return told


def event_id(version: int) -> str:
    """The id that the event of this version has in a test's history."""
    return f"00000000-0000-7000-8000-{version:012d}"


def decided(past: list[Recorded], command: Command, context: CommandContext) -> list[Recorded]:
    """What follows from a command; what was written must read the same, and fold the same."""
    project, rulebook = fold(past), context.rulebook
    project.stream = project.stream or "project-p"
    ticks = iter(range(1, 1_000_000))
    writing = CommandExecution(
        log=LOG,
        stream=project.stream,
        states={project.stream: project, f"policy-{context.policy.name}": rulebook},
        context=context,
        command="now",
        correlation="now",
        tick=lambda: context.now + timedelta(microseconds=next(ticks)),
        new_id=lambda moment: event_id(900_000 + next(ticks)),
    )
    follows = writing.carry_out([command])
    for recorded in follows:
        assert replace(decode(recorded.data), event=recorded.event) == recorded, "what is written must read the same"
        assert decode(recorded.data).event == recorded.event, "what is written must read the same"
    own = [recorded for recorded in follows if recorded.stream == project.stream]
    assert fold([*past, *own]).digest == project.digest
    return follows


@dataclass(frozen=True)
class When:
    past: list[Recorded]
    command: Command
    context: CommandContext

    def follows(self) -> list[Event]:
        return [recorded.event for recorded in decided(self.past, self.command, self.context)]

    def then(self, *expected: Event) -> None:
        assert self.follows() == list(expected)

    def then_kinds(self, *kinds: str) -> list[Event]:
        """These kinds follow, in this order; gives the events to look into."""
        follows = self.follows()
        assert [event.kind for event in follows] == list(kinds)
        return follows

    def then_nothing(self) -> None:
        assert self.follows() == []

    def then_rejected(self, because: str) -> None:
        with pytest.raises(Rejected, match=because):
            self.follows()

    def then_refused(self, because: str) -> Event:
        with pytest.raises(Refused, match=because) as refusal:
            self.follows()
        return refusal.value.record.event


@dataclass(frozen=True)
class Given:
    past: list[Recorded]
    policy: Policy
    rules: list[Recorded] = field(default_factory=list[Recorded])

    def when(
        self,
        command: Command,
        by: str = "ada",
        role: str | None = None,
        at: datetime | None = None,
        auth: str = "unauthenticated",
        origin: str = "live",
    ) -> When:
        now = at or (self.past[-1].recorded_at if self.past else START) + timedelta(hours=1)
        context = CommandContext(by, now, self.policy, rulebook_of(self.policy, self.rules), role, auth, origin)
        return When(self.past, command, context)

    def project(self) -> Project:
        return fold(self.past)


def rulebook_of(policy: Policy, rules: Iterable[Recorded] = ()) -> Rulebook:
    rulebook = Rulebook(policies={policy.label: policy}, current=policy.label)
    for recorded in rules:
        rulebook.apply(recorded)
    return rulebook


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The default policy, as it is adopted when a log is opened."""
    from milepost.policies import default_policy

    return default_policy()


@pytest.fixture
def given(policy: Policy) -> Callable[..., Given]:
    """`given(events…)`: a project's past, and with `rules=[…]` what the policy's stream says besides."""

    def past(*acts: Event | Act, rules: Iterable[PolicyEvent | Act] = ()) -> Given:
        return Given(history(*acts, policy=policy.label), policy, history(*rules, stream=f"policy-{policy.name}"))

    return past


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--brokers", choices=("with", "without", "only"), default="with", help="tests on real brokers")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests on real brokers, or all others, where that was asked for; they take longest, so first."""
    asked = config.getoption("--brokers")
    if asked != "with":
        items[:] = [item for item in items if _is_on_brokers(item) == (asked == "only")]
    long = {item.path for item in items if _is_on_brokers(item)}
    items.sort(key=lambda item: item.path not in long)


def _is_on_brokers(item: pytest.Item) -> bool:
    return "quick" in getattr(item, "fixturenames", ())
