"""Invented footfall for the demo: two counting places, hour by hour, as a counting service would export them."""

from __future__ import annotations

import random
from datetime import date, timedelta

DAYS = 210
BY_HOUR = (5, 7, 9, 11, 12, 12, 13, 12, 9, 6)  # per mille of a busy day, from 10 to 19 o'clock
SUNDAY, SATURDAY = 6, 5
NOTE = "erfunden"


def csv_of_counts(streets: list[str], today: date, seed: int = 1371) -> bytes:
    """Counts of the last ``DAYS`` days at the first two streets, in the shape of a counting service's export."""
    chance = random.Random(seed)
    lines = ["location;time of measurement;weekday;pedestrians count;temperature in ºc;weather condition;incidents"]
    for busy, street in zip((90, 60), streets, strict=False):
        for back in range(DAYS, 0, -1):
            day = today - timedelta(days=back)
            strength = busy * (0.25 if day.weekday() == SUNDAY else 1.3 if day.weekday() == SATURDAY else 1.0)
            strength *= chance.uniform(0.75, 1.2)
            for number, share in enumerate(BY_HOUR):
                persons = round(strength * share * chance.uniform(0.85, 1.15))
                lines.append(f"{street} ({NOTE});{day.isoformat()} {10 + number}:00:00;{day:%A};{persons};;;")
    return "\n".join(lines).encode()
