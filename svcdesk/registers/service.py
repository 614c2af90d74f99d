"""The service: contacts, tickets with their appointments, escalations and holds, dispatches, reports, surveys."""

from svcdesk.columns import Column
from svcdesk.registers import computed
from svcdesk.registers.declaring import (
    ENGINEER,
    NUMBER,
    PERSON,
    REFERENCE,
    TICKET,
    Add,
    Decision,
    Derivation,
    Members,
    Need,
    Register,
    numbered,
    staff_link,
)
from svcdesk.regulation.states import STEPS

CONTACTS = Register(
    "contact", "contacts",
    f"live_contact r LEFT JOIN live_customer c ON c.id = r.customer_id LEFT"
    f" JOIN live_staff s ON s.id = r.taken_by {PERSON}",
    "r.at",
    (
        numbered("contact"),
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("customer", "c.name", brief=True, link="customer_id", refers="customer"),
        Column("channel", "r.channel", "word:channel", brief=True, need=True),
        Column("person", "p.name", "personal:name"),
        Column("summary", "r.summary", brief=True, need=True),
        staff_link("taken_by", "taken_by", brief=True),
        TICKET,
        Column("complaint", "r.complaint_id", "id:complaint", brief=True),
        REFERENCE,
    ),
    filters=("customer", "channel", "taken_by", "ticket", "complaint"),
    add=Add(
        "log", "contact_logged", asks=("customer", "channel", "summary"), takes=("person", "taken_by", "complaint"),
    ),
)  # fmt: skip

_REOPENINGS = (
    "(SELECT json_group_array(json_array(o.at, o.answered_at)) FROM (SELECT at, answered_at FROM live_reopening"
    " WHERE ticket_id = r.id ORDER BY at, id) o)"
)
TICKETS = Register(
    "ticket", "tickets",
    "live_ticket r JOIN live_customer c ON c.id = r.customer_id LEFT JOIN live_contract k ON k.id = r.contract_id"
    " LEFT JOIN live_staff s ON s.id = r.taken_by", "r.received_at",
    (
        numbered("ticket"),
        Column("customer", "c.name", brief=True, need=True, link="customer_id", refers="customer"),
        Column("kind", "r.kind", "word:ticket_kind", brief=True, need=True),
        Column("channel", "r.channel", "word:channel", need=True),
        Column("summary", "r.summary", brief=True, need=True),
        Column("status", "r.status", "word:ticket_status", brief=True, follows=True),
        Column("contract", "k.no", link="contract_id", refers="contract"),
        Column("product", "r.product"),
        Column("serial", "r.serial", whole=True),
        Column("received_at", "r.received_at", "instant", brief=True, need=True),
        Column("answer_due", None, "instant", brief=True, derived=True),
        Column("answered_at", "r.answered_at", "instant"),
        Column("answered_in_time", None, "flag", brief=True, derived=True),
        Column("on_site_by", "r.on_site_by", "instant", brief=True, ahead=True),
        Column("closed_at", "r.closed_at", "instant"),
        Column("first_closed_at", "r.first_closed_at", "instant"),
        Column("reopen_count", "r.reopen_count", "int", default=0),
        Column("reanswers", None, "json", derived=True, detail=True),
        Column("repeat_of", "r.repeat_of", "id:ticket"),
        staff_link("taken_by", "taken_by"),
        Column("answered_by", "r.answered_by", detail=True),
        Column("resolution", "r.resolution", detail=True),
        Column("no_survey", "r.no_survey", detail=True),
        Column("cancelled_at", "r.cancelled_at", "instant", detail=True),
        Column("cancel_reason", "r.cancel_reason", detail=True),
        Column("notes", "r.notes", "json", detail=True, default="[]", steps=("at", "text")),
        REFERENCE,
        Column("_reopenings", _REOPENINGS),
    ),
    filters=("customer", "kind", "channel", "status", "contract", "product", "serial", "taken_by"),
    derivation=Derivation(
        ("received_at", "answered_at", "kind", "cancelled_at", "_reopenings"),
        ("answer_due", "answered_in_time", "reanswers"),
        computed.ticket,
    ),
    decided=(
        Decision(("status",), ("ticket hold", "ticket resume", "ticket close", "ticket cancel"), "3.4", imported=True),
        Decision(("reopen_count", "first_closed_at"), ("ticket reopen",), "3.6", imported=True),
        Decision(("notes",), ("ticket note",), "3.9", imported=True),
    ),
    stamps={"answered_at": "ticket answer", "closed_at": "ticket close", "cancelled_at": "ticket cancel"},
    sequence=(
        ("received_at", "answered_at"), ("received_at", "on_site_by"), ("received_at", "first_closed_at"),
        ("received_at", "closed_at"), ("first_closed_at", "closed_at"), ("received_at", "cancelled_at"),
    ),
    never=(
        ("(status = 'closed') <> (closed_at IS NOT NULL)", "status, closed_at"),
        ("status = 'answered' AND answered_at IS NULL", "status, answered_at"),
        ("(status = 'cancelled') <> (cancelled_at IS NOT NULL)", "status, cancelled_at"),
        ("closed_at IS NOT NULL AND first_closed_at IS NULL", "closed_at, first_closed_at"),
    ),
)  # fmt: skip

# A row of the dispatch register is one engineer's; the JSON record gathers them into its crew.
_ASSIGNMENT = (
    ENGINEER,
    Column("departed_at", "w.departed_at", "instant"),
    Column("arrived_at", "w.arrived_at", "instant"),
    Column("callback_at", "w.callback_at", "instant"),
    Column("left_at", "w.left_at", "instant"),
    Column("returned_at", "w.returned_at", "instant"),
    Column("late_minutes", None, "int", brief=True, derived=True),
    Column("late_cause", "w.late_cause", "word:late_cause", brief=True),
    Column("days", None, "int", brief=True, derived=True),
    Column("late_note", "w.note", detail=True),
)

_NOT_YET_GONE = """
    r.sent_at >= :start AND r.sent_at < :end AND NOT EXISTS
      (SELECT 1 FROM live_crew x WHERE x.dispatch_id = r.id AND x.departed_at IS NOT NULL)"""
_ANY_DAY_OF_THE_TRIP = f"""
    (r.id IN (
       SELECT dispatch_id FROM live_crew
         WHERE departed_at >= :start AND departed_at < :end AND (returned_at >= :start OR returned_at IS NULL)
       UNION ALL SELECT dispatch_id FROM live_crew WHERE returned_at >= :start AND departed_at < :start
       UNION ALL SELECT dispatch_id FROM live_crew WHERE returned_at IS NULL AND departed_at < :start)
     OR ({_NOT_YET_GONE}))"""
_ANY_DAY_FROM_THE_FIRST = f"""
    (EXISTS (SELECT 1 FROM live_crew x WHERE x.dispatch_id = r.id AND x.departed_at < :end
       AND (x.returned_at >= :start OR x.returned_at IS NULL))
     OR ({_NOT_YET_GONE}))"""
DISPATCHES = Register(
    "dispatch", "dispatches",
    "live_dispatch r CROSS JOIN live_crew w ON w.dispatch_id = r.id"  # in this order, which saves the sort
    " JOIN live_staff e ON e.id = w.engineer_id", "r.sent_at",
    (
        numbered("dispatch"),
        Column("ticket", "r.ticket_id", "id:ticket", brief=True, need=True),
        Column("kind", "r.kind", "word:dispatch_kind", brief=True, follows=True),
        Column("place", "r.place", brief=True, need=True),
        Column("sent_at", "r.sent_at", "instant", brief=True, need=True),
        Column("due", "w.due_at", "instant", brief=True, ahead=True),
        Column("status", "r.status", "word:dispatch_status", brief=True, follows=True),
        Column("transit", "r.transit", "json", detail=True, default="[]"),
        Column("cancelled_at", "r.cancelled_at", "instant", detail=True),
        Column("cancel_reason", "r.cancel_reason", detail=True),
        Column("note", "r.note", detail=True),
        REFERENCE,
        *_ASSIGNMENT,
    ),
    order="r.id, w.id",
    filters=("ticket", "kind", "place", "status", "engineer"),
    members=Members(
        "crew", "crew", "dispatch_id", "engineer", _ASSIGNMENT, latest=("due",),
        sequence=(
            ("departed_at", "arrived_at"), ("departed_at", "callback_at"), ("arrived_at", "left_at"),
            ("departed_at", "returned_at"), ("left_at", "returned_at"),
        ),
        needs=tuple(Need(field, (), (before,)) for field, before in STEPS.values() if before),
    ),
    derivation=Derivation(
        ("due", "departed_at", "arrived_at", "returned_at"), ("late_minutes", "days"), computed.assignment
    ),
    during=_ANY_DAY_OF_THE_TRIP,
    from_the_first=_ANY_DAY_FROM_THE_FIRST,
    stamps={"cancelled_at": "dispatch cancel"},
    sequence=(("sent_at", "cancelled_at"),),
    since_ticket="sent_at",
    never=(("(status = 'cancelled') <> (cancelled_at IS NOT NULL)", "status, cancelled_at"),),
)  # fmt: skip

_VERSION = ("until", "fault_cause", "solution", "parts", "no_parts", "customer_opinion")
SERVICE_REPORTS = Register(
    "service_report", "service-reports",
    "live_service_report r JOIN live_staff s ON s.id = r.filed_by"
    " JOIN live_dispatch d ON d.id = r.dispatch_id", "r.filed_at",
    (
        numbered("service_report"),
        Column("dispatch", "r.dispatch_id", "id:dispatch", brief=True, need=True),
        staff_link("filed_by", "filed_by", brief=True, need=True),
        Column("filed_at", "r.filed_at", "instant", brief=True, need=True),
        Column("fault_cause", "r.fault_cause", brief=True),
        Column("solution", "r.solution", brief=True),
        Column("parts", "r.parts", "json", default="[]"),
        Column("no_parts", "r.no_parts", "flag", default=0),
        Column("customer_opinion", "r.customer_opinion"),
        Column("complete", None, "flag", brief=True, derived=True),
        Column("missing", None, "json", brief=True, derived=True),
        Column("versions", "r.versions", "json", detail=True, default="[]", steps=_VERSION, quiet=True),
        Column("_kind", "d.kind"),
    ),
    filters=("dispatch", "filed_by"),
    key="dispatch",
    decided=(
        Decision(
            ("fault_cause", "solution", "parts", "no_parts", "customer_opinion", "versions"),
            ("service-report amend",), "4.6", imported=True,
        ),
    ),
    derivation=Derivation(
        ("filed_at", "fault_cause", "solution", "parts", "no_parts", "customer_opinion", "_kind"),
        ("complete", "missing"),
        computed.service_report,
    ),
)  # fmt: skip

SURVEYS = Register(
    "survey", "surveys", "live_survey r", "r.at",
    (
        numbered("survey"),
        Column("ticket", "r.ticket_id", "id:ticket", brief=True, need=True),
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("score", "r.score", "int", brief=True, need=True, least=1, most=5),
        Column("comment", "r.comment", brief=True),
        Column("via", "r.via", "word:survey_via", brief=True),
    ),
    filters=("ticket", "score", "via"),
    add=Add(
        "add", "survey_added", asks=("ticket", "score"), takes=("comment", "via"), by_place=("ticket",),
        presumed={"via": "paper"},
    ),
    since_ticket="at",
)  # fmt: skip

APPOINTMENTS = Register(
    "appointment", "appointments", "live_appointment r", "r.at",
    (
        NUMBER, TICKET,
        Column("at", "r.at", "instant", need=True, brief=True),
        Column("on_site_by", "r.on_site_by", "instant", need=True, brief=True, ahead=True),
        Column("asked_by", "r.asked_by", "word:asked_by", need=True, brief=True),
        Column("moved", "r.moved", "flag", brief=True, follows=True),
        Column("previous", "r.previous", "instant", ahead=True),
        Column("by", 'r."by"'),
        Column("note", "r.note"),
    ),
    sequence=(("at", "on_site_by"),),
    since_ticket="at",
)  # fmt: skip

ESCALATIONS = Register(
    "escalation", "escalations", "live_escalation r", "r.at",
    (
        NUMBER, TICKET,
        Column("at", "r.at", "instant", need=True, brief=True),
        Column("to", 'r."to"', need=True, brief=True),
        Column("major_quality", "r.major_quality", "flag", brief=True, default=0),
        Column("by", 'r."by"'),
        Column("note", "r.note", brief=True),
        Column("problem", "r.problem_id", "id:problem"),
        Column("settled_at", "r.settled_at", "instant", brief=True),
        Column("settled_by", "r.settled_by"),
        Column("settled_note", "r.settled_note"),
    ),
    stamps={"settled_at": "ticket settle-escalation"},
    sequence=(("at", "settled_at"),),
    since_ticket="at",
)  # fmt: skip

HOLDS = Register(
    "hold", "holds", "live_hold r", "r.at",
    (
        NUMBER, TICKET,
        Column("at", "r.at", "instant", need=True, brief=True),
        Column("reason", "r.reason", need=True, brief=True),
        Column("by", 'r."by"'),
        Column("resumed_at", "r.resumed_at", "instant", brief=True),
    ),
    stamps={"resumed_at": "ticket resume"},
    sequence=(("at", "resumed_at"),),
    since_ticket="at",
)  # fmt: skip

REOPENINGS = Register(
    "reopening", "reopenings", "live_reopening r", "r.at",
    (
        NUMBER, TICKET._replace(need=True),
        Column("at", "r.at", "instant", need=True, brief=True),
        Column("channel", "r.channel", "word:channel"),
        Column("reason", "r.reason", need=True, brief=True),
        Column("by", 'r."by"'),
        Column("replied_at", "r.replied_at", "instant"),
        Column("replied_by", "r.replied_by"),
        Column("answered_at", "r.answered_at", "instant", brief=True),
        Column("answered_by", "r.answered_by"),
    ),
    sequence=(("at", "replied_at"), ("at", "answered_at")),
    since_ticket="at",
)  # fmt: skip

HAND_OVERS = Register(
    "hand_over", "hand-overs",
    "live_hand_over r LEFT JOIN live_staff f ON f.id = r.from_id JOIN live_staff s ON s.id = r.to_id", "r.at",
    (
        NUMBER, TICKET._replace(need=True),
        Column("at", "r.at", "instant", need=True, brief=True),
        staff_link("handed_from", "from_id", "f", brief=True),
        staff_link("handed_to", "to_id", brief=True, need=True),
        Column("note", "r.note", need=True, brief=True),
        Column("by", 'r."by"'),
        Column("accepted_at", "r.accepted_at", "instant", brief=True),
        Column("declined_at", "r.declined_at", "instant", brief=True),
        Column("reason", "r.reason"),
    ),
    stamps={"accepted_at": "ticket accept", "declined_at": "ticket decline"},
    sequence=(("at", "accepted_at"), ("at", "declined_at")),
    since_ticket="at",
)  # fmt: skip
