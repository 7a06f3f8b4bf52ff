"""Reads a calendar from stdin as strictly as it can, and prints what its one event says as JSON.

The zone is taken from the calendar's own definition of it, and not from what this machine knows by that name.
"""

import json
import sys

from icalendar import Calendar

data = sys.stdin.buffer.read()
for line in data.split(b"\r\n"):
    assert len(line) <= 75, line
    assert b"\r" not in line and b"\n" not in line, line
    line.decode("utf-8")
assert data.endswith(b"END:VCALENDAR\r\n"), data[-40:]

[calendar] = Calendar.from_ical(data, multiple=True)
for component in calendar.walk():
    assert not component.errors, (component.name, component.errors)
    missing = [name for name in component.required if name not in component]
    assert not missing, (component.name, missing)
    again = [name for name in component.singletons if isinstance(component.get(name), list)]
    assert not again, (component.name, again)
[event] = calendar.walk("VEVENT")
zones = {str(zone["TZID"]): zone.to_tz(lookup_tzid=False) for zone in calendar.walk("VTIMEZONE")}


def instant(name):
    if name not in event:
        return None
    time = event[name].dt
    zone = event[name].params.get("TZID")
    if zone is not None:
        time = time.replace(tzinfo=zones[zone])
    assert time.tzinfo is not None, f"{name} floats"
    return {"zone": zone, "time": (time - time.utcoffset()).replace(tzinfo=None).isoformat() + "Z"}


told = {name.lower(): str(event[name]) for name in ["UID", "SUMMARY", "LOCATION", "URL", "STATUS", "SEQUENCE"]}
times = {name.lower(): instant(name) for name in ["DTSTAMP", "DTSTART", "DTEND", "LAST-MODIFIED"]}
print(json.dumps(told | times))
