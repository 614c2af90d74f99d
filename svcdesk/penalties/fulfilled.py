"""What fulfilled a plan, and how the plan went by that (2.4; S1 18)."""

import json
from datetime import date, tzinfo

from svcdesk.periods import day_of, instant
from svcdesk.regulation import occurrences
from svcdesk.regulation.occurrences import Course, Event

# What fulfilled a plan ``r``: a visit or inspection that names it, and a visit to its customer or one of its region
# that is no follow-up of a ticket. Each as [at, record, whether it names the plan].
FULFILLED = """(SELECT json_group_array(json_array(f.at, f.record, f.named)) FROM (
    SELECT v.at, 'VS' || v.id AS record, 1 AS named FROM live_visit v WHERE v.plan_id = r.id
    UNION ALL
    SELECT v.at, 'VS' || v.id, 0 FROM live_visit v WHERE r.kind = 'visit' AND v.customer_id = r.customer_id
      AND v.plan_id IS NOT r.id AND (v.way = 'on_site' OR v.ticket_id IS NULL)
    UNION ALL
    SELECT v.at, 'VS' || v.id, 0 FROM live_customer k JOIN live_visit v ON v.customer_id = k.id
      WHERE r.kind = 'visit' AND k.region = r.region AND v.plan_id IS NOT r.id
      AND (v.way = 'on_site' OR v.ticket_id IS NULL)
    UNION ALL
    SELECT i.at, 'IN' || i.id, 1 FROM live_inspection i WHERE i.plan_id = r.id) f)"""


def course_of(
    every: str, from_on: str, anchor: str, steps: str, ended_at: str | None, fulfilled: str, *, zone: tzinfo
) -> Course:
    """Work out how a plan went, from its columns as they are stored."""
    end, first = instant(ended_at) if ended_at else None, date.fromisoformat(from_on)
    plan = occurrences.Plan(every, first, anchor, day_of(end, zone) if end else None, end)
    events = []
    for step in json.loads(steps):
        at, to = instant(step["at"]), step.get("to")
        events.append(Event(at, step["step"], day_of(at, zone), date.fromisoformat(to) if to else None))
    for text, record, is_named in json.loads(fulfilled):
        at = instant(text)
        if is_named or (every != occurrences.ONCE and day_of(at, zone) > first):
            events.append(Event(at, "done", day_of(at, zone), record=record))
    return occurrences.course(plan, events)
