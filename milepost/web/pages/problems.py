"""The problem pages: the meaning and the solution of each kind of problem."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from milepost.app.service import Service
from milepost.web.pages.page_response import Pages
from milepost.web.problems import Problem
from milepost.web.strict_route import strict_router


@dataclass(frozen=True)
class ProblemMeaning:
    """A kind of problem: HTTP status, title, what is wrong, and what to do next and by whom."""

    status: str
    title: str
    description: str
    solution: str


PROBLEM_MEANINGS: Mapping[str, ProblemMeaning] = {
    "rejected": ProblemMeaning(
        "409", "The command is rejected",
        "A rule forbids the command in the current state of the project, or the caller has no role that may give it. "
        "Only this outcome is stored; the same Idempotency-Key returns it again.",
        "Read the detail: it names the field or rule, and who may act. Send a corrected command with a new key.",
    ),
    "refused": ProblemMeaning(
        "409", "The gate is refused",
        "At least one blocking control is unmet, so the gate can't be passed. The refusal is recorded with the result "
        "of every control.",
        "Meet the controls that the results name. The page of the project says who can meet each one, and with which "
        "command. Then the decider can decide again.",
    ),
    "changed": ProblemMeaning(
        "412", "The stream has another version",
        "The stream is not at a version that If-Match names, or it is at one that If-None-Match names. Nothing is "
        "stored.",
        "Read the project again, check the new events, and send the command with the new ETag.",
    ),
    "key-reused": ProblemMeaning(
        "422", "The Idempotency-Key belongs to another command",
        "The same caller used this Idempotency-Key for another command. A key belongs to one command for ever.",
        "Send each new command with a new key. Repeat a key only to repeat exactly the same request.",
    ),
    "invalid": ProblemMeaning(
        "422", "A field or parameter is invalid",
        "A field of the body or a query parameter is missing, unknown or of the wrong type. The detail names each one.",
        "Correct the named fields and send the request again. /v1/openapi.json describes every address and command.",
    ),
    "not-json": ProblemMeaning(
        "400", "The body is not valid JSON",
        "The body is not JSON, or not JSON that every reader reads alike: duplicate keys, NaN, numbers out of range, "
        "lone surrogates and NUL are not accepted.",
        "Send UTF-8 JSON with unique keys, integers within 53 bits, and decimals as strings.",
    ),
    "too-large": ProblemMeaning(
        "413", "The body is too large",
        "A body may have 256 KiB at most, and an event 65,535 bytes at most.",
        "Split a list into several commands. Keep a long text in a document and send the digest of the document.",
    ),
    "header": ProblemMeaning(
        "400", "A header is invalid",
        "The value of Idempotency-Key, If-Match, If-None-Match or Milepost-Correlation has the wrong form.",
        "Correct the header that the detail names; the detail shows the expected form.",
    ),
    "unknown": ProblemMeaning(
        "404", "The resource does not exist",
        "No project, event or other resource has this name: it is misspelt, or nobody has recorded it.",
        "Check the name in the portfolio or at /v1/projects. Keys are lower case.",
    ),
    "http": ProblemMeaning(
        "4xx", "The address or method does not exist",
        "Milepost has no such address, or the address does not support this method.",
        "Use an address and method from /v1/openapi.json.",
    ),
    "host": ProblemMeaning(
        "421", "The host name is not allowed",
        "The Host header contains a name that this service does not serve. The check keeps other websites out.",
        "Use the address that the service prints at its start. The operator can set another in MILEPOST_ORIGIN.",
    ),
    "origin": ProblemMeaning(
        "403", "The request comes from another website",
        "A browser sent this write from a page of another origin.",
        "Send writes through the API or the command line, not from a page of another website.",
    ),
    "unavailable": ProblemMeaning(
        "503", "The database is unavailable",
        "The service can't reach the database. Everything that was accepted before is stored.",
        "Retry after the seconds in Retry-After. Retry a command with the same Idempotency-Key: it is executed once. "
        "If the problem remains, the operator must check the database.",
    ),
    "damaged": ProblemMeaning(
        "503", "An event can't be read",
        "The request needs an event that this release can't read: a newer release wrote it, or somebody changed the "
        "database directly. Other streams still work.",
        "Inform the operator. docs/operate.md explains how to find the changed events and how to restore them.",
    ),
    "not-yet": ProblemMeaning(
        "503", "The read models are not ready",
        "Pages and lists need the read models. These are still being built, or have not reached the requested "
        "position.",
        "Retry in a moment; /readyz shows the progress. If there is none, inform the operator.",
    ),
    "parked": ProblemMeaning(
        "503", "The stream is parked",
        "A read model could not apply an event of this stream and set the stream aside. It contains the stream only up "
        "to the event before.",
        "Inform the operator: `milepost parked` shows the cause, and resumes the stream after the cause is removed.",
    ),
    "crowded": ProblemMeaning(
        "503", "Too many event streams are open",
        "Each process of the service serves a limited number of event streams at a time.",
        "Retry later with the last Last-Event-ID: no event is lost in between.",
    ),
    "not-ready": ProblemMeaning(
        "503", "The service is not ready",
        "The service runs, but it can't write to the log, or its read models lag too far behind the log.",
        "The detail and /readyz name the part that fails. Retry in a moment; if it remains, inform the operator.",
    ),
    "fault": ProblemMeaning(
        "500", "Internal error",
        "The service failed with an unexpected error. Nothing is stored.",
        "Inform the operator: the log of the service contains the error at the time of the request. Report it with "
        "that log entry.",
    ),
}  # fmt: skip


def problem_routes(service: Service, pages: Pages) -> APIRouter:
    """The routes of the problem pages. The `type` of problem details is their address."""
    router = strict_router(include_in_schema=False)

    @router.get("/problems")
    def problems() -> HTMLResponse:
        return pages.render("problems.html", "", {"kinds": PROBLEM_MEANINGS})

    @router.get("/problems/{kind}")
    def problem(kind: str) -> HTMLResponse:
        if kind not in PROBLEM_MEANINGS:
            raise Problem(
                404,
                "unknown",
                "This kind of problem does not exist",
                f"kind: {kind}; the kinds are {', '.join(PROBLEM_MEANINGS)}",
            )
        return pages.render("problems.html", "", {"kinds": {kind: PROBLEM_MEANINGS[kind]}})

    return router
