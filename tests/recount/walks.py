"""Random desks, typed as people type: facts in any order, some of them twice, taken back, or put right afterwards."""

import json
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONES = ("Asia/Shanghai", "America/New_York", "Europe/London", "Pacific/Auckland")
CITIES = ("北京", "南京", "唐山", "上海", "北京南", "汉口", "唐山市")
CUSTOMERS = ("华北钢厂", "江南机床", "江南机床厂")
POLICIES = (
    ("answer.hours", ("8", "24", "48")), ("answer.hours.repair", ("4", "30")), ("answer.clock", ("working", "natural")),
    ("work.from", ("08:30", "09:30")), ("work.until", ("18:00", "16:00")), ("work.break", ("none", "11:30-13:30")),
    ("late.grace_minutes", ("30", "0")), ("report.due_days", ("1", "2", "5")), ("report.min_chars", ("2", "1")),
    ("phone.from", ("09:00", "06:00")), ("phone.until", ("20:00", "24:00")), ("phone.max_per_day", ("2", "1")),
    ("no_callback.fine", ("60.00",)), ("late_on_site.fine", ("70.00",)), ("incomplete_report.fine", ("25.00",)),
    ("phone_unreachable.fine", ("12.50",)), ("disobedience.fine", ("200.00",)), ("same_fact", ("cumulate", "absorb")),
    ("repeat.window_days", ("5", "30")), ("expense.limit.lodging", ("300.00", "none")),
    ("expense.limit.fare.engineer", ("400.00",)), ("excluded.categories", ("fare,lodging", "allowance,local,other,fare", "none")),
)  # fmt: skip


class Walk:
    """One desk of a seed: what is true of it, and the commands by which somebody types it."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.zone = ZoneInfo(ZONES[seed % len(ZONES)])
        pick = self.chance.choice
        self.typed_at = datetime(2026, pick((10, 10, 11)), self.chance.randrange(12, 31), 3, 7, tzinfo=UTC)
        self.asked_at = self.typed_at + timedelta(hours=pick((3, 40, 400)))
        self.done, self.codes = [], {}

    # Times

    def moment(self, earliest, hours):
        """A time so many hours on at most; often on an edge: to the hour, at midnight, at the turn of a month."""
        chance = self.chance
        found = earliest + timedelta(minutes=chance.randrange(hours * 60))
        if chance.random() < 0.2:
            found = found.replace(minute=0)
        if chance.random() < 0.1:
            local = found.astimezone(self.zone).replace(hour=0, minute=0)
            found = (local - timedelta(minutes=chance.randrange(2))).astimezone(UTC)
        return max(found, earliest)

    def said(self, moment):
        """Write a time as typed: with the offset of the centre or of UTC, else as the wall clock shows it."""
        if self.chance.random() < 0.3:
            return moment.strftime("%Y-%m-%dT%H:%MZ")
        return moment.astimezone(self.zone).isoformat(timespec="minutes")

    def day(self, moment):
        return moment.astimezone(self.zone).date().isoformat()

    # Facts: each a list of commands in their order; what stands in different lists may be typed in any order

    def chains(self):
        """Lists of steps; a step is a function of the names known so far, giving the words to type, or None."""
        chance, found = self.chance, []
        found.append([self.policy() for _ in range(chance.randrange(5))])
        found.append([self.dated() for _ in range(chance.randrange(3))])
        if chance.random() < 0.5:  # who typed what too late waits until somebody else accepts it
            since = self.day(datetime(2026, 9, 15, tzinfo=UTC) + timedelta(days=chance.randrange(30)))
            hours = chance.choice(("0", "24", "24", "300"))
            found.append([words("policy", "set", key, value, "--from", since, "--reason", "x")
                          for key, value in (("late.entry", "ask"), ("late.entry_hours", hours))])  # fmt: skip
        for number in range(chance.randrange(2, 6)):
            found += self.ticket(f"t{number}", number)
        for number in range(chance.randrange(4)):
            found.append(self.expense(f"free{number}", None, None, self.start()))
        found += [[self.phone()] for _ in range(chance.randrange(6))]
        found += [[self.conduct()] for _ in range(chance.randrange(3))]
        found += [self.complaint(f"c{number}", None, self.start()) for number in range(chance.randrange(2))]
        found.append([self.contact() for _ in range(chance.randrange(2))])
        return found

    def start(self):
        return self.moment(datetime(2026, 9, 22, tzinfo=UTC), 24 * 38)

    def policy(self):
        key, values = self.chance.choice(POLICIES)
        since = datetime(2026, 9, 25, tzinfo=UTC) + timedelta(days=self.chance.randrange(40))
        return words("policy", "set", key, self.chance.choice(values), "--from", self.day(since), "--reason", "x")

    def dated(self):
        field, value = self.chance.choice((("home", "南京"), ("home", "上海"), ("role", "head"), ("role", "engineer")))
        since = datetime(2026, 9, 25, tzinfo=UTC) + timedelta(days=self.chance.randrange(40))
        return words("staff", "set", self.engineer(), f"--{field}", value, "--from", self.day(since))

    def engineer(self):
        return self.chance.choice(("W01", "W02", "W03", "W04"))

    def phone(self):
        at = self.start()
        if self.chance.random() < 0.7:  # several of one person on one day, about the edges
            at = datetime(2026, 10, 8, tzinfo=self.zone) + timedelta(
                minutes=self.chance.choice((479, 480, 540, 1200, 1319, 1320))
            )
        excused = ("--excused", "x") if self.chance.random() < 0.15 else ()
        result = self.chance.choice(("off", "refused", "off", "answered"))
        code = self.chance.choice(("W01", "W01", "W02"))
        return words("phone-check", "log", code, "--result", result, "--at", self.said(at), *excused)

    def conduct(self):
        rule = self.chance.choice(("disobedience", "disobedience", "other"))
        return words("conduct", "record", self.engineer(), rule, "--note", "x", "--at", self.said(self.start()))

    def contact(self):
        return words("contact", "log", "--customer", self.chance.choice(CUSTOMERS[:2]), "--channel", "call", "--summary", "问",
                     "--at", self.said(self.start()))  # fmt: skip

    def ticket(self, name, number):
        chance, pick = self.chance, self.chance.choice
        received = self.start()
        customer, contract = pick(((0, "HT-1"), (0, None), (1, "HT-2"), (1, "HT-3"), (1, None), (2, None)))
        wanted = self.moment(received + timedelta(hours=2), 120) if chance.random() < 0.6 else None
        kind = pick(("repair", "repair", "repair", "installation", "installation", "consultation"))
        opened = [
            "ticket", "open", "--customer", CUSTOMERS[customer], "--kind", kind, "--channel", pick(("call", "letter")),
            "--summary", "停机", "--at", self.said(received), *(("--contract", contract) if contract else ()),
            *(("--on-site-by", self.said(wanted)) if wanted else ()), *(("--taken-by", "A01") if chance.random() < 0.7 else ()),
        ]  # fmt: skip
        earlier = f"t{chance.randrange(number)}" if number and kind == "repair" and chance.random() < 0.4 else None
        lead = [step(name, opened, **({"--repeat-of": earlier} if earlier else {}))]
        found = [lead]

        def after(*steps):
            found.append([needs(name), *steps])

        for _ in range(pick((0, 1, 1, 1, 2))):
            by = ("--by", pick(("A01", "W01", "H01"))) if chance.random() < 0.8 else ()
            answered = received + timedelta(hours=24) if chance.random() < 0.15 else self.moment(received, 50)
            after(step(None, ["ticket", "answer", ref(name), "--at", self.said(answered), *by]))
        for _ in range(pick((0, 0, 1, 2))):
            at = self.moment(received, 100)
            asked = pick(("customer", "customer", "us"))
            after(step(None, ["ticket", "appoint", ref(name), "--on-site-by", self.said(self.moment(at, 90)), "--asked-by", asked,
                              "--at", self.said(at)]))  # fmt: skip
        if chance.random() < 0.15:
            at = self.moment(received, 60)
            after(step(None, ["ticket", "hold", ref(name), "--reason", "x", "--at", self.said(at)]),
                  step(None, ["ticket", "resume", ref(name), "--at", self.said(self.moment(at, 60))]))  # fmt: skip
        if chance.random() < 0.2:
            major = ("--major-quality",) if chance.random() < 0.6 else ()
            at = self.moment(received, 200)
            after(
                step(
                    None,
                    ["ticket", "escalate", ref(name), "--to", pick(("hq", "quality")), *major, "--at", self.said(at)],
                )
            )
        if chance.random() < 0.1:
            after(
                step(
                    None, ["ticket", "cancel", ref(name), "--reason", "x", "--at", self.said(self.moment(received, 40))]
                )
            )
        trips = pick((0, 1, 1, 1, 2))
        for trip in range(trips):
            found += self.dispatch(f"{name}d{trip}", name, received)
        if chance.random() < 0.4:
            found.append(self.expense(f"{name}e", None, name, self.moment(received, 300)))
        if chance.random() < 0.25:
            found.append([needs(name), *self.complaint(f"{name}c", name, self.moment(received, 300))])
        self.closing(name, received, [f"{name}d{trip}" for trip in range(trips)])
        return found

    def closing(self, name, received, dispatches):
        """Have everybody back and reported, close, reopen, answer again, close again: typed last."""
        at = self.moment(received + timedelta(hours=60), 400)
        again = self.moment(at, 100)
        closing = ["ticket", "close", ref(name), "--resolution", "x", "--no-survey", "x", "--at"]
        self.last = getattr(self, "last", [])
        steps = [
            needs(name),
            step(None, ["ticket", "answer", ref(name), "--at", self.said(received + timedelta(hours=23))]),
        ]
        for trip in dispatches if self.chance.random() < 0.6 else ():
            steps.append(step(None, ["dispatch", "return", ref(trip), "--at", self.said(at)]))
            whole = ["--by", "W01", "--fault-cause", "坏", "--solution", "换", "--no-parts", "--customer-opinion", "好"]
            steps.append(step(None, ["service-report", "file", ref(trip), *whole, "--at", self.said(at)]))
        steps.append(step(None, [*closing, self.said(at)]))
        if self.chance.random() < 0.4:
            steps.append(step(None, ["ticket", "reopen", ref(name), "--reason", "x", "--at", self.said(again)]))
            steps.append(
                step(None, ["ticket", "answer", ref(name), "--at", self.said(self.moment(again, 50)), "--by", "A01"])
            )
        if self.chance.random() < 0.5:
            scored = ["survey", "add", ref(name), "--score", str(self.chance.randrange(1, 6)), "--at"]
            steps.append(step(None, [*scored, self.said(self.moment(again, 30))]))
            steps.append(step(None, [*closing, self.said(self.moment(again + timedelta(hours=60), 60))]))
        self.last.append(steps)

    def dispatch(self, name, ticket, received):
        chance, pick = self.chance, self.chance.choice
        sent = self.moment(received, 40)
        crew = chance.sample(("W01", "W02", "W03", "W04"), pick((1, 1, 2)))
        due = ("--due", self.said(self.moment(sent, 80))) if chance.random() < 0.4 else ()
        transit = ("--transit", "上海") if chance.random() < 0.2 else ()
        engineers = [word for code in crew for word in ("--engineer", code)]
        made = step(name, ["dispatch", "send", ref(ticket), *engineers, "--place", pick(CITIES), *due, *transit,
                           "--at", self.said(sent)])  # fmt: skip
        found = [[needs(ticket), made]]
        for code in crew:
            found.append([needs(name), *self.journey(name, code, sent)])
            if chance.random() < 0.5:
                found.append([needs(name), *self.expense(f"{name}{code}e", name, None, sent, code)[-3:]])
        if chance.random() < 0.8:
            found.append([needs(name), *self.report(name, pick(crew), sent)])
        if chance.random() < 0.1:
            whose = ("--engineer", crew[-1]) if chance.random() < 0.6 else ()
            at = self.said(self.moment(sent, 20))
            found.append(
                [needs(name), step(None, ["dispatch", "cancel", ref(name), "--reason", "x", "--at", at, *whose])]
            )
        return found

    def journey(self, name, code, sent):
        """What one engineer tells: the steps in their order, some left out, the call at any time."""
        chance = self.chance
        departed = self.moment(sent, 30)
        arrived = self.moment(departed, 30)
        left = self.moment(arrived, 60)
        called = left if chance.random() < 0.2 else self.moment(departed, 90)
        cause = ("--late-cause", chance.choice(("personal", "personal", "transport"))) if chance.random() < 0.4 else ()
        whole = [
            ("depart", departed, ()), ("arrive", arrived, cause), ("callback", called, ()), ("leave", left, ()),
            ("return", self.moment(left, 60), ()),
        ]  # fmt: skip
        kept = [row for row in whole if chance.random() < (0.75 if row[0] == "callback" else 0.95)]
        kept = kept[: len(kept) if chance.random() < 0.8 else chance.randrange(6)]
        return [
            step(None, ["dispatch", verb, ref(name), "--engineer", code, "--at", self.said(at), *more])
            for verb, at, more in kept
        ]

    def report(self, name, code, sent):
        texts = lambda: self.chance.choice(("松动", "无", "-", "同上", "", "坏"))  # noqa: E731
        content = lambda: [  # noqa: E731
            "--fault-cause", texts(), "--solution", texts(), "--customer-opinion", texts(),
            *self.chance.choice((("--no-parts",), ("--part", "密封圈:2"), ())),
        ]  # fmt: skip
        at = self.moment(sent + timedelta(hours=10), 220)
        steps = [
            step(f"{name}r", ["service-report", "file", ref(name), "--by", code, *content(), "--at", self.said(at)])
        ]
        for _ in range(self.chance.choice((0, 1, 1))):
            at = self.moment(at, 60)
            steps.append(step(None, ["service-report", "amend", ref(f"{name}r"), *content(), "--at", self.said(at)]))
        return steps

    def expense(self, name, dispatch, ticket, about, engineer=None):
        chance, pick = self.chance, self.chance.choice
        category = pick(("fare", "fare", "lodging", "lodging", "allowance", "local", "material", "freight", "other"))
        amount = f"{chance.randrange(1, 900)}.{chance.randrange(100):02d}"
        spent = self.moment(about, 150)
        invoice = pick(("F1", "f 1", "Ｆ１", "F2", "F3", "F4", None, f"G{chance.randrange(999)}"))
        where = {"fare": ["--from", pick(CITIES), "--to", pick(CITIES)], "lodging": ["--place", pick(CITIES)]}.get(
            category, []
        )
        on = ["--dispatch", ref(dispatch)] if dispatch else ["--ticket", ref(ticket)] if ticket else []
        words_ = [
            "expense", "add", "--engineer", engineer or self.engineer(), "--category", category, "--amount", amount,
            "--date", self.day(spent), *on, *where, *(("--invoice", invoice) if invoice else ()),
        ]  # fmt: skip
        shares = {"--shared-with": name} if chance.random() < 0.5 else {}
        steps = [needs(ticket)] if ticket else []
        steps.append(step(name, words_))
        if shares and chance.random() < 0.3:
            steps.append(step(f"{name}s", [*words_, "--shared-with", ref(name)]))
        for verb in pick(
            ((), ("approve",), ("approve", "reimburse"), ("reject",), ("falsified",), ("approve", "falsified"))
        ):
            more = {
                "approve": ["--override", "x", "--by", "M01"], "reject": ["--reason", "x", "--by", "M01"], "reimburse": [],
                "falsified": ["--sanction", pick(("demerit", "dismissal")), "--evidence", "x", "--by", "M01"],
            }[verb]  # fmt: skip
            steps.append(step(None, ["expense", verb, ref(name), *more]))
        if chance.random() < 0.3:
            less = f"{chance.randrange(1, 300)}.{chance.randrange(100):02d}"
            back = self.day(self.moment(spent, 200))
            steps.append(
                step(f"{name}b", ["expense", "refund", ref(name), "--amount", less, "--date", back, "--reason", "x"])
            )
        return steps

    def complaint(self, name, ticket, at):
        chance, pick = self.chance, self.chance.choice
        about = [
            word for code in chance.sample(("W01", "W02", "W03"), pick((0, 1, 1, 2))) for word in ("--about", code)
        ]
        on = ["--ticket", ref(ticket)] if ticket else []
        steps = [step(name, ["complaint", "open", "--channel", pick(("call", "letter")), "--complainant", "孙工", "--summary", "慢",
                             *about, *on, "--at", self.said(at)])]  # fmt: skip
        then = self.moment(at, 30)
        steps.append(
            step(
                None, ["complaint", "assign", ref(name), "--department", "质量", "--by", "M01", "--at", self.said(then)]
            )
        )
        steps.append(
            step(None, ["complaint", "investigate", ref(name), "--note", "x", "--by", "M01", "--at", self.said(then)])
        )
        finding = pick(("upheld", "upheld", "upheld", "partly", "not_upheld"))
        cause = (
            ["--cause", pick(("untimely", "untimely", "quarrel", "other"))] if finding in ("upheld", "partly") else []
        )
        whom = ["--against", about[-1]] if len(about) == 4 and chance.random() < 0.5 else []
        steps.append(step(None, ["complaint", "decide", ref(name), "--finding", finding, *cause, *whom, "--by", "M01", "--at",
                                 self.said(self.moment(then, 60))]))  # fmt: skip
        return steps[: chance.randrange(2, 6)]

    # What is done to facts that were typed

    def amendment(self, desk, made):
        """Put something right, at random: a time by some minutes or hours, a word, an amount; some of it is refused."""
        chance, pick = self.chance, self.chance.choice
        table, name = pick(sorted(made))
        noun = NOUNS.get(table)
        shown = desk.finished([*noun, "show", name, "-f", "json"]) if noun else None
        record = json.loads(shown.stdout) if shown and shown.returncode == 0 else {}
        member = pick(record["crew"]) if record.get("crew") else {}
        known = [field for field in TIMES if (record | member).get(field)]
        if known and chance.random() < 0.6:
            field = pick(known)
            moved = datetime.fromisoformat((record | member)[field]) + timedelta(
                minutes=pick((-300, -61, -1, 1, 20, 200))
            )
            value = f"{field}={self.said(moved.astimezone(UTC))}"
        else:
            value = pick(WORDS.get(table, ("note=x",)))
        whose = (
            ["--engineer", member["engineer"]] if member and value.split("=")[0] in (*TIMES[:5], "late_cause") else []
        )
        return ["amend", name, value, *whose, "--reason", "听错"]


NOUNS = {
    "T": ["ticket"], "D": ["dispatch"], "E": ["expense"], "H": ["phone-check"], "B": ["conduct"], "C": ["complaint"],
    "S": ["survey"], "R": ["service-report"],
}  # fmt: skip
TIMES = (
    "departed_at", "arrived_at", "callback_at", "left_at", "returned_at", "sent_at", "received_at", "on_site_by", "at",
    "filed_at", "closed_at", "first_closed_at", "cancelled_at",
)  # fmt: skip
WORDS = {
    "T": ("kind=repair", "kind=installation", "contract=HT-2", "contract=HT-3", "contract=", "taken_by=A01", "repeat_of=T1"),
    "D": ("late_cause=personal", "late_cause=weather", "place=南京", "place=汉口"),
    "E": ("amount=12.34", "amount=800", "date=2026-10-01", "date=2026-09-30", "category=fare", "category=material",
          "from=北京", "invoice=F1", "place=南京"),
    "H": ("result=off", "excused=x"), "B": ("rule=disobedience",), "C": ("summary=x",), "S": ("score=1", "score=5"),
    "R": ("filed_by=W01",),
}  # fmt: skip


def ref(name):
    """A place in a command for the id of what was made under a name."""
    return "\0" + name


def words(*typed):
    return step(None, list(typed))


def needs(name):
    """A step that types nothing: what follows waits until something was made."""
    return ("needs", name, None, {})


def step(name, typed, **more):
    """A command; what it makes is known by a name. ``more`` are options whose value is such a name."""
    return ("type", name, typed, more)


def play(desk, walk):
    """Type a desk: its facts in random order, some undone and typed again, some put right. Return how it went."""
    chance, known, made, counts = (
        walk.chance,
        {},
        set(),
        {"taken": 0, "refused": 0, "undone": 0, "amended": 0, "accepted": 0},
    )
    now = walk.typed_at
    chains = [chain for chain in walk.chains() if chain]
    merging = (
        [["customer", "merge", CUSTOMERS[2], CUSTOMERS[1], "--reason", "一家", "--yes"]]
        if chance.random() < 0.5
        else []
    )
    chains += [[step(None, typed)] for typed in merging]

    def typed(words_):
        nonlocal now
        now += timedelta(seconds=20)
        desk.now = now.isoformat()
        done = desk.finished(words_)
        assert done.returncode in (0, 2, 3, 4), (words_, done.stderr)
        counts["taken" if done.returncode == 0 else "refused"] += 1
        walk.done.append((words_, done.returncode))
        return done

    def run(name, words_, more):
        words_ = [known[word[1:]] if word[:1] == "\0" else word for word in words_]
        words_ += [word for option, other in more.items() if other in known for word in (option, known[other])]
        done = typed([*words_, "-f", "json"] if name else words_)
        if done.returncode == 0 and name:
            known[name] = json.loads(done.stdout)["id"]
            made.add((known[name][0], known[name]))

    def some_change():
        if chance.random() < 0.06 and counts["taken"] > 3:
            counts["undone"] += typed(["undo", "--yes"]).returncode == 0
        if chance.random() < 0.02:
            counts["undone"] += (
                typed(["undo", str(chance.randrange(16, 60)), "--yes"]).returncode == 0
            )  # never the centre's own set-up
        if chance.random() < 0.1 and made:
            counts["amended"] += typed(walk.amendment(desk, made)).returncode == 0
        if chance.random() < 0.03:
            typed(["penalty", "check", "--month", "2026-10", "--record"])
        if chance.random() < 0.04:
            decide()
        if chance.random() < 0.05:
            accept()

    def accept():
        found = json.loads(desk.finished(["penalty", "check", "--month", "2026-10", "-f", "json"]).stdout)
        late = [entry["entry"] for row in found for entry in row["evidence"].get("entered_late", ())]
        if late:
            number = str(chance.choice(sorted(set(late))))
            typed(["--actor", "M01", "penalty", "accept-entry", number, "--by", "M01", "--reason", "x"])
            counts["accepted"] += 1

    def decide():
        there = json.loads(desk.finished(["penalty", "list", "-f", "json"]).stdout)
        if not there:
            return
        name = chance.choice(there)["id"]
        for words_ in chance.choice((
            [["penalty", "confirm", name, "--by", "M01"]], [["penalty", "waive", name, "--reason", "x", "--by", "M01"]],
            [["penalty", "confirm", name], ["penalty", "appeal", name, "--reason", "x"],
             ["penalty", "decide", name, chance.choice(("--uphold", "--overturn")), "--reason", "x"]],
            [["penalty", "confirm", name], ["penalty", "settle", name]],
        )):  # fmt: skip
            typed(words_)

    for pool in (chains, walk.last):
        pool = [list(chain) for chain in pool]
        tries = 0
        while pool and tries < 3000:
            tries += 1
            chain = chance.choice(pool)
            kind, name, words_, more = chain[0]
            if kind == "needs":
                if name in known:
                    chain.pop(0)
            elif all(word[1:] in known for word in words_ if word[:1] == "\0"):
                chain.pop(0)
                run(name, words_, more)
                some_change()
            elif not any(
                word[1:] == each[1] for word in words_ if word[:1] == "\0" for other in pool for each in other
            ):
                chain.clear()  # what it is about was never made
            if not chain or (chain[0][0] == "needs" and not _comes(chain[0][1], known, pool, chain)):
                pool.remove(chain)
    desk.now = (now + (walk.asked_at - walk.typed_at)).isoformat()
    walk.asked_at = datetime.fromisoformat(desk.now)
    return counts


def _comes(name, known, pool, own):
    """Whether something was made under a name, or still may be."""
    return name in known or any(each[:2] == ("type", name) for chain in pool if chain is not own for each in chain)
