"""What the log tells after the import: milestones, sign-offs, moves backwards and breaches, held against the file."""

from collections import Counter, defaultdict

from domain.event import Event, Recorded
from domain.lifecycle import Gate
from domain.portfolio.coverage import CoverageStated
from domain.portfolio.notes import SourceNoted
from domain.portfolio.pauses import ProjectCancelled
from domain.portfolio.proposal import ProjectProposed
from domain.reviews.breaches import BreachRecorded
from domain.reviews.milestones import MilestoneReached, PhaseReturned, ProjectDeployed
from domain.reviews.reversals import ReviewReversed
from domain.state.project import fold
from tests.kep.claims import Claims

Histories = dict[str, list[Recorded]]


def check_log(histories: Histories, claims: Claims) -> None:
    told = [recorded for history in histories.values() for recorded in history]
    claims.equal("projects", 665, len(histories))
    claims.equal("all of one origin", {"import:kep"}, {recorded.origin for recorded in told})
    claims.equal("all by nobody known", {("unknown", "unknown")}, {(recorded.who, recorded.auth) for recorded in told})
    begun = Counter(recorded.time_quality for recorded in told if isinstance(recorded.event, ProjectProposed))
    claims.equal("first units known exactly, at latest", (294, 371), (begun["exact"], begun["at-latest"]))
    claims.equal("folding is total", 665, sum(fold(history).entry.proposed for history in histories.values()))
    _check_gates(told, claims)
    _check_backwards(told, claims)
    _check_signatures(histories, claims)
    _check_deployed(told, histories, claims)


def _check_gates(told: list[Recorded], claims: Claims) -> None:
    reached = [recorded.event for recorded in told if isinstance(recorded.event, MilestoneReached)]
    claims.equal("basis", {"observed"}, {event.basis for event in reached})
    firsts = Counter(event.gate.value for event in reached if event.attempt == 1)
    claims.equal("gates never passed without a word", True, set(firsts) <= set(Gate))
    every = {result.control for event in reached for result in event.results}
    asked = {"portfolio-approved", "schedule-baselined", "every-role-signed", "gates-in-order", "decider-independent"}
    claims.equal("controls that are asked", asked, every)


def _check_backwards(told: list[Recorded], claims: Claims) -> None:
    returned = Counter(r.event.to_phase.value for r in told if isinstance(r.event, PhaseReturned))
    reversed_ = Counter(r.event.gates_lost[0].value for r in told if isinstance(r.event, ReviewReversed))
    claims.equal("returned", {"build": 12, "envision": 6}, dict(returned))
    claims.equal("reversed", {"release-ready": 4, "deployed": 16}, dict(reversed_))
    effects = {r.event.cause for r in told if isinstance(r.event, PhaseReturned | ReviewReversed)}
    claims.equal(
        "whether that had taken effect", {"withdrawn-before-effect", "rolled-back"}, effects - {"undetermined"}
    )


def signed(history: list[Recorded], gate: Gate) -> str | None:
    """How the first passing of a gate stands to its approval: in time, late, unsigned, or not to be told."""
    passed = next((r for r in history if isinstance(r.event, MilestoneReached) and r.event.gate is gate), None)
    if passed is None or not isinstance(passed.event, MilestoneReached):
        return None
    answer = next(result.result for result in passed.event.results if result.control == "every-role-signed")
    if answer != "unmet":
        return answer
    breaches = [r.event for r in history if isinstance(r.event, BreachRecorded) and r.event.version == passed.version]
    return "late" if any(breach.settles for breach in breaches) else "unsigned"


def _check_signatures(histories: Histories, claims: Claims) -> None:
    found: dict[Gate, dict[str | None, list[str]]] = {}
    for gate in (Gate.BUILD_COMPLETED, Gate.RELEASE_READY):
        found[gate] = defaultdict(list)
        for key, history in histories.items():
            found[gate][signed(history, gate)].append(key)
    counts = {gate: [len(answers[how]) for how in ("met", "late", "unsigned")] for gate, answers in found.items()}
    claims.equal("stable: in time, late, unsigned", [225, 7, 0], counts[Gate.RELEASE_READY])
    claims.equal("beta: in time, late, unsigned", [245, 2, 2], counts[Gate.BUILD_COMPLETED])
    claims.equal("beta, unsigned", ["kep-1739", "kep-2915"], sorted(found[Gate.BUILD_COMPLETED]["unsigned"]))


def _check_deployed(told: list[Recorded], histories: Histories, claims: Claims) -> None:
    first = [r for r in told if isinstance(r.event, ProjectDeployed) and r.event.attempt == 1]
    order = {
        r.id: next(x for x in r.event.results if x.control == "gates-in-order")
        for r in first
        if isinstance(r.event, ProjectDeployed)
    }
    never = [result for result in order.values() if "release-ready was not reached" in result.sentence]
    claims.equal("deployed and never release ready", 19, len(never))
    outside = [result for result in order.values() if "as a proposal about a process" in result.sentence]
    claims.equal("deployed without any stage", 68, sum(_without_stage(histories[r.key], r) for r in first))
    claims.equal("so that no release was asked for", True, bool(outside))
    ended = Counter(r.event.cause for r in told if isinstance(r.event, ProjectCancelled))
    noted = [r for r in told if isinstance(r.event, SourceNoted) and r.event.topic == "status"]
    claims.equal("replaced after it was deployed: noted", (1, {"kep-"}), (len(noted), {r.key[:4] for r in noted}))
    claims.equal("2133 is never replaced", False, _has(histories["kep-2133"], ProjectCancelled))
    claims.equal("cancelled", {"withdrawn": 10, "rejected": 3, "superseded": 5}, dict(ended))


def _has(history: list[Recorded], kind: type[Event]) -> bool:
    return any(isinstance(recorded.event, kind) for recorded in history)


def _without_stage(history: list[Recorded], deployed: Recorded) -> bool:
    stated = [r.event for r in history if isinstance(r.event, CoverageStated) and r.version < deployed.version]
    return any(event.subject == "release-ready" and event.answer == "not-applicable" for event in stated)
