"""The keys of every JSON record, with the types of their values: what scripts rely on (tests/golden/json_keys.txt)."""

import json
import sqlite3
from pathlib import Path

import pytest
from conftest import copied
from transcripts import agree

# Each record with the commands that show it, on the rehearsed desk after the commands of LATER.
RECORDS = {
    "ticket": ("ticket list", "ticket open --customer 江南机床 --kind visit --channel call --summary 走访"),
    "ticket in full": ("ticket show T1", "ticket show T4"),
    "dispatch": ("dispatch list",),
    "dispatch in full": ("dispatch show D1", "dispatch show D5"),
    "service_report": ("service-report list",),
    "service_report in full": ("service-report show R1",),
    "survey": ("survey list",),
    "complaint": ("complaint list",),
    "complaint in full": ("complaint show C1", "complaint show C3"),
    "expense": ("expense list",),
    "expense in full": ("expense show E4", "expense show E6"),
    "finding": ("penalty check --month 2026-10",),
    "penalty": ("penalty list",),
    "penalty in full": ("penalty show P1", "penalty show P7"),
    "contact": ("contact list",),
    "phone_check": ("phone-check list",),
    "conduct": ("conduct list",),
    "staff": ("staff list",),
    "staff in full": ("staff show W01",),
    "customer": ("customer list",),
    "customer in full": ("customer show 江南机床",),
    "contract": ("contract list",),
    "policy in force": ("policy list",),
    "policy history": ("policy history answer.hours",),
    "policy": ("export policy",),
    "appointment": ("export appointments",),
    "escalation": ("export escalations",),
    "hold": ("export holds",),
    "monthly": ("report monthly --month 2026-10", "report monthly --month 2026-09"),
    "unfinished": ("report monthly --month 2026-10 --check",),
    "projects": ("report projects --month 2026-10",),
    "staff report": ("report staff --month 2026-10",),
    "deadline": ("report deadlines",),
    "submission": ("report submissions",),
    "late entry": ("report late-entries --month 2026-10",),
    "status": ("status --all",),
    "free": ("staff free",),
    "search": ("search 江南",),
    "config": ("config show --origin",),
    "attachment": ("attachment list",),
    "log": ("ledger log --limit 200",),
    "info": ("ledger info",),
    "doctor": ("ledger doctor",),
    "verify": ("ledger verify",),
}
LATER = (
    "expense add --engineer W01 --category material --amount 5 --date 2026-09-30",  # September drifts
    "attach E1 {file}",
    "phone-check log W01 --result answered --at 2026-10-05T10:00",  # typed late
)

# The keys that the interface promises at least; a dot goes into a nested record.
LEAST = {
    "ticket": "id customer kind channel summary status contract product serial received_at answer_due answered_at"
    " answered_in_time on_site_by closed_at first_closed_at reopen_count repeat_of taken_by",
    "dispatch": "id ticket kind place sent_at due status crew.engineer crew.departed_at crew.arrived_at crew.callback_at"
    " crew.left_at crew.returned_at crew.late_minutes crew.late_cause crew.days",
    "service_report": "id dispatch filed_by filed_at fault_cause solution parts.name parts.quantity no_parts"
    " customer_opinion complete missing",
    "expense": "id engineer category amount date dispatch ticket from to place invoice status line excluded"
    " problems.code problems.message",
    "finding": "clause article engineer subject at month sanction.kind sanction.amount needs evidence penalty status"
    " absorbed_by",
    "penalty": "id clause article engineer subject at month sanction.kind sanction.amount needs evidence status"
    " decided_at decided_by reason facts_changed",
    "contact": "id at customer channel person summary taken_by ticket complaint",
    "survey": "id ticket at score comment via",
    "complaint": "id at channel complainant about ticket summary department finding cause status round",
    "phone_check": "id at engineer result excused",
    "conduct": "id at engineer rule note ticket dispatch",
    "staff": "code name department role home active",
    "customer": "name region city person phone address key",
    "contract": "no customer project includes_installation warranty_until",
    "monthly": "month centre lines.line lines.persons lines.trips lines.days lines.cost lines.excluded pending_cost"
    " service.contacts service.tickets_opened service.withdrawn service.answered_in_time service.answered_late"
    " service.unanswered service.closed service.surveys service.mean_score penalties.fines penalties.fine_count"
    " penalties.demerit penalties.major_demerit penalties.dismissal penalties.by_clause due.statistics due.projects"
    " entry ledger_hash",
    "free": "engineer name free dispatch place until home days_this_month last_place near open_dispatches mended",
    "ticket in full": "person phone dispatches service_reports surveys complaints visits promises problems penalties"
    " expenses cost events.at events.record events.kind events.who events.text events.due",
    "customer in full": "former_names contracts equipment tickets open_tickets plans events.at",
    "staff in full": "open_dispatches open_tickets days_this_month events.at",
    "search": "kind id where text command",
    "config": "key value origin",
    "attachment": "id record kind name size sha256 at",
}  # fmt: skip
# Keys that are data and no names: by clause, by table, by column.
OPEN = ("penalties.by_clause", "records", "changes.changed", "figures", "submission.submitted.figures", "evidence")
TYPES = {str: "text", bool: "bool", int: "int", float: "number", type(None): "null"}


@pytest.fixture(scope="module")
def shapes(rehearsed, tmp_path_factory):
    """The keys of each record with the types of their values."""
    desk = copied(rehearsed, tmp_path_factory.mktemp("keys"))
    (desk.folder / "fare.txt").write_text("553.50", encoding="utf-8")
    for line in LATER:
        desk.run(*line.format(file=desk.folder / "fare.txt").split())
    found = {name: shape_of(name, desk) for name in RECORDS if name not in SPOILT}
    spoil(desk)
    return found | {name: shape_of(name, desk) for name in SPOILT}


SPOILT = ("doctor", "verify")  # which have nothing to say of a ledger that is well


def spoil(desk):
    """Give the doctor and verify something to say."""
    desk.ledger.chmod(0o644)
    con = sqlite3.connect(desk.ledger)
    con.execute("CREATE TABLE extra (id INTEGER)")
    con.close()


def shape_of(name, desk):
    found = {}
    for command in RECORDS[name]:
        gather(found, "", ran(desk, command))
    return {key: " | ".join(sorted(kinds)) for key, kinds in found.items()}


def ran(desk, command):
    done = desk.finished([*command.split(), "-f", "json"])
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def gather(found, path, value):
    """Note the type of a value, and what is nested in it: of a list, what its items hold."""
    if isinstance(value, dict) and path not in OPEN:
        for key, inner in value.items():
            gather(found, f"{path}.{key}".lstrip("."), inner)
    elif isinstance(value, list):
        if path:
            found.setdefault(path, set()).add("list")
        for inner in value:
            if isinstance(inner, dict):
                gather(found, path, inner)
            else:
                found[path].add(f"of {TYPES.get(type(inner), 'list')}")
    elif path:
        found.setdefault(path, set()).add(TYPES.get(type(value), "object"))


def test_the_keys_and_their_types(shapes, update):
    text = "\n".join(
        "".join([f"{name}: {', '.join(RECORDS[name])}\n", *(f"  {key}: {kind}\n" for key, kind in shape.items())])
        for name, shape in shapes.items()
    )
    agree(Path(__file__).parent / "json_keys.txt", text, update)


@pytest.mark.parametrize("name", LEAST)
def test_what_the_interface_promises(name, shapes):
    assert set(LEAST[name].split()) <= shapes[name].keys()


@pytest.mark.parametrize("name", RECORDS)
def test_no_record_is_pinned_without_an_example(name, shapes):
    assert shapes[name]
