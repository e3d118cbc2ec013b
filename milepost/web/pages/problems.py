"""The pages of problems: what each kind of failure means, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from milepost.app.service import Service
from milepost.web.pages.page_response import Pages
from milepost.web.problems import Problem
from milepost.web.strict_route import strict_router


@dataclass(frozen=True)
class Meaning:
    """What a kind of problem is called, with which status it is answered, what it means, and what to do."""

    status: str
    title: str
    means: str
    do: str


MEANINGS: Mapping[str, Meaning] = {
    "rejected": Meaning(
        "409", "This may not be done",
        "The command makes no sense as the project stands, or who gave it may not give it. Nothing was written except "
        "this answer, which the same Idempotency-Key gets again.",
        "Read the sentence: it names the place and what to do. Then give another command, with another key.",
    ),
    "refused": Meaning(
        "409", "The gate stays shut",
        "The decision was asked for and at least one control that blocks is unmet. The refusal is on record, with the "
        "result of every control.",
        "The results say what is missing; the page of the project says who can meet each control, with which command.",
    ),
    "changed": Meaning(
        "412", "It has changed since",
        "The stream is not at a version that If-Match names, or it is at one that If-None-Match names. Nothing was "
        "written.",
        "Read the project again, look at what is new, and decide on that.",
    ),
    "key-reused": Meaning(
        "422", "The Idempotency-Key was used for something else",
        "The same actor used this key for another command. A key belongs to one command for ever.",
        "Make a new key for each new command; repeat a key only to repeat exactly the same words.",
    ),
    "invalid": Meaning(
        "422", "This can't be asked for",
        "A field or a query parameter is missing, unknown or of the wrong kind; the problem names each place.",
        "Correct the places that are named. /v1/openapi.json describes every address and command.",
    ),
    "not-json": Meaning(
        "400", "The body can't be read",
        "The body is no JSON that every reader would read in the same way: duplicate keys, NaN, numbers that don't "
        "fit, lone surrogates and NUL are refused.",
        "Send JSON in UTF-8 with each key once, integers within 53 bits and decimals as text.",
    ),
    "too-large": Meaning(
        "413", "The body is too large",
        "A body has at most 256 KiB, and an event at most 65,535 bytes.",
        "Split lists into several commands; put long text into a document and give its digest.",
    ),
    "header": Meaning(
        "400", "A header can't be read",
        "One of Idempotency-Key, If-Match, If-None-Match, Milepost-Correlation is not written as it has to be.",
        "The problem names the header and shows how it is written.",
    ),
    "unknown": Meaning(
        "404", "There is no such thing",
        "Nothing is known under this name: it was never proposed, or it is written in another way.",
        "Look it up in the portfolio, or at /v1/projects. Keys are lower case.",
    ),
    "http": Meaning(
        "4xx", "This can't be asked for in this way",
        "The address or the method is not one of Milepost's.",
        "/v1/openapi.json lists every address with its methods.",
    ),
    "host": Meaning(
        "421", "This host is not served here",
        "The Host header names a host that this service doesn't answer to; that keeps foreign pages away from it.",
        "Use the address that the service printed at its start, or set MILEPOST_ORIGIN to the one people use.",
    ),
    "origin": Meaning(
        "403", "Writes come from the service's own pages",
        "A browser said that a page of another origin sends this.",
        "Write through the API or the command line, not from pages elsewhere.",
    ),
    "unavailable": Meaning(
        "503", "The database doesn't answer",
        "The log can't be reached at the moment. What was answered before is safe.",
        "Ask again after the seconds in Retry-After. Repeat a command under the same Idempotency-Key: it happens once.",
    ),
    "damaged": Meaning(
        "503", "The log can't be read",
        "What was asked for rests on an event that can't be read: a newer release wrote it, or somebody changed the "
        "database behind the service. Everything else goes on.",
        "Tell who operates the service: docs/operate.md says how to find out what was changed, and how to restore it.",
    ),
    "not-yet": Meaning(
        "503", "The read models are not there yet",
        "Pages and lists are made from read models, which are still being built or have not reached the position that "
        "was asked for.",
        "Ask again in a moment; /readyz says how far they are.",
    ),
    "parked": Meaning(
        "503", "The stream is parked",
        "A read model could not apply an event of this stream and set the stream aside. It contains the stream only up "
        "to the event before.",
        "Tell who operates the service: `milepost parked` says why, and resumes the stream once the cause is removed.",
    ),
    "crowded": Meaning(
        "503", "Too many listen",
        "Each process lets only so many follow the stream of events at a time.",
        "Ask again later with the Last-Event-ID that you have: nothing is lost meanwhile.",
    ),
    "not-ready": Meaning(
        "503", "The service is not ready",
        "It answers, but it can't write, or the read models behind its pages and lists don't keep up with the log.",
        "The problem and /readyz say what stalls; ask again in a moment.",
    ),
    "fault": Meaning(
        "500", "A fault in Milepost",
        "Something happened that was not thought of. Nothing was written.",
        "The service's own log says more, under the moment of the request; report it with that.",
    ),
}  # fmt: skip


def problem_routes(service: Service, pages: Pages) -> APIRouter:
    """The routes that explain problems; the `type` of problem details leads here."""
    router = strict_router(include_in_schema=False)

    @router.get("/problems")
    def problems() -> HTMLResponse:
        return pages.render("problems.html", "", {"kinds": MEANINGS})

    @router.get("/problems/{kind}")
    def problem(kind: str) -> HTMLResponse:
        if kind not in MEANINGS:
            raise Problem(404, "unknown", "There is no such problem", f"the kinds are {', '.join(MEANINGS)}")
        return pages.render("problems.html", "", {"kinds": {kind: MEANINGS[kind]}})

    return router
