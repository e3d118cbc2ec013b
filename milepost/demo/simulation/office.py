"""Office hours: when work goes on, so that a simulated life knows evenings and weekends."""

from datetime import datetime, timedelta

OPENS, CLOSES = 8, 17
DAY = float(CLOSES - OPENS)
"""A working day, in hours of work."""

WEEK = 5 * DAY
FRIDAY = 5


def later(moment: datetime, hours: float) -> datetime:
    """So many hours of work after a moment; work is from 8 to 17 o'clock UTC, Monday to Friday."""
    at = _open(moment)
    left = timedelta(hours=hours)
    while (room := at.replace(hour=CLOSES, minute=0, second=0) - at) < left:
        left -= room
        at = _open(at.replace(hour=CLOSES, minute=0, second=1))
    return (at + left).replace(microsecond=0)


def _open(moment: datetime) -> datetime:
    """This moment where it is one of work, else the next morning of a working day."""
    at = moment
    if at.hour >= CLOSES:
        at = _morning(at + timedelta(days=1))
    elif at.hour < OPENS:
        at = _morning(at)
    while at.isoweekday() > FRIDAY:
        at = _morning(at + timedelta(days=1))
    return at


def _morning(moment: datetime) -> datetime:
    return moment.replace(hour=OPENS, minute=0, second=0, microsecond=0)
