"""Service reports: the complete account of a job that every dispatch ends with (3.7, 4.6)."""

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from svcdesk.desk import assignments, promises
from svcdesk.desk.act import Act, Receipt, Word
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Record, whole
from svcdesk.periods import instant, stored
from svcdesk.rules import missing_fields, report_deadline


class Content(NamedTuple):
    """What a report says, as typed; None where nothing was typed. ``parts`` are NAME[:QTY[:OLD>NEW]]."""

    fault_cause: str | None = None
    solution: str | None = None
    parts: Sequence[str] | None = None
    no_parts: bool = False
    customer_opinion: str | None = None


_PART = re.compile(r"(.+?)\s*[:：]\s*([0-9]{1,6})(?:\s*[:：]([^>＞]*)[>＞]([^>＞]*))?")


def _parts(typed: Sequence[str] | None) -> list[Record]:
    """Read NAME[:QTY[:OLD>NEW]] parts; the quantity is 1 where none is given. Raises BadInput."""
    parts = []
    for text in typed or []:
        shape = _PART.fullmatch(text.strip())
        name, quantity = (shape[1], int(shape[2])) if shape else (text.strip(), 1)
        serials = _serials(shape[3], shape[4]) if shape and shape[3] is not None else {}
        if not name or quantity < 1 or (serials and serials["old_serial"] == serials["new_serial"]):
            raise BadInput("part", text=text)
        parts.append({"name": name, "quantity": quantity, **serials})
    return parts


def _serials(old: str, new: str) -> Record:
    """Return the serials of a part that came out and of the one that went in, where they were given."""
    return {"old_serial": _serial(old), "new_serial": _serial(new)}


def _serial(text: str) -> str | None:
    return whole("serial", text.strip()) or None


def file(act: Act, dispatch: str, content: Content) -> Receipt:
    """File the report of a dispatch that went."""
    sent = act.ledger.named("dispatch", dispatch)
    if sent["status"] == "cancelled":
        raise Refused("report_cancelled", id=f"D{sent['id']}", article="3.7")
    done = act.ledger.one("SELECT id FROM live_service_report WHERE dispatch_id = ?", (sent["id"],))
    if done:
        raise Refused("report_filed", id=f"D{sent['id']}", report=f"R{done['id']}", article="3.7")
    crew = assignments.of_dispatch(act.ledger, sent["id"])
    departed = [assignment["departed_at"] for assignment in crew if assignment["departed_at"]]
    if not departed:
        raise Refused("report_not_departed", id=f"D{sent['id']}", article="3.7")
    columns = _checked(content._replace(parts=None)._asdict() | {"parts": _parts(content.parts)})
    author = act.by_staff["id"] if act.by_staff else crew[0]["engineer_id"]
    number = act.ledger.insert(
        "service_report", dispatch_id=sent["id"], filed_by=author, filed_at=act.at(after=min(departed)), **columns
    )
    return _receipt(act, "report_filed", number, sent, columns)


def _checked(columns: dict[str, Any]) -> dict[str, Any]:
    """Refuse parts beside an explicit none."""
    if columns["parts"] and columns["no_parts"]:
        raise BadInput("parts_and_none")
    return columns


def amend(act: Act, report: str, content: Content) -> Receipt:
    """Change what a report says; how it stood until now is kept, with until when."""
    filed = act.ledger.named("service_report", report)
    if content == Content():
        raise BadInput("nothing_amended", id=f"R{filed['id']}")
    versions = json.loads(filed["versions"])
    at = act.at(after=versions[-1]["until"] if versions else filed["filed_at"])
    stood = {name: filed[name] for name in Content._fields} | {
        "parts": json.loads(filed["parts"]),
        "no_parts": bool(filed["no_parts"]),
    }
    columns = _checked(_amended(stood, content))
    versions.append({"until": stored(at), "by": act.by, **stood})
    act.ledger.update("service_report", filed["id"], **columns, versions=versions)
    return _receipt(act, "report_amended", filed["id"], act.ledger.get("dispatch", filed["dispatch_id"]), columns)


def _amended(stood: dict[str, Any], content: Content) -> dict[str, Any]:
    """Return a report's content with what was typed in the place of what stood."""
    typed = {name: value for name, value in content._asdict().items() if isinstance(value, str)}
    kept = stood["parts"] if content.parts is None else _parts(content.parts)
    no_parts = content.no_parts or (content.parts is None and bool(stood["no_parts"]))
    return {**stood, **typed, "parts": [] if content.no_parts else kept, "no_parts": no_parts}


def _receipt(act: Act, key: str, number: int, sent: Record, content: Record) -> Receipt:
    """Say what the report still lacks, and until when it can be completed (4.6)."""
    missing = missing_fields(content, sent["kind"], act.basis.value("report.min_chars", act.now))
    promises.offer(act, sent["id"])
    returned = assignments.latest_return(act.ledger, sent["id"])
    values = {
        "dispatch": f"D{sent['id']}", "missing": [Word("missing", field) for field in missing],
        "deadline": report_deadline(instant(returned), act.basis) if returned else None,
    }  # fmt: skip
    return Receipt(f"{key}_lacking" if missing else key, "service_report", number, values)
