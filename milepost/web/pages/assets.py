"""Assets: the files that pages load, under addresses that hold a digest of their bytes."""

import hashlib
from collections.abc import Mapping
from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

from milepost.web.problems import Problem
from milepost.web.strict_route import strict_router

MEDIA = {"milepost.css": "text/css", "milepost.js": "text/javascript", "milepost.svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


def _read() -> Mapping[str, tuple[str, bytes]]:
    """By its name the digest and bytes of each file."""
    folder = files("milepost.web.pages") / "static"
    read = {name: (folder / name).read_bytes() for name in MEDIA}
    return {name: (hashlib.sha256(data).hexdigest()[:16], data) for name, data in read.items()}


_FILES = _read()


def asset(name: str) -> str:
    """The address of a file; it changes with its bytes, so a browser may keep what it got."""
    return f"/static/{_FILES[name][0]}/{name}"


def asset_routes() -> APIRouter:
    """The route that serves the files."""
    router = strict_router(include_in_schema=False)

    @router.get("/static/{digest}/{name}")
    async def static(digest: str, name: str) -> Response:
        if name not in _FILES or _FILES[name][0] != digest:
            raise Problem(404, "unknown", "There is no such file", f"{name}: load the page again, it has changed")
        return Response(_FILES[name][1], media_type=MEDIA[name], headers={"Cache-Control": FOR_EVER})

    return router
