"""The working calendar of a policy: working days and time zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.policy.policy import Calendar


def day_of(moment: datetime, calendar: Calendar) -> date:
    """The day of a moment in the calendar's zone."""
    return moment.astimezone(ZoneInfo(calendar.zone)).date()


def working_days_later(moment: datetime, days: int, calendar: Calendar) -> datetime:
    """The same time of day a number of working days later, in the calendar's zone; as UTC.

    Other days are skipped: one working day after Friday evening is Monday evening.
    """
    local = moment.astimezone(ZoneInfo(calendar.zone))
    while days > 0:
        local += timedelta(days=1)
        if local.isoweekday() in calendar.working_days:
            days -= 1
    return local.astimezone(moment.tzinfo)


def working_days_between(start: datetime, end: datetime, calendar: Calendar) -> int:
    """The number of working days between two moments, by their dates in the calendar's zone."""
    first, last = day_of(start, calendar), day_of(end, calendar)
    return sum(
        (first + timedelta(days=n)).isoweekday() in calendar.working_days for n in range(1, (last - first).days + 1)
    )
