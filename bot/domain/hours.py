"""When a side works: its zone, its hours, its working days and the days it is closed. Provider and accounts have one.

`calendar` is what every target, reminder and digest counts with.
"""

from datetime import date, time

from sqlalchemy import ARRAY, Date, String
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from bot.domain.business_time import DAY_NAMES, Calendar

OPENS, CLOSES, WORKING_DAYS = time(9), time(17), DAY_NAMES[:5]


class KeepsHours(MappedAsDataclass, kw_only=True):
    """The columns of a calendar, for whoever keeps one."""

    timezone: Mapped[str] = mapped_column(default="UTC")
    holidays: Mapped[str | None] = mapped_column(default=None)
    opens: Mapped[time] = mapped_column(default=OPENS, server_default="09:00")
    closes: Mapped[time] = mapped_column(default=CLOSES, server_default="17:00")
    working_days: Mapped[list[str]] = mapped_column(
        ARRAY(String), default_factory=lambda: list(WORKING_DAYS), server_default="{Mon,Tue,Wed,Thu,Fri}"
    )
    closed: Mapped[list[date]] = mapped_column(ARRAY(Date), default_factory=list, server_default="{}")

    @property
    def calendar(self) -> Calendar:
        """Its business hours, in its zone, without its holidays and the days it is closed."""
        return calendar_of(self.timezone, self.holidays, self.opens, self.closes, self.working_days, self.closed)


def calendar_of(
    zone: str, country: str | None, opens: time, closes: time, working_days: list[str], closed: list[date]
) -> Calendar:
    """A calendar from what a setup file or a row says."""
    return Calendar(
        zone=zone,
        country=country,
        opens=opens,
        closes=closes,
        weekdays=frozenset(map(DAY_NAMES.index, working_days)),
        days_off=frozenset(closed),
    )
