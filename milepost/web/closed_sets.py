"""Closed sets: values of query parameters that depend on another parameter."""

from milepost.web.problems import Problem


def demand_value(name: str, value: str | None, known: tuple[str, ...] | None) -> None:
    """Raise a problem 422 for a value that is in no closed set; `known` is None for an open one."""
    if value is None or known is None or value in known:
        return
    listed = f"there are {', '.join(known)}" if known else "leave it out"
    raise Problem(422, "invalid", "A query parameter is wrong", f"{name}: there is no such value here; {listed}")
