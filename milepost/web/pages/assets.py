"""The static files of the pages. The address of each file contains a digest of its bytes."""

import hashlib
from collections.abc import Mapping
from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

from milepost.web.problems import Problem
from milepost.web.strict_route import strict_router

MEDIA_TYPES = {"milepost.css": "text/css", "milepost.js": "text/javascript", "milepost.svg": "image/svg+xml"}
CACHE_CONTROL = "public, max-age=31536000, immutable"


def _read_files() -> Mapping[str, tuple[str, bytes]]:
    """The digest and the bytes of each file, by file name."""
    folder = files("milepost.web.pages") / "static"
    contents = {name: (folder / name).read_bytes() for name in MEDIA_TYPES}
    return {name: (hashlib.sha256(data).hexdigest()[:16], data) for name, data in contents.items()}


_FILES = _read_files()


def asset_address(name: str) -> str:
    """The address of a file. It changes with the file's bytes, so browsers can cache it without end."""
    return f"/static/{_FILES[name][0]}/{name}"


def asset_routes() -> APIRouter:
    """The route that serves the static files."""
    router = strict_router(include_in_schema=False)

    @router.get("/static/{digest}/{name}")
    async def static(digest: str, name: str) -> Response:
        if name not in _FILES or _FILES[name][0] != digest:
            raise Problem(
                404,
                "unknown",
                "This file does not exist",
                f"{name}: this version is no longer served; load the page again",
            )
        return Response(_FILES[name][1], media_type=MEDIA_TYPES[name], headers={"Cache-Control": CACHE_CONTROL})

    return router
