"""The month, the reports, the findings and the problems of expenses worked out a second time, from exported files alone.

None of the package's own code stands in it: it is written from the regulation, over the rows of the CSV exports and, for
what no export shows (the first reply, a dispatch's own due time, what holds of a person from a date on), the journal.
"""

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

FIRST = {
    "answer.hours": "24", "answer.clock": "natural", "answer.calendar": "cn", "late.grace_minutes": "0",
    "report.due_days": "3", "report.min_chars": "1", "phone.from": "08:00", "phone.until": "22:00", "phone.max_per_day": "1",
    "no_callback.fine": "50.00", "late_on_site.fine": "50.00", "incomplete_report.fine": "20.00",
    "phone_unreachable.fine": "10.00", "disobedience.fine": "100.00", "same_fact": "absorb", "repeat.window_days": "90",
    "excluded.categories": "fare,lodging,allowance,local,other", "work.from": "09:00", "work.until": "17:00",
    "work.break": "12:00-13:00", "late.entry": "show", "late.entry_hours": "24", "survey.of": "dispatched",
}  # fmt: skip
STATIONS = {"北京南": "北京", "汉口": "武汉", "南京南": "南京", "虹桥": "上海"}
PUNISHED = ("quarrel", "solicitation", "untimely", "repeat_repair")
FIELDS = ("fault_cause", "solution", "parts", "customer_opinion")


def instant(text):
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def fen(text):
    whole, _, cents = text.lstrip("-").partition(".")
    return (int(whole) * 100 + int(cents.ljust(2, "0") or 0)) * (-1 if text.startswith("-") else 1)


def yuan(cents):
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def half_up(value, places):
    """Round a fraction half up; it is written with so many places."""
    scaled = (value * 10**places * 2 + 1) // 2
    return f"{scaled // 10**places}.{scaled % 10**places:0{places}d}"


def days_between(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def place_of(name):
    short = (name or "").strip().removesuffix("站").removesuffix("市")
    return STATIONS.get(short, short)


def written(text, least):
    """Whether somebody wrote something: 无 is an entry, blank, a dash or 同上 is not."""
    text = (text or "").strip()
    if not text.strip("-—–/\\.。、，,;；:： \u3000()（）…*_~") or text in ("同上", "同前"):
        return False
    return len(text) >= least or text in ("无", "none")


class Recount:
    """One ledger's exports, read again."""

    def __init__(self, files, journal, zone, now, home):
        self.files, self.zone, self.now, self.home = files, zone, now, home
        self.stored, self.values, self.typed, self.images = replayed(journal)
        self.taken_back = {entry["undoes"] for entry in journal}
        self.accepted = {row["entry"] for (table, _), row in self.stored.items()
                         if table == "accepted_entry" and not row.get("undone_at")}  # fmt: skip
        self.tickets = {row["id"]: row for row in files["tickets"]}
        self.contracts = {row["no"]: row for row in files["contracts"]}
        self.crews = defaultdict(list)
        for row in files["dispatches"]:
            self.crews[row["id"]].append(row)
        self.dispatches_of = defaultdict(list)
        for name, crew in self.crews.items():
            self.dispatches_of[crew[0]["ticket"]].append(name)
        self.appointments = {ticket: self._appointments(ticket) for ticket in self.tickets}
        self.cents = {row["id"]: fen(row["amount"]) for row in files["expenses"]}

    # Policy, days, months

    def policy(self, key, on):
        day = self.day(on) if isinstance(on, datetime) else on
        rows = [(row["from"], n, row["value"]) for n, row in enumerate(self.files["policy"]) if row["key"] == key]
        return max([row for row in rows if row[0] <= day.isoformat()], default=(None, None, FIRST.get(key, "none")))[2]

    def number(self, key, on):
        return int(self.policy(key, on))

    def day(self, moment):
        return moment.astimezone(self.zone).date()

    def midnight(self, day):
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def month(self, text):
        """Set the month that is asked for."""
        year, number = map(int, text.split("-"))
        self.first = date(year, number, 1)
        self.last = date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)
        self.start, self.end = self.midnight(self.first), self.midnight(self.last + timedelta(days=1))
        return self

    def inside(self, moment):
        return moment is not None and self.start <= moment < self.end

    def spent_inside(self, row):
        return self.first <= date.fromisoformat(row["date"]) <= self.last

    # The clock of the answers (3.4)

    def due(self, received, kind):
        own = self.policy(f"answer.hours.{kind}", received)
        hours = int(self.policy("answer.hours", received) if own == "none" else own)
        if self.policy("answer.clock", received) == "natural":
            return received + timedelta(hours=hours)
        left, day = timedelta(hours=hours), self.day(received)
        while True:
            for opens, closes in self._spells(day):
                begins = max(opens, received)
                if closes > begins and closes - begins >= left:
                    return begins + left
                left -= max(closes - begins, timedelta())
            day += timedelta(days=1)

    def _spells(self, day):
        if day.weekday() > 4:
            return []
        opens, closes = self.policy("work.from", day), self.policy("work.until", day)
        pause = self.policy("work.break", day)
        if pause == "none":
            return [(self._clock(day, opens), self._clock(day, closes))]
        leaves, resumes = pause.split("-")
        spells = [(opens, min(leaves, closes)), (max(resumes, opens), closes)]
        return [(self._clock(day, a), self._clock(day, b)) for a, b in spells if a < b]

    def _clock(self, day, text):
        hour, minute = map(int, text.split(":"))
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone).astimezone(UTC)

    def answers(self):
        """Each clock that ran: ticket, how often reopened before, since, due, answered, by whom, withdrawn, in time."""
        for ticket in self.tickets.values():
            again = sorted(
                (row for row in self.files["reopenings"] if row["ticket"] == ticket["id"]),
                key=lambda row: (instant(row["at"]), int(row["id"])),
            )
            spans = [instant(ticket["received_at"]), *(instant(row["at"]) for row in again)]
            replies = self.replies(ticket["id"], again)
            for n, since in enumerate(spans):
                answered, by = next(((at, by) for at, by in replies if at >= (since if n else at)), (None, None))
                due = self.due(since, ticket["kind"])
                cancelled = instant(ticket["cancelled_at"])
                withdrawn = answered is None and cancelled is not None and cancelled <= due
                in_time = None
                if not withdrawn:
                    in_time = answered <= due if answered else False if self.now > due else None
                yield {"ticket": ticket, "again": n, "since": since, "due": due, "answered": answered, "by": by,
                       "withdrawn": withdrawn, "in_time": in_time}  # fmt: skip

    def replies(self, ticket, again):
        stored = self.stored["ticket", int(ticket[1:])]
        said = [(stored.get("replied_at"), stored.get("replied_by"))]
        said += [(row["replied_at"], row["replied_by"]) for row in again]
        came = [(row["arrived_at"], row["engineer"]) for name in self.dispatches_of[ticket] for row in self.crews[name]]
        return sorted(((instant(at), by) for at, by in [*said, *came] if at), key=lambda reply: reply[0])

    # Appointments and when somebody was due (3.4)

    def _appointments(self, ticket, left_out=()):
        rows = [row for row in self.files["appointments"] if row["ticket"] == ticket]
        rows.sort(key=lambda row: (instant(row["at"]), int(row["id"])))
        target = instant(rows[0]["previous"]) if rows else instant(self.tickets[ticket]["on_site_by"])
        base, moves = target, []
        for row in (row for row in rows if int(row["id"]) not in left_out):
            at, wanted = instant(row["at"]), instant(row["on_site_by"])
            if row["asked_by"] == "customer" and (target is None or at <= target):
                target = wanted
                moves.append((at, wanted))
        return base, moves

    def entered_late(self, ticket):
        """How many appointments that moved the target were entered only after the old time had passed."""
        rows = [row for row in self.files["appointments"] if row["ticket"] == ticket and row["moved"] == "true"]
        return sum(
            bool(row["previous"]) and self.typed["appointment", int(row["id"])] > instant(row["previous"])
            for row in rows
        )

    def due_on_site(self, member, left_out=()):
        ticket = member["ticket"]
        base, moves = self._appointments(ticket, left_out) if left_out else self.appointments[ticket]
        sent, arrived = instant(member["sent_at"]), instant(member["arrived_at"])
        before = [move for move in moves if arrived is None or move[0] < arrived]
        own = self.stored["dispatch", int(member["id"][1:])].get("own_due_at")
        if before and before[-1][0] > sent:
            return before[-1][1]
        if own:
            return instant(own)
        asked = before[-1][0] if before else datetime.min.replace(tzinfo=UTC)
        for name in self.dispatches_of[member["ticket"]]:
            for other in self.crews[name]:
                came = instant(other["arrived_at"])
                if came and asked <= came < sent:
                    return None
        return before[-1][1] if before else base

    def late(self, member):
        """When the assignment is judged, and whether it is late: None where nothing can be said."""
        due, arrived = self.due_on_site(member), instant(member["arrived_at"])
        if due is None or member["status"] == "cancelled":
            return due, None
        grace = timedelta(minutes=self.number("late.grace_minutes", arrived or due))
        if arrived is None and self.now <= due + grace:
            return due, None
        return due, arrived is None or arrived > due + grace

    # What was typed after the deadline that it defeats (part 4, late.entry = ask)

    def asked_about(self, table, row, happened, deadline, is_there):
        """The entry by which a fact was first typed, where the fact waits until somebody accepts that entry."""
        if happened is None or deadline is None or happened > deadline or self.policy("late.entry", happened) != "ask":
            return None
        for entry, at, image in self.images[table, row]:
            if entry not in self.taken_back and is_there(image):
                allowed = timedelta(hours=self.number("late.entry_hours", happened))
                late = at > deadline and at > happened + allowed and entry not in self.accepted
                return entry if late else None
        return None

    def _stands_in(self, column, happened):
        return lambda image: image.get(column) is not None and instant(image[column]) == happened

    def _crew(self, member):
        """The number of an assignment's own row."""
        codes = {
            row["code"]: number for (table, number), row in self.stored.items() if table == "staff" and "code" in row
        }
        wanted = (int(member["id"][1:]), codes[member["engineer"]])
        return next(number for (table, number), row in self.stored.items()
                    if table == "crew" and (row["dispatch_id"], row["engineer_id"]) == wanted and not row.get("undone_at"))  # fmt: skip

    def call_asked_about(self, member, left, called):
        there = self._stands_in("callback_at", called)
        return self.asked_about("crew", self._crew(member), called, left, there) if called else None

    def arrival_asked_about(self, member):
        """An assignment as it is without what was typed late: when due, when arrived, the entries; nothing else."""
        due, arrived = self.due_on_site(member), instant(member["arrived_at"])
        if due is None:
            return None
        grace = timedelta(minutes=self.number("late.grace_minutes", arrived or due))
        late = arrived and self.asked_about(
            "crew", self._crew(member), arrived, due + grace, self._stands_in("arrived_at", arrived)
        )
        moves = {
            int(row["id"]): self.asked_about("appointment", int(row["id"]), instant(row["at"]), instant(row["previous"]),
                                             self._stands_in("at", instant(row["at"])))
            for row in self.files["appointments"]
            if row["ticket"] == member["ticket"] and row["moved"] == "true" and row["previous"]
        }  # fmt: skip
        moves = {number: entry for number, entry in moves.items() if entry}
        if not late and not moves:
            return None
        entries = [*([late] if late else []), *moves.values()]
        return self.due_on_site(member, moves), None if late else arrived, entries

    # What the clauses find (part 4)

    def findings(self):
        found = [finding for clause in CLAUSES for finding in clause(self)]
        return [finding for finding in found if self.inside(finding["at"])]

    def _fine(self, clause, engineer, subject, at, facts, key=None, **more):
        return {"clause": clause, "engineer": engineer, "subject": subject, "key": key or subject, "at": at, "kind": "fine",
                "amount": self.policy(f"{clause}.fine", at), "needs": None, "absorbed_by": None,
                "facts": {"entered_late": []} | facts} | more  # fmt: skip

    def complaints_upheld(self):
        for row in self.files["complaints"]:
            if row["finding"] == "upheld" and row["cause"] in PUNISHED:
                for code in against(row):
                    yield self._fine("complaint_upheld", code, row["id"], instant(row["decided_at"]),
                                     {"cause": row["cause"], "ticket": row["ticket"] or None}, kind="major_demerit",
                                     amount=None)  # fmt: skip

    def frauds(self):
        for row in self.files["expenses"]:
            if row["falsified_at"]:
                yield self._fine("expense_falsified", row["engineer"], row["id"], instant(row["falsified_at"]),
                                 {"amount": row["amount"], "evidence": row["evidence"]}, kind=row["sanction"], amount=None)  # fmt: skip

    def assignments(self):
        return [row for crew in self.crews.values() for row in crew if row["status"] != "cancelled"]

    def silent(self):
        for row in self.assignments():
            left, called = instant(row["left_at"] or row["returned_at"]), instant(row["callback_at"])
            if not left or not row["arrived_at"]:
                continue
            asked = self.call_asked_about(row, left, called)
            if called is None or called > left or asked:
                facts = {"left_at": left, "callback_at": None if asked else called}
                finding = self._fine("no_callback", row["engineer"], row["id"], left, facts)
                yield entered_late(finding, [asked]) if asked else finding

    def latecomers(self):
        for row in self.assignments():
            if row["late_cause"] not in ("", "personal"):
                continue
            due, is_late = self.late(row)
            if is_late:
                yield self._latecomer(row, due, instant(row["arrived_at"]))
                continue
            due, arrived, entries = self.arrival_asked_about(row) or (None, None, None)
            if due is None:
                continue
            grace = timedelta(minutes=self.number("late.grace_minutes", arrived or due))
            if (arrived or self.now) > due + grace:
                yield entered_late(self._latecomer(row, due, arrived), entries)

    def _latecomer(self, row, due, arrived):
        at = arrived or due
        facts = {"due": due, "arrived_at": arrived, "cause": row["late_cause"] or None}
        facts["appointments_entered_late"] = self.entered_late(row["ticket"])
        finding = self._fine("late_on_site", row["engineer"], row["id"], at, facts)
        untimely = [c["id"] for c in self.files["complaints"] if c["ticket"] == row["ticket"] and c["finding"] == "upheld"
                    and c["cause"] == "untimely" and row["engineer"] in against(c)]  # fmt: skip
        if not row["late_cause"]:
            finding |= {"needs": "late_cause", "amount": None}
        elif untimely and self.policy("same_fact", at) == "absorb":
            first = min(untimely, key=lambda name: int(name[1:]))
            finding |= {"absorbed_by": first, "amount": None}
        return finding

    def duties(self):
        """Each dispatch whose crew is back: the deadline's last second, its report by then, and what that lacked."""
        for name, crew in self.crews.items():
            back = [instant(row["returned_at"]) for row in crew if row["returned_at"]]
            if (
                crew[0]["status"] == "cancelled"
                or not back
                or len(back) < sum(bool(row["departed_at"]) for row in crew)
            ):
                continue
            days = self.number("report.due_days", max(back))
            deadline = self.midnight(self.day(max(back)) + timedelta(days=days + 1)) - timedelta(seconds=1)
            if deadline >= self.now:
                continue
            report = next((row for row in self.files["service-reports"] if row["dispatch"] == name), None)
            stood = [(since, content) for since, content in versions(report) if since <= deadline] if report else []
            needed = [field for field in FIELDS if field != "fault_cause" or crew[0]["kind"] != "installation"]

            def lacking(stood, needed=needed, deadline=deadline):
                return [field for field in needed if not stood or not self._has(stood[-1][1], field, deadline)]

            late = {since: entry for n, (since, _) in enumerate(stood)
                    if (entry := self._version_asked_about(report, n, since, deadline))}  # fmt: skip
            accepted = [(since, content) for since, content in stood if since not in late]
            yield {
                "dispatch": name,
                "back": max(back),
                "crew": crew,
                "deadline": deadline,
                "report": report,
                "filed": bool(stood),
                "lacks": lacking(stood),
                "without_late": (bool(accepted), lacking(accepted), list(late.values())) if late else None,
            }

    def _version_asked_about(self, report, n, since, deadline):
        def is_there(image):
            kept = image.get("versions")
            return kept is not None and len(json.loads(kept) if isinstance(kept, str) else kept) >= n

        return self.asked_about("service_report", int(report["id"][1:]), since, deadline, is_there)

    def _has(self, content, field, at):
        if field == "parts":
            return bool(content["no_parts"]) or any(written(part["name"], 1) for part in content["parts"])
        return written(content[field], self.number("report.min_chars", at))

    def unreported(self):
        for duty in self.duties():
            whole = self._unreported(duty, duty["filed"], duty["lacks"]) if duty["lacks"] else None
            if whole:
                yield whole
            if duty["without_late"] and duty["without_late"][1]:
                *stood, entries = duty["without_late"]
                asked = entered_late(self._unreported(duty, *stood), entries)
                if not whole or asked["engineer"] != whole["engineer"]:
                    yield asked

    def _unreported(self, duty, filed, lacks):
        report = duty["report"]
        who = report["filed_by"] if filed else duty["crew"][0]["engineer"]
        facts = {"missing": lacks, "filed": filed, "returned_at": duty["back"], "deadline": duty["deadline"]}
        return self._fine("incomplete_report", who, report["id"] if filed else duty["dispatch"], duty["deadline"], facts,
                          key=duty["dispatch"])  # fmt: skip

    def unreachable(self):
        days = defaultdict(list)
        for row in self.files["phone-checks"]:
            at = instant(row["at"])
            clock = at.astimezone(self.zone).strftime("%H:%M")
            punished = row["result"] in ("off", "refused") and not row["excused"]
            if punished and self.policy("phone.from", at) <= clock < self.policy("phone.until", at):
                days[row["engineer"], self.day(at)].append((at, int(row["id"][1:]), row))
        for (code, _), checks in days.items():
            fined = {
                (row["natural_key"], row["engineer"])
                for row in self.files["penalties"]
                if row["clause"] == "phone_unreachable"
            }
            checks.sort(key=lambda check: ((check[2]["id"], code) not in fined, check[0], check[1]))
            for n, (at, number, row) in enumerate(checks):
                if n < self.number("phone.max_per_day", at):
                    yield self._fine("phone_unreachable", code, f"H{number}", at, {"result": row["result"]})

    def disobedient(self):
        for row in self.files["conduct"]:
            if row["rule"] == "disobedience":
                yield self._fine("disobedience", row["engineer"], row["id"], instant(row["at"]), {"note": row["note"]})

    def unanswered(self):
        for answer in self.answers():
            asked = answer["in_time"] and self.now > answer["due"] and self._answer_asked_about(answer)
            if answer["in_time"] is False or asked:
                name = answer["ticket"]["id"] + (f"@{answer['again']}" if answer["again"] else "")
                finding = self._fine("answer_overdue", None, name, answer["due"], {}, kind="none", amount=None)
                yield entered_late(finding, [asked]) if asked else finding

    def _answer_asked_about(self, answer):
        ticket, answered = answer["ticket"], answer["answered"]
        cancelled = instant(ticket["cancelled_at"])
        if cancelled is not None and cancelled <= answer["due"]:  # unanswered it would have been withdrawn
            return None
        table, row = "ticket", int(ticket["id"][1:])
        if answer["again"]:
            table, row = "reopening", min(int(row["id"]) for row in self.files["reopenings"]
                                          if row["ticket"] == ticket["id"] and instant(row["at"]) == answer["since"])  # fmt: skip
        return self.asked_about(table, row, answered, answer["due"], self._stands_in("answered_at", answered))

    def recorded(self, finding):
        return next((row for row in self.files["penalties"] if row["clause"] == finding["clause"]
                     and row["natural_key"] == finding["key"] and row["engineer"] == finding["engineer"]), None)  # fmt: skip

    def told(self, finding):
        """A finding as `penalty check` lists it."""
        penalty = self.recorded(finding)
        return (finding["clause"], finding["engineer"], finding["subject"], finding["at"], finding["kind"],
                finding["amount"], finding["needs"], finding["absorbed_by"], penalty["id"] if penalty else None,
                penalty["status"] if penalty else "new")  # fmt: skip

    def stands(self, penalty):
        """Whether a penalty stands: not waived, not overturned, its finding as it was when somebody last looked."""
        if penalty["status"] in ("waived", "overturned"):
            return False
        now = [finding for clause in CLAUSES for finding in clause(self) if finding["clause"] == penalty["clause"]
               and finding["key"] == penalty["natural_key"] and finding["engineer"] == penalty["engineer"]]  # fmt: skip
        if not now or not penalty["facts"]:  # confirmed again although nothing is found any more
            return not now and not penalty["facts"]
        (finding,), facts = now, json.loads(penalty["facts"])
        same = (facts["subject"], instant(facts["at"]), facts["sanction"], facts["needs"], facts["absorbed_by"]) == (
            finding["subject"], finding["at"], {"kind": finding["kind"], "amount": finding["amount"]}, finding["needs"],
            finding["absorbed_by"],
        )  # fmt: skip
        told = facts["evidence"] | {
            "appointments_entered_late": len(facts["evidence"].get("appointments_entered_late", ())),
            "entered_late": sorted(entry["entry"] for entry in facts["evidence"].get("entered_late", ())),
        }
        return same and all(
            value == (instant(told[name]) if isinstance(value, datetime) else told[name])
            for name, value in finding["facts"].items()
        )

    def standing(self):
        return [row for row in self.files["penalties"] if self.inside(instant(row["at"])) and self.stands(row)]

    # The month (part 5)

    def ticket_of(self, expense):
        return self.tickets.get(
            expense["ticket"] or (expense["dispatch"] and self.crews[expense["dispatch"]][0]["ticket"])
        )

    def claims(self):
        """The expenses of the month that count, each with its line, whether it leaves the total, and its ticket."""
        for row in self.files["expenses"]:
            if row["status"] in ("rejected", "falsified") or not self.spent_inside(row):
                continue
            yield row, *self.placed(row)

    def placed(self, row):
        ticket = self.ticket_of(row)
        installs = ticket is not None and ticket["kind"] == "installation"
        line = {"material": "material", "freight": "transport"}.get(
            row["category"], "installation" if installs else "dispatch"
        )
        contract = self.contracts.get(ticket["contract"]) if ticket else None
        out = False
        if installs and contract and contract["includes_installation"] == "true":
            named = contract.get("excludes") or self.policy("excluded.categories", date.fromisoformat(row["date"]))
            out = row["category"] in named.replace(" ", "").split(",")
        return line, out, ticket

    def journeys(self):
        """Each engineer on each dispatch that touches the month, with the days that count for it."""
        taken, found = set(), []
        gone = [row for crew in self.crews.values() for row in crew if row["departed_at"]]
        gone.sort(key=lambda row: (instant(row["departed_at"]), int(row["id"][1:])))
        for row in gone:
            departed = self.day(instant(row["departed_at"]))
            back = self.day(instant(row["returned_at"]) if row["returned_at"] else self.now)
            days = [day for day in days_between(departed, back) if (row["engineer"], day) not in taken]
            taken |= {(row["engineer"], day) for day in days}
            inside = sum(self.first <= day <= self.last for day in days)
            found.append((row, inside, self.inside(instant(row["departed_at"]))))
        return found

    def travel(self, group):
        found = defaultdict(lambda: [set(), 0, 0])
        for row, days, begins in self.journeys():
            if days or begins:
                line = found[group(row)]
                line[0].add(row["engineer"])
                line[1] += begins
                line[2] += days
        return {key: {"persons": len(who), "trips": trips, "days": days} for key, (who, trips, days) in found.items()}

    def monthly(self):
        cost, excluded, pending = Counter(), 0, 0
        for row, line, out, _ in self.claims():
            cost[line] += self.cents[row["id"]]
            excluded += self.cents[row["id"]] * out
            pending += self.cents[row["id"]] * (row["status"] == "submitted")
        nobody = {"persons": 0, "trips": 0, "days": 0}
        went = self.travel(
            lambda row: "installation" if self.tickets[row["ticket"]]["kind"] == "installation" else "dispatch"
        )
        lines = [
            {"line": line, **went.get(line, nobody), "cost": yuan(cost[line])} for line in ("installation", "dispatch")
        ]
        lines += [{"line": line, "cost": yuan(cost[line])} for line in ("material", "transport")]
        lines.append({"line": "total", "cost": yuan(sum(cost.values()) - excluded), "excluded": yuan(excluded)})
        return {"lines": lines, "pending_cost": yuan(pending), "service": self.service(), "penalties": self.penalties()}

    def service(self):
        received = [answer for answer in self.answers() if not answer["again"] and self.inside(answer["since"])]
        came = [answer for answer in received if answer["answered"]]
        late = sum(answer["in_time"] is False for answer in came)
        closed = [row for row in self.tickets.values()
                  if self.inside(instant(row["closed_at"])) or self.inside(instant(row["first_closed_at"]))]  # fmt: skip
        scores = [int(row["score"]) for row in self.files["surveys"] if self.inside(instant(row["at"]))]
        return {
            "contacts": sum(self.inside(instant(row["at"])) for row in self.files["contacts"]),
            "tickets_opened": len(received), "answered_in_time": len(came) - late, "answered_late": late,
            "unanswered": sum(not answer["answered"] and not answer["withdrawn"] for answer in received),
            "withdrawn": sum(answer["withdrawn"] for answer in received), "closed": len(closed), "surveys": len(scores),
            "mean_score": mean(scores),
        }  # fmt: skip

    def penalties(self):
        rows = self.standing()
        kinds = Counter(row["sanction_kind"] for row in rows)
        by_clause = {}
        for row in rows:
            own = by_clause.setdefault(row["clause"], {"count": 0, "fines": 0})
            own["count"] += 1
            own["fines"] += fen(row["sanction_amount"] or "0")
        return {
            "fines": yuan(sum(own["fines"] for own in by_clause.values())), "fine_count": kinds["fine"],
            **{kind: kinds[kind] for kind in ("demerit", "major_demerit", "dismissal", "warning", "notice")},
            "by_clause": {clause: {**own, "fines": yuan(own["fines"])} for clause, own in by_clause.items()},
        }  # fmt: skip

    # How well it was served

    def arrivals(self):
        for row in self.assignments():
            due, is_late = self.late(row)
            if is_late is not None and self.inside(instant(row["arrived_at"]) or due):
                yield row, is_late

    def month_duties(self):
        return [duty for duty in self.duties() if self.inside(duty["deadline"])]

    def repairs(self):
        """The repairs first closed in the month: whether mended at once, and when that is settled."""
        for row in self.tickets.values():
            closed = instant(row["first_closed_at"])
            if row["kind"] != "repair" or not self.inside(closed):
                continue
            window = timedelta(days=self.number("repeat.window_days", closed))
            again = [
                instant(other["received_at"]) for other in self.tickets.values() if other["repeat_of"] == row["id"]
            ]
            came_back = bool(again) and min(again) <= closed + window
            yield row, not (row["reopen_count"] != "0" or row["repeat_of"] or came_back), closed + window

    def quality(self):
        received = [answer for answer in self.answers() if not answer["again"] and self.inside(answer["since"])]
        judged = [answer["in_time"] for answer in received if answer["in_time"] is not None]
        waits = sorted(int((a["answered"] - a["since"]).total_seconds()) for a in received if a["answered"])
        arrivals, repairs, duties = list(self.arrivals()), list(self.repairs()), self.month_duties()
        asked = [
            row for row in self.tickets.values() if row["kind"] == "repair" and self.inside(instant(row["received_at"]))
        ]
        visited = [
            row
            for row in self.tickets.values()
            if self.inside(instant(row["first_closed_at"])) and self.went(row["id"])
        ]
        surveyed = {row["ticket"] for row in self.files["surveys"]}
        scores = [int(row["score"]) for row in self.files["surveys"] if self.inside(instant(row["at"]))]
        complaints = sum(self.inside(instant(row["at"])) for row in self.files["complaints"])
        decided = [
            row["finding"] == "upheld" for row in self.files["complaints"] if self.inside(instant(row["decided_at"]))
        ]
        middle = waits[(len(waits) - 1) // 2] + waits[len(waits) // 2] if waits else 0
        ninth = waits[-(-len(waits) * 9 // 10) - 1] if waits else 0
        settled = max((until for _, _, until in repairs), default=self.now)
        return {
            "answered_in_time": rate(judged),
            "response_median": (None, len(waits), quotient(middle, 2 * 3600) if waits else None),
            "response_p90": (None, len(waits), quotient(ninth, 3600) if waits else None),
            "on_time_arrival": rate([not is_late for _, is_late in arrivals]),
            "first_time_fix": rate([well for _, well, _ in repairs]),
            "repeat_repairs": rate([bool(row["repeat_of"]) and self._repeats(row) for row in asked]),
            "survey_coverage": rate([row["id"] in surveyed for row in visited]),
            "mean_score": (sum(scores), len(scores), quotient(sum(scores), len(scores))),
            "complaints": (complaints, len(received), quotient(100 * complaints, len(received))),
            "complaints_upheld": rate(decided),
            "reports_complete": rate([not duty["lacks"] for duty in duties]),
        }, self.day(settled).isoformat() if settled > self.now else None  # fmt: skip

    def _repeats(self, row):
        earlier = instant(self.tickets[row["repeat_of"]]["first_closed_at"])
        if earlier is None:
            return True
        return instant(row["received_at"]) <= earlier + timedelta(days=self.number("repeat.window_days", earlier))

    def went(self, ticket):
        return {
            row["engineer"] for name in self.dispatches_of[ticket] for row in self.crews[name] if row["departed_at"]
        }

    def backlog(self):
        until, ages = min(self.end, self.now), Counter()
        for row in self.open_at(until):
            days = (until - instant(row["received_at"])) // timedelta(days=1)
            ages["day" if days < 1 else "week" if days < 7 else "month" if days < 30 else "older"] += 1
        return [{"age": age, "tickets": ages[age]} for age in ("day", "week", "month", "older")]

    def open_at(self, until):
        for row in self.tickets.values():
            gone = instant(row["closed_at"] or row["cancelled_at"])
            if instant(row["received_at"]) < until and (gone is None or gone >= until):
                yield row

    # The projects report

    def owner(self, ticket):
        if ticket is None:
            return None, None
        return (ticket["contract"], None) if ticket["contract"] else (None, ticket["customer"])

    def projects(self):
        rows = defaultdict(Counter)
        surveys = defaultdict(list)

        def count(what, tickets):
            for ticket in tickets:
                rows[self.owner(ticket)][what] += 1

        here = self.inside
        count("tickets", (row for row in self.tickets.values() if here(instant(row["received_at"]))))
        count("open", self.open_at(min(self.end, self.now)))
        count("major_quality", (self.tickets[row["ticket"]] for row in self.files["escalations"]
                                if here(instant(row["at"])) and row["major_quality"] == "true"))  # fmt: skip
        count("opinions", (self.tickets[self.crews[row["dispatch"]][0]["ticket"]] for row in self.files["service-reports"]
                           if here(instant(row["filed_at"])) and row["customer_opinion"]))  # fmt: skip
        count(
            "complaints",
            (self.tickets.get(row["ticket"]) for row in self.files["complaints"] if here(instant(row["at"]))),
        )
        for row in self.files["surveys"]:
            if here(instant(row["at"])):
                surveys[self.owner(self.tickets[row["ticket"]])].append(int(row["score"]))
        for row, line, out, ticket in self.claims():
            own, cents = rows[self.owner(ticket)], self.cents[row["id"]]
            own[line] += cents
            own["excluded"] += cents * out
            own["pending"] += cents * (row["status"] == "submitted")
        went = self.travel(lambda row: self.owner(self.tickets[row["ticket"]]))
        return {
            owner: self._project(owner, rows[owner], surveys[owner], went.get(owner))
            for owner in {*rows, *surveys, *went}
        }

    def _project(self, owner, own, scores, went):
        contract = self.contracts.get(owner[0]) if owner[0] else None
        lines = ("installation", "dispatch", "material", "transport")
        return {
            "contract": owner[0], "project": contract["project"] or None if contract else None,
            "customer": contract["customer"] if contract else owner[1], "tickets": own["tickets"],
            **(went or {"persons": 0, "trips": 0, "days": 0}), **{line: yuan(own[line]) for line in lines},
            "excluded": yuan(own["excluded"]), "cost": yuan(sum(own[line] for line in lines) - own["excluded"]),
            "pending": yuan(own["pending"]), "open": own["open"], "major_quality": own["major_quality"],
            "opinions": own["opinions"], "surveys": len(scores), "mean_score": mean(scores), "complaints": own["complaints"],
        }  # fmt: skip

    # The staff report

    def staff(self):
        told = [(finding, self.recorded(finding)) for finding in self.findings()]
        spared = {
            (f["clause"], f["key"], f["engineer"]) for f, p in told if p and p["status"] in ("waived", "overturned")
        }
        went = self.travel(lambda row: row["engineer"])
        return {
            person["code"]: self._person(person, told, spared, went.get(person["code"], {"trips": 0, "days": 0}))
            for person in self.files["staff"]
        }

    def _person(self, person, told, spared, went):
        code = person["code"]
        answers = [
            a["in_time"] for a in self.answers() if not a["again"] and self.inside(a["since"]) and a["by"] == code
        ]
        answers = [verdict for verdict in answers if verdict is not None]
        arrivals = [
            not is_late for row, is_late in self.arrivals()
            if row["engineer"] == code and not (is_late and (row["late_cause"] not in ("", "personal")
            or ("late_on_site", row["id"], code) in spared))
        ]  # fmt: skip
        reports = []
        for duty in self.month_duties():
            author = duty["report"]["filed_by"] if duty["filed"] else duty["crew"][0]["engineer"]
            if author == code and not (duty["lacks"] and ("incomplete_report", duty["dispatch"], code) in spared):
                reports.append(not duty["lacks"])
        repairs = [well for row, well, _ in self.repairs() if code in self.went(row["id"])]
        scores = [int(row["score"]) for row in self.files["surveys"]
                  if self.inside(instant(row["at"])) and code in self.went(row["ticket"])]  # fmt: skip
        held = [(f["clause"], f["subject"], f["at"], f["kind"], f["amount"], f["needs"], p["status"] if p else "new")
                for f, p in told if f["engineer"] == code and (f["clause"], f["key"], code) not in spared
                and not f["absorbed_by"]]  # fmt: skip
        return {
            "engineer": code, "name": person["name"], "department": person["department"] or None,
            "role": self.held(code, "role", min(self.last, self.day(self.now)), person["role"]), "trips": went["trips"], "days": went["days"],
            "cost": yuan(sum(self.cents[row["id"]] for row, *_ in self.claims() if row["engineer"] == code)),
            "tickets_taken": sum(row["taken_by"] == code and self.inside(instant(row["received_at"]))
                                 for row in self.tickets.values()),
            "answers_in_time": sum(answers), "answers": len(answers), "arrivals_on_time": sum(arrivals),
            "arrivals": len(arrivals), "reports_complete": sum(reports), "reports": len(reports),
            "repairs_fixed": sum(repairs), "repairs": len(repairs), "surveys": len(scores), "mean_score": mean(scores),
            "findings": sorted(held, key=repr),
            "fines": yuan(sum(fen(row["sanction_amount"] or "0") for row in self.standing() if row["engineer"] == code)),
        }  # fmt: skip

    def held(self, code, field, day, otherwise):
        """What held of a person on a day."""
        rows = [(since, n, value) for who, what, since, n, value in self.values if (who, what) == (code, field)]
        return max([row for row in rows if row[0] <= day.isoformat()], default=(None, None, otherwise))[2]

    # What is wrong with expenses (4.3)

    def problems(self, row):
        if row.get("refund_of"):
            return []
        found, day, category = [], date.fromisoformat(row["date"]), row["category"]
        if category != "allowance" and not row["invoice"]:
            found.append("no_invoice")
        if row["invoice"] and any(self._same_invoice(row, other) for other in self.files["expenses"]):
            found.append("duplicate_invoice")
        crew = self.crews[row["dispatch"]] if row["dispatch"] else []
        own = next((member for member in crew if member["engineer"] == row["engineer"]), None)
        if category == "fare":
            allowed = {place_of(self.held(row["engineer"], "home", day, self._staff(row)["home"]) or self.home)} - {""}
            if crew:
                allowed |= {place_of(crew[0]["place"]), *map(place_of, json.loads(crew[0]["transit"]))}
            allowed |= {place_of(other["place"]) for other in self._near(row, day)}
            if not {place_of(row["from"]), place_of(row["to"])} <= allowed:
                found.append("place_mismatch")
        elif category == "lodging" and crew and place_of(row["place"]) != place_of(crew[0]["place"]):
            found.append("place_mismatch")
        if crew and self._outside(own, crew, day):
            found.append("outside_trip")
        role = self.held(row["engineer"], "role", day, self._staff(row)["role"])
        limits = [self.policy(f"expense.limit.{category}.{role}", day), self.policy(f"expense.limit.{category}", day)]
        limit = next((fen(text) for text in limits if text != "none"), None)
        if limit is not None and self.cents[row["id"]] > limit:
            found.append("over_limit")
        return found

    def _staff(self, row):
        return next(person for person in self.files["staff"] if person["code"] == row["engineer"])

    def _same_invoice(self, row, other):
        earlier = int(other["id"][1:]) < int(row["id"][1:]) and other["status"] != "rejected" and not other["refund_of"]
        alike = "".join(other["invoice"].split()).lower() == "".join(row["invoice"].split()).lower()
        return earlier and alike and not self._shares(row, other)

    def _shares(self, row, other):
        """Whether two expenses are parts of one."""
        return self._whole(row) == self._whole(other)

    def _whole(self, row):
        rows = {each["id"]: each for each in self.files["expenses"]}
        while row.get("shared_with") and row["shared_with"] in rows:
            row = rows[row["shared_with"]]
        return row["id"]

    def _near(self, row, day):
        one = timedelta(days=1)
        for name, crew in self.crews.items():
            for member in crew:
                if name == row["dispatch"] or member["engineer"] != row["engineer"] or not member["departed_at"]:
                    continue
                back = self.day(instant(member["returned_at"])) if member["returned_at"] else None
                if self.day(instant(member["departed_at"])) - one <= day and (back is None or day <= back + one):
                    yield member

    def _outside(self, own, crew, day):
        if own is None or not own["departed_at"]:
            return own is None or crew[0]["status"] == "cancelled"
        back = self.day(instant(own["returned_at"])) if own["returned_at"] else None
        return day < self.day(instant(own["departed_at"])) or (back is not None and day > back)


CLAUSES = (
    Recount.complaints_upheld, Recount.frauds, Recount.silent, Recount.latecomers, Recount.unreported, Recount.unreachable,
    Recount.disobedient, Recount.unanswered,
)  # fmt: skip


def entered_late(finding, entries):
    """A finding that stands although a fact defeats it, until somebody accepts the entries by which it was typed."""
    return finding | {"needs": "late_entry", "facts": finding["facts"] | {"entered_late": sorted(entries)}}


def against(row):
    """The persons a complaint was decided against: all it is about, where nobody said otherwise."""
    named = row.get("against") or row["about"]
    return json.loads(named) if named.startswith("[") else [named] if named else []


def versions(report):
    """A report's contents, each with the time from which it stood."""
    since = instant(report["filed_at"])
    for version in json.loads(report["versions"]):
        yield since, version
        since = instant(version["until"])
    now = {**report, "parts": json.loads(report["parts"]), "no_parts": report["no_parts"] == "true"}
    yield since, now


def rate(verdicts):
    return sum(verdicts), len(verdicts), quotient(sum(verdicts), len(verdicts))


def quotient(numerator, denominator):
    return float(half_up(Fraction(numerator, denominator), 4)) if denominator else None


def mean(scores):
    return half_up(Fraction(sum(scores), len(scores)), 2) if scores else None


def replayed(journal):
    """Play the journal again: rows as stored, what holds of people from dates on, when each row was first typed, and
    each row as every entry left it."""
    rows, typed, images = defaultdict(dict), {}, defaultdict(list)
    for entry in journal:
        for change in entry["changes"]:
            for key in keys_of(change):
                rows[key] |= {name: after for name, (_, after) in change["changed"].items()}
                typed.setdefault(key, instant(entry["at"]))
                images[key].append((entry["entry"], instant(entry["at"]), dict(rows[key])))
    codes = {number: row["code"] for (table, number), row in rows.items() if table == "staff" and "code" in row}
    values = [
        (codes[row["staff_id"]], row["field"], row["from_on"], number, row["value"])
        for (table, number), row in rows.items()
        if table == "staff_value" and not row.get("undone_at")
    ]
    return rows, values, typed, images


LETTERS = {"T": "ticket", "D": "dispatch", "R": "service_report"}


def keys_of(change):
    """The row that a change of the journal is of, as far as it is read here."""
    table, _, number = change["record"].partition(" ")
    if not number:
        table, number = LETTERS.get(change["record"][0], ""), change["record"][1:]
    return [(table, int(number))] if table and number.isdigit() else []
