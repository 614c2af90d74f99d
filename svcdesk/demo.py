"""A believable month for a new ledger: about forty tickets for three regions, from a seed, as a desk types them.

The plan is data: each act has its time and its arguments, with {keys} where an id is only known later.
commands/demo.py plays it through the same code paths as the commands themselves.
"""

import random
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

SEED = 20

ENGINEERS = (
    ("W01", "张伟", "北京", "9200"),
    ("W02", "李娜", "北京", "8600"),
    ("W03", "王强", "上海", "6000"),
    ("W04", "刘洋", "上海", "7800"),
    ("W05", "陈静", "南京", "7500"),
    ("W06", "杨帆", "西安", "7200"),
    ("W07", "赵磊", "西安", "6800"),
    ("W08", "黄勇", "北京", "8000"),
)
OFFICE = (
    ("A01", "赵敏", "客户服务部", "agent"),
    ("A02", "孙悦", "客户服务部", "agent"),
    ("K01", "周涛", "客户服务部", "coordinator"),
    ("M01", "钱主任", "行政部", "director"),
)
CUSTOMERS = (
    ("华北钢厂", "华北", "唐山", "孙工"),
    ("京津重工", "华北", "天津", "马工"),
    ("太行机械", "华北", "石家庄", "郭工"),
    ("燕山石化", "华北", "北京", "何工"),
    ("渤海装备", "华北", "秦皇岛", "罗工"),
    ("江南机床", "华东", "南京", "周工"),
    ("太湖电子", "华东", "无锡", "吴工"),
    ("钱塘纺织", "华东", "杭州", "郑工"),
    ("皖江水泥", "华东", "合肥", "冯工"),
    ("东海港机", "华东", "宁波", "蒋工"),
    ("西部矿业", "西北", "渭南", "沈工"),
    ("祁连风电", "西北", "兰州", "韩工"),
    ("秦川齿轮", "西北", "宝鸡", "秦工"),
    ("贺兰煤化", "西北", "银川", "许工"),
)
CONTRACTS = (
    ("HT-001", "华北钢厂", "轧机升级", True),
    ("HT-002", "江南机床", "数控改造", False),
    ("HT-003", "祁连风电", "变桨系统", True),
    ("HT-004", "太湖电子", "产线监控", True),
    ("HT-005", "京津重工", "起重机控制", False),
    ("HT-006", "西部矿业", "皮带秤", False),
    ("HT-007", "东海港机", "岸桥维保", False),
    ("HT-008", "太行机械", "压机维保", False),
)
# The day of the month by which a contract promises commissioning and the users' training (2.3).
PROMISED = {"HT-001": {"commission-by": 10, "train-by": 12}, "HT-003": {"commission-by": 12}}
FAULTS = (
    ("电机过热报警", "冷却风道堵塞", "清理风道并更换滤网", "滤网:1"),
    ("变频器跳闸", "散热风扇停转", "更换风扇", "散热风扇:1"),
    ("定位漂移", "编码器接头松动", "重新压接并标定", "编码器电缆:1"),
    ("触摸屏黑屏", "背光板老化", "更换背光板", "背光板:1"),
    ("通信中断", "交换机电源故障", "更换电源模块", "24V 电源:1"),
    ("称重仪表漂移", "传感器受潮", "更换传感器并标定", "称重传感器:2"),
    ("急停误动作", "安全继电器触点烧蚀", "更换继电器", "安全继电器:1"),
    ("液压站压力不足", "溢流阀卡滞", "清洗阀芯", None),
)
QUESTIONS = ("参数设置咨询", "备件价格咨询", "软件升级咨询", "操作培训预约", "报表导出方法")
INSTALLATIONS = (
    ("华北钢厂", ("W01", "W02"), 4, 4, "新轧机控制柜安装调试"),
    ("祁连风电", ("W06", "W07"), 9, 5, "变桨柜安装调试"),
    ("太湖电子", ("W04", "W05"), 15, 3, "监控服务器安装调试"),
    ("京津重工", ("W08",), 18, 3, "起重机控制柜安装调试"),
)
# Where a repair departs from the ordinary, by its number.
ODDITIES = {
    2: ("answer_late",), 3: ("late_transport",), 4: ("no_callback",), 5: ("appoint",), 6: ("incomplete",),
    7: ("we_asked", "late_personal"), 8: ("no_callback",), 9: ("late_unstated",), 11: ("no_report",),
    13: ("late_personal",),
}  # fmt: skip
REPAIRS = 14

_PERSON = {name: person for name, _, _, person in CUSTOMERS}
_CITY = {name: city for name, _, city, _ in CUSTOMERS}
_REGION = {name: region for name, region, _, _ in CUSTOMERS}
_CONTRACT = {customer: no for no, customer, _, _ in CONTRACTS}
_HOME = {code: home for code, _, home, _ in ENGINEERS}
_NEAR = {"华北": ("W01", "W02", "W08"), "华东": ("W03", "W04", "W05"), "西北": ("W06", "W07")}
_LATE = {"personal": "睡过了头", "transport": "高铁晚点"}


class Act(NamedTuple):
    """One command at its time. ``makes`` names the record that it makes, for later acts."""

    at: datetime
    who: str
    args: tuple[str, ...]
    makes: str = ""


class Trip(NamedTuple):
    """A visit as planned, for the stories that come back to it."""

    customer: str
    crew: tuple[str, ...]
    first: date
    last: date
    fault: tuple[str, str, str, str | None]


class Plan:
    """The acts of a month. ``first`` is its first day, ``now`` the end of the story."""

    def __init__(self, first: date, now: datetime, zone: tzinfo) -> None:
        self.first, self.now, self.zone = first, now, zone
        self.chance = random.Random(SEED)
        self.trips: dict[str, Trip] = {}
        self.clean: list[tuple[datetime, str]] = []  # expenses in order, with when they were claimed
        self._acts: list[Act] = []
        self._away: set[tuple[str, date]] = set()
        self._expenses = 0

    def in_order(self) -> list[Act]:
        """Return the acts by their times; what would lie ahead of now has not happened."""
        return sorted((act for act in self._acts if act.at <= self.now), key=lambda act: act.at)

    def do(
        self, at: datetime, command: str, *more: str, who: str = "K01", makes: str = "", **options: str | None
    ) -> None:
        """Plan a command: its words, further arguments as they stand, and options by name."""
        named = [(f"--{name.strip('_').replace('_', '-')}", value) for name, value in options.items()]
        args = (*command.split(), *more, *(part for name, value in named if value for part in (name, value)))
        self._acts.append(Act(at, who, args, makes))

    def day(self, number: int, clock: str) -> datetime:
        """Return a clock time on a day of the month."""
        return self.on(self.first + timedelta(days=number - 1), clock)

    def ago(self, days: int, clock: str) -> datetime:
        """Return a clock time so many days before today."""
        return self.on(self.now.date() - timedelta(days=days), clock)

    def on(self, day: date, clock: str) -> datetime:
        """Return a clock time on a date."""
        return datetime.combine(day, time.fromisoformat(clock), tzinfo=self.zone)

    def send_away(self, crew: tuple[str, ...], first: date, last: date) -> None:
        """Keep a crew's days, so that nobody is in two places at once."""
        self._away |= {(code, first + timedelta(days=n)) for code in crew for n in range((last - first).days + 1)}

    def free(self, region: str, first: date, last: date) -> str:
        """Choose an engineer who is at home on these days, of the region if one is."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        near = list(_NEAR[region])
        self.chance.shuffle(near)
        others = [code for code in _HOME if code not in near]
        return next(code for code in near + others if not any((code, day) in self._away for day in days))

    def expense(
        self, at: datetime, engineer: str, category: str, amount: str, on: date,
        *, makes: str = "", invoice: str | None = "", **options: str | None,
    ) -> None:  # fmt: skip
        """Plan an expense with the next invoice number; ``makes`` names those that a story comes back to."""
        self._expenses += 1
        key = makes or f"E{self._expenses}"
        if not makes:
            self.clean.append((at, f"{{{key}}}"))
        if invoice == "" and category != "allowance":
            invoice = f"2431{self._expenses:016d}"
        self.do(
            at, "expense add", engineer=engineer, category=category, amount=amount, date=str(on), invoice=invoice,
            who="K01", makes=key, **options,
        )  # fmt: skip


def _typed(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def plan(first: date, now: datetime, zone: tzinfo) -> Plan:
    """Plan the month that begins on the date, and what reaches from it to now."""
    month = Plan(first, now, zone)
    for story in (
        _registers, _today, _over_the_end, _one_journey, _installations, _repairs, _questions, _misfortunes,
        _complaints, _checks, _machines, _upkeep, _claims, _promises, _problems, _decisions,
    ):  # fmt: skip
        story(month)
    return month


def _registers(month: Plan) -> None:
    start = month.day(1, "00:00")
    for code, name, home, wage in ENGINEERS:
        month.do(start, f"staff add {code}", name=name, department="技术支持部", home=home, wage=wage)
    for code, name, department, role in OFFICE:
        month.do(start, f"staff add {code}", name=name, department=department, role=role)
    for number, (name, region, city, person) in enumerate(CUSTOMERS):
        flags, phone = ["--key"] if number % 5 == 0 else [], f"1380000{number:04d}"
        month.do(start, f"customer add {name}", *flags, region=region, city=city, person=person, phone=phone)
    for no, customer, project, includes in CONTRACTS:
        flags = ["--includes-installation"] if includes else []
        for option, day in PROMISED.get(no, {}).items():
            flags += [f"--{option}", str(month.day(day, "00:00").date())]
        month.do(start, f"contract add {no}", *flags, customer=customer, project=project)
    for key, value, reason in (
        ("expense.limit.lodging", "450.00", "差旅标准"),
        ("wage.minimum", "2420.00", "当地最低工资"),
        ("followup.days", "3", "低分工单三天内回访"),
        ("followup.score", "3", "三分及以下须回访"),
        ("complaint.days", "5", "五天内办结投诉"),
    ):
        month.do(start, f"policy set {key} {value}", from_=str(month.first), reason=reason, who="M01")


def visit(
    month: Plan, key: str, customer: str, opened: datetime, crew: tuple[str, ...] = (), *, nights: int = 1,
    kind: str = "repair", odd: tuple[str, ...] = (), summary: str = "", repeat_of: str = "",
) -> None:  # fmt: skip
    """Plan a visit from the call to the closing of its ticket. ``odd`` says where it departs from the ordinary."""
    chance, t, d = month.chance, f"{{T{key}}}", f"{{D{key}}}"
    fault = month.trips[repeat_of].fault if repeat_of else chance.choice(FAULTS)
    out = opened.date() + timedelta(days=2 if "answer_late" in odd else 1)
    due = month.on(out, "13:30")
    month.do(
        opened, "ticket open", customer=customer, kind=kind, channel=chance.choice(("call", "call", "letter")),
        summary=summary or fault[0], product="ZK-300", serial=f"SN-{700 + int((repeat_of or key)[1:])}",
        on_site_by=_typed(due), taken_by="A01", contract=_CONTRACT.get(customer),
        repeat_of=repeat_of and f"{{T{repeat_of}}}", who="A01", makes=f"T{key}",
    )  # fmt: skip
    wait = timedelta(hours=30) if "answer_late" in odd else timedelta(minutes=chance.randrange(20, 300))
    answered = opened + wait
    month.do(answered, f"ticket answer {t}", by="A01", note="已定上门时间", who="A01")
    if "appoint" in odd:
        out, due = out + timedelta(days=1), due + timedelta(days=1)
        month.do(answered + timedelta(minutes=30), f"ticket appoint {t}", on_site_by=_typed(due), asked_by="customer")
    if "we_asked" in odd:
        ours = _typed(due + timedelta(hours=5))
        month.do(answered + timedelta(minutes=30), f"ticket appoint {t}", on_site_by=ours, asked_by="us")
    last = out + timedelta(days=nights)
    crew = crew or (month.free(_REGION[customer], out, last),)
    month.send_away(crew, out, last)
    month.trips[key] = Trip(customer, crew, out, last, fault)
    engineers = [part for code in crew for part in ("--engineer", code)]
    month.do(answered + timedelta(hours=1), f"dispatch send {t}", *engineers, place=_CITY[customer], makes=f"D{key}")
    month.do(month.on(out, "07:30"), f"dispatch depart {d}")
    late = next((name.removeprefix("late_") for name in odd if name.startswith("late_")), None)
    arrived = due + timedelta(minutes=95 if late else -chance.randrange(20, 90))
    month.do(arrived, f"dispatch arrive {d}", late_cause=late if late in _LATE else None, note=_LATE.get(late or ""))
    if "no_callback" not in odd:
        month.do(month.on(last, "16:10"), f"dispatch callback {d}")
    month.do(month.on(last, "16:30"), f"dispatch leave {d}")
    month.do(month.on(last, "21:30"), f"dispatch return {d}")
    _travel(month, key, kind)
    _paper(month, key, kind, odd)


def _travel(month: Plan, key: str, kind: str) -> None:
    """Plan what the crew claims the morning after."""
    chance, trip, d = month.chance, month.trips[key], f"{{D{key}}}"
    place, nights = _CITY[trip.customer], (trip.last - trip.first).days
    filed = month.on(trip.last + timedelta(days=1), "09:30")
    for code in trip.crew:
        if _HOME[code] != place:
            fare = f"{chance.randrange(58, 460)}.{chance.choice(('00', '50'))}"
            month.expense(filed, code, "fare", fare, trip.first, dispatch=d, from_=_HOME[code], to=place)
            month.expense(filed, code, "fare", fare, trip.last, dispatch=d, from_=place, to=_HOME[code])
        if nights and _HOME[code] != place:
            hotel = f"{chance.randrange(190, 290) if nights == 1 else chance.randrange(340, 450)}.00"
            month.expense(filed, code, "lodging", hotel, trip.last, dispatch=d, place=place)
        if kind == "installation":
            month.expense(filed, code, "allowance", f"{80 * (nights + 1)}.00", trip.last, dispatch=d)
    if kind == "installation" or chance.random() < 0.4:
        month.expense(filed, trip.crew[0], "material", f"{chance.randrange(60, 900)}.50", trip.last, dispatch=d)
    if kind == "installation":
        freight = f"{chance.randrange(150, 600)}.00"
        month.expense(filed, trip.crew[0], "freight", freight, trip.first, ticket=f"{{T{key}}}")


def _paper(month: Plan, key: str, kind: str, odd: tuple[str, ...]) -> None:
    """Plan the report, the survey and the closing, as far as the visit's oddities let them come."""
    if "no_report" in odd:
        return
    trip, t = month.trips[key], f"{{T{key}}}"
    _, cause, solution, part = trip.fault
    if kind != "repair":
        cause, solution, part = "无", "安装并完成联调" if kind == "installation" else "巡检并紧固端子", None
    filed = month.on(trip.last + timedelta(days=1), "10:30")
    month.do(
        filed, f"service-report file {{D{key}}}", *(("--part", part) if part else ("--no-parts",)), by=trip.crew[0],
        fault_cause=None if kind == "installation" else cause, solution=solution, makes=f"R{key}",
        customer_opinion=None if "incomplete" in odd else month.chance.choice(("满意", "运行正常", "处理及时")),
    )  # fmt: skip
    if "no_survey" in odd:
        return
    score, via = str(month.chance.choice((3, 4, 4, 5, 5, 5))), month.chance.choice(("paper", "call"))
    month.do(filed + timedelta(hours=3), f"survey add {t}", score=score, via=via, who="A02")
    if "open" not in odd:
        month.do(filed + timedelta(hours=4), f"ticket close {t}", resolution=solution)


def _repairs(month: Plan) -> None:
    """Ordinary repairs, spread over the month and the regions, some with one thing wrong; one comes again."""
    for number in range(1, REPAIRS + 1):
        customer = CUSTOMERS[(number * 5) % len(CUSTOMERS)][0]
        opened = month.day(1 + number * 4 // 3, f"{8 + number % 9:02d}:{number * 7 % 60:02d}")
        visit(month, f"r{number}", customer, opened, nights=number % 3, odd=ODDITIES.get(number, ()))
    again = month.trips["r1"]
    visit(month, "r40", again.customer, month.day(18, "10:10"), odd=("no_survey",), repeat_of="r1")
    month.do(month.day(22, "15:00"), "ticket close {Tr40}", resolution=again.fault[2], no_survey="客户不愿填写")
    amended = month.on(month.trips["r10"].last + timedelta(days=2), "10:00")
    month.do(amended, "service-report amend {Rr10}", customer_opinion="满意，建议加装滤网")
    month.do(month.day(14, "09:40"), "ticket reopen {Tr3}", reason="客户称报警再现")
    month.do(month.day(14, "10:20"), "ticket answer {Tr3}", by="A01")
    month.do(month.day(14, "11:00"), "ticket close {Tr3}", resolution="电话指导复位后正常")


def _installations(month: Plan) -> None:
    for number, (customer, crew, day, nights, summary) in enumerate(INSTALLATIONS):
        opened = month.day(day, "09:05")
        visit(month, f"i{60 + number}", customer, opened, crew, nights=nights, kind="installation", summary=summary)


def _questions(month: Plan) -> None:
    """Calls answered on the telephone, and calls, letters and visits that need no ticket."""
    for number, question in enumerate(QUESTIONS * 2):
        at, key = month.day(2 + number * 2, f"{9 + number % 7:02d}:15"), f"q{80 + number}"
        customer = CUSTOMERS[(number * 3 + 1) % len(CUSTOMERS)][0]
        kind = "training" if "培训" in question else "consultation"
        month.do(
            at, "ticket open", customer=customer, kind=kind, channel="call", summary=question, taken_by="A02",
            who="A02", makes=f"T{key}",
        )  # fmt: skip
        month.do(at + timedelta(minutes=5 + number), f"ticket answer {{T{key}}}", by="A02", who="A02")
        month.do(at + timedelta(minutes=20), f"ticket close {{T{key}}}", resolution="电话解答", who="A02")
        if number % 3 == 0:
            month.do(at + timedelta(hours=2), f"survey add {{T{key}}}", score="5", via="message", who="A02")
    for number, (channel, summary) in enumerate(
        (("call", "询问开票"), ("letter", "来函致谢"), ("visit", "来访参观"), ("email", "索取资料"))
    ):
        at, customer = month.day(3 + number * 6, "14:30"), CUSTOMERS[number * 4][0]
        month.do(at, "contact log", customer=customer, channel=channel, summary=summary, taken_by="A01")


def _misfortunes(month: Plan) -> None:
    """A held ticket and one that was held, a cancelled one, one order withdrawn, and escalations."""
    month.do(
        month.day(6, "10:20"), "ticket open", customer="皖江水泥", kind="repair", channel="letter",
        summary="等停机检修", taken_by="A01", makes="Th1",
    )  # fmt: skip
    month.do(month.day(6, "15:00"), "ticket answer {Th1}", by="A01", note="约定停机时上门")
    month.do(month.day(7, "09:00"), "ticket hold {Th1}", reason="客户下月停机才能检修")
    month.do(
        month.day(8, "11:00"), "ticket open", customer="钱塘纺织", kind="repair", channel="call",
        summary="误报警", taken_by="A02", makes="Th2",
    )  # fmt: skip
    month.do(month.day(8, "11:40"), "dispatch send {Th2}", engineer="W03", place="杭州", makes="Dh2")
    month.do(month.day(8, "12:05"), "dispatch cancel {Dh2}", reason="客户撤回报修")
    month.do(month.day(8, "12:10"), "ticket cancel {Th2}", reason="客户撤回报修")
    quality, asked = month.trips["r9"], month.trips["r5"]
    at = month.on(asked.first, "14:20")
    month.do(at, "ticket escalate {Tr5}", to="hq", note="现场无法判断")
    month.do(at + timedelta(minutes=50), "ticket settle-escalation {Tr5}", note="总部远程确认方案")
    month.do(
        month.on(quality.last, "15:30"), "ticket escalate {Tr9}", "--major-quality", to="quality",
        note="同批电源第三次失效", makes="QP8",
    )  # fmt: skip
    held = month.trips["r12"].last + timedelta(days=1)
    month.do(month.on(held, "08:30"), "ticket hold {Tr12}", reason="等客户盖章")
    month.do(month.on(held, "10:00"), "ticket resume {Tr12}")


def _one_journey(month: Plan) -> None:
    """Two orders on one journey: the engineer goes from the first customer to the second, then home."""
    day, next_day = month.first + timedelta(days=22), month.first + timedelta(days=23)
    month.send_away(("W03",), day, next_day)
    for key, customer in (("j1", "江南机床"), ("j2", "太湖电子")):
        at = month.day(21, "09:00" if key == "j1" else "09:10")
        month.do(
            at, "ticket open", customer=customer, kind="visit", channel="call", summary="季度走访", taken_by="A01",
            makes=f"T{key}",
        )  # fmt: skip
        month.do(at + timedelta(hours=1), f"ticket answer {{T{key}}}", by="A01", note="并为一趟")
        place = _CITY[customer]
        month.do(at + timedelta(hours=2), f"dispatch send {{T{key}}}", engineer="W03", place=place, makes=f"D{key}")
        month.trips[key] = Trip(customer, ("W03",), day, next_day, FAULTS[0])
    for when, step in (
        ("07:10", "depart {Dj1}"), ("07:11", "depart {Dj2}"), ("10:30", "arrive {Dj1}"), ("15:40", "callback {Dj1}"),
        ("16:00", "leave {Dj1}"), ("18:20", "arrive {Dj2}"),
    ):  # fmt: skip
        month.do(month.on(day, when), f"dispatch {step}")
    for when, step in (
        ("14:00", "callback {Dj2}"), ("14:30", "leave {Dj2}"), ("17:00", "return {Dj1}"), ("17:01", "return {Dj2}"),
    ):  # fmt: skip
        month.do(month.on(next_day, when), f"dispatch {step}")
    filed = month.on(next_day + timedelta(days=1), "09:30")
    for key, amount, on, start, end in (
        ("j1", "139.50", day, "上海", "南京"), ("j2", "79.50", day, "南京", "无锡"),
        ("j2", "59.50", next_day, "无锡", "上海"),
    ):  # fmt: skip
        month.expense(filed, "W03", "fare", amount, on, dispatch=f"{{D{key}}}", from_=start, to=end)
    for key in ("j1", "j2"):
        _paper(month, key, "visit", ())


def _over_the_end(month: Plan) -> None:
    """A trip that departs two days before the month's end and comes back in the next one."""
    after = (month.first + timedelta(days=31)).replace(day=1)
    opened = month.on(after - timedelta(days=3), "13:40")
    visit(
        month, "r41", "贺兰煤化", opened, ("W07",), nights=3, odd=("no_callback", "no_survey"), summary="输煤皮带跑偏"
    )


def _today(month: Plan) -> None:
    """What waits at the desk now: answers due and overdue, engineers under way, papers and claims to come."""

    def call(key: str, at: datetime, customer: str, summary: str, on_site_by: datetime | None = None) -> None:
        month.do(
            at, "ticket open", customer=customer, kind="repair", channel="call", summary=summary, taken_by="A01",
            on_site_by=_typed(on_site_by) if on_site_by else None, makes=f"T{key}",
        )  # fmt: skip

    call("n1", month.ago(2, "16:40"), "东海港机", "岸桥大车不动")
    call("n2", month.now - timedelta(hours=22), "秦川齿轮", "磨齿机报警")
    call("n3", month.now - timedelta(minutes=50), "燕山石化", "控制柜异响")
    early = month.ago(0, "06:30")
    left = early if early < month.now else month.ago(1, "19:10")
    soon, yesterday = month.now + timedelta(hours=3), month.ago(1, "13:30")
    for key, asked, customer, summary, due, code, days, steps in (
        ("n4", month.ago(1, "15:20"), "渤海装备", "液压站停机", soon, "W02", (1, 0), (("depart", left),)),
        ("n5", month.ago(2, "10:05"), "太湖电子", "采集站离线", yesterday, "W04", (1, 0),
         (("depart", month.ago(1, "07:30")), ("arrive", month.ago(1, "12:35")))),
        ("n6", month.ago(5, "09:20"), "祁连风电", "变桨柜通信中断", month.ago(4, "13:30"), "W06", (4, 3),
         (("depart", month.ago(4, "07:30")), ("arrive", month.ago(4, "12:40")), ("callback", month.ago(3, "15:50")),
          ("leave", month.ago(3, "16:10")), ("return", month.ago(3, "21:00")))),
    ):  # fmt: skip
        call(key, asked, customer, summary, due)
        month.do(asked + timedelta(minutes=40), f"ticket answer {{T{key}}}", by="A01", note="已派人")
        place = _CITY[customer]
        month.do(asked + timedelta(hours=1), f"dispatch send {{T{key}}}", engineer=code, place=place, makes=f"D{key}")
        for step, at in steps:
            month.do(at, f"dispatch {step} {{D{key}}}")
        first, last = (month.now.date() - timedelta(days=n) for n in days)
        month.send_away((code,), first, last)
        month.trips[key] = Trip(customer, (code,), first, last, FAULTS[0])
    filed, on = month.ago(2, "09:40"), (month.now - timedelta(days=4)).date()
    month.expense(filed, "W06", "fare", "175.50", on, dispatch="{Dn6}", from_="西安", to="兰州")
    month.expense(filed, "W06", "fare", "96.00", on, dispatch="{Dn6}", from_="兰州", to="西宁", makes="En6")


def _complaints(month: Plan) -> None:
    """Complaints at every step: made good, absorbing a fine, not upheld after two rounds, and three under way."""

    def walk(key: str, ticket: str, start: date, summary: str, about: bool, *steps: tuple[int, str, str]) -> None:
        trip = month.trips[ticket]
        month.do(
            month.on(start, "09:10"), "complaint open", channel="call", complainant=_PERSON[trip.customer],
            summary=summary, about=trip.crew[0] if about else None, ticket=f"{{T{ticket}}}", makes=f"C{key}",
        )  # fmt: skip
        for days, clock, step in steps:
            verb, _, rest = step.partition(" ")
            at = month.on(start + timedelta(days=days), clock)
            month.do(at, f"complaint {verb} {{C{key}}} {rest}", who="M01")

    def after(ticket: str, days: int = 1) -> date:
        return month.trips[ticket].last + timedelta(days=days)

    assign = (0, "11:00", "assign --department 技术支持部 --by M01")
    look = (1, "10:30", "investigate --note 核对到场记录并回访客户")
    walk(
        "1", "r4", after("r4"), "与操作工争吵", True, assign, look,
        (2, "10:00", "decide --finding upheld --cause quarrel --by M01"),
        (3, "15:00", "remedy --note 登门道歉并更换工程师"),
        (4, "09:30", "feedback --satisfied"), (4, "10:00", "close"),
    )  # fmt: skip
    walk(
        "2", "r13", after("r13"), "工程师迟到，停产半天", True, assign, look,
        (2, "10:00", "decide --finding upheld --cause untimely --by M01"), (3, "15:00", "remedy --note 减免当次服务费"),
    )  # fmt: skip
    walk(
        "3", "i60", after("i60", 2), "配件报价偏高", False, assign, look,
        (2, "10:00", "decide --finding not_upheld --by M01"), (2, "16:00", "feedback --unsatisfied"),
        (3, "10:00", "investigate --note 逐项复核报价单"), (4, "10:00", "decide --finding not_upheld --by M01"),
        (5, "09:30", "feedback --satisfied"), (5, "10:00", "close"),
    )  # fmt: skip
    today = month.now.date()
    walk("4", "r10", today - timedelta(days=4), "备件迟迟未到", False, assign, look)
    walk("5", "i62", today - timedelta(days=2), "电话多次无人接听", True, (0, "11:00", assign[2]))
    walk("6", "n5", today - timedelta(days=1), "现场答复前后不一", True)


def _checks(month: Plan) -> None:
    """Phone checks within and outside the hours, twice on a day, excused and not; and conduct."""
    for day, clock, code, result, excused in (
        (5, "20:30", "W02", "answered", None), (10, "21:15", "W04", "off", None), (10, "21:50", "W04", "off", None),
        (15, "22:00", "W05", "off", None), (16, "08:00", "W06", "refused", "正在开车"),
        (23, "12:20", "W07", "refused", None), (25, "19:00", "W01", "answered", None),
        (28, "21:05", "W08", "off", None),
    ):  # fmt: skip
        month.do(month.day(day, clock), f"phone-check log {code}", result=result, excused=excused)
    month.do(month.day(17, "10:30"), "conduct record W03 disobedience", note="拒绝改派宁波")
    month.do(month.day(18, "11:00"), "conduct record W08 dress", note="未按规定着装")


def _machines(month: Plan) -> None:
    """A machine with a part that is changed for another one, and the serials of the month's tickets registered."""
    start, customer = month.day(1, "10:30"), month.trips["r1"].customer
    month.do(
        start, "equipment add SN-701 --product ZK-300", customer=customer, place=_CITY[customer],
        installed=str(month.first - timedelta(days=200)), warranty_until=str(month.first + timedelta(days=164)),
    )  # fmt: skip
    month.do(start, "equipment add BP-11 --product 变频器 --part-of SN-701", customer=customer)
    month.do(month.day(17, "16:00"), "equipment move BP-11 --taken-out", note="返厂检修")
    month.do(month.day(17, "16:05"), "equipment add BP-12 --product 变频器 --part-of SN-701", customer=customer)
    month.do(month.day(25, "09:00"), "equipment retire BP-11", note="主板烧毁，不再修复")
    month.do(month.day(27, "16:00"), "equipment adopt --yes")


def _upkeep(month: Plan) -> None:
    """Plans, inspections, visits, rectifications and suggestions: each played once, some of it late."""

    def date_of(number: int) -> str:
        return str(month.first + timedelta(days=number - 1))

    start = month.day(1, "10:00")
    month.do(
        start, "plan add --kind visit --key-customers", title="重点客户季度走访", from_=date_of(-79), by="K01"
    )  # fmt: skip
    month.do(
        start, "plan add --kind inspection --every 1m", title="备件库安全检查", area="备件库", by="M01",
        from_=date_of(-24),
    )  # fmt: skip
    month.do(start, "plan add --kind visit", title="华东区域走访", region="华东", from_=date_of(-29))
    found = (f"灭火器过期:A02:{date_of(15)}:major", f"通道堵塞:K01:{date_of(20)}")
    month.do(
        month.day(9, "15:00"), "inspection make --kind safety --plan PL4 --item 照明:yes",
        *(part for text in found for part in ("--found", text)), area="备件库", by="M01",
    )  # fmt: skip
    month.do(month.day(13, "10:00"), "rectify done RC1", note="已更换")
    month.do(month.day(14, "09:30"), "rectify verify RC1 --passed", by="M01", who="M01")
    month.do(month.day(19, "17:00"), "rectify extend RC2", due=date_of(25), reason="货架未到", by="M01", who="M01")
    month.do(month.day(24, "16:00"), "rectify done RC2", note="已移开")
    month.do(month.day(24, "17:00"), "rectify verify RC2 --failed", by="M01", who="M01")
    month.do(
        month.day(12, "14:30"), "visit make --way on_site --plan PL1",
        *("--opinion", "design:操作面板太高", "--opinion", "function:希望远程监控"),
        customer="华北钢厂", by="K01", summary="季度走访", use="三班连用", score="4",
    )  # fmt: skip
    month.do(month.day(9, "16:00"), "visit from-dispatch {Dr2}", who="A01")
    for key in ("r3", "r6"):
        month.do(
            month.on(month.trips[key].last + timedelta(days=3), "11:30"), f"visit make --way call --ticket {{T{key}}}",
            customer=month.trips[key].customer, by="A02", summary="低分回访", score="4",
        )  # fmt: skip
    for number, department in (("1", "技术中心"), ("2", "设计部")):
        month.do(month.day(13, "09:00"), f"suggestion send SG{number} --to {department}", due=date_of(22))
    month.do(month.day(20, "11:00"), "suggestion answer SG1 --accepted", by="M01", note="新批次面板下移")
    month.do(month.day(21, "09:30"), "suggestion tell SG1")
    month.do(month.day(21, "10:00"), "suggestion add --aspect service", person="W03", text="常用备件提前入库")


def _claims(month: Plan) -> None:
    """Claim expenses with each problem, and one that is found falsified; approve and pay most of the rest."""
    trip = month.trips["r5"]
    at, code, place = month.on(trip.last + timedelta(days=3), "17:00"), trip.crew[0], _CITY[trip.customer]
    month.expense(at, code, "fare", "73.00", trip.first, makes="Ep1", dispatch="{Dr5}", from_=_HOME[code], to="黄山")
    month.expense(at, code, "lodging", "520.00", trip.last, makes="Ep2", dispatch="{Dr5}", place=place)
    later = trip.last + timedelta(days=2)
    month.expense(at, code, "local", "36.00", later, makes="Ep3", dispatch="{Dr5}")
    month.expense(at, code, "other", "45.00", trip.last, makes="Ep4", invoice=None, dispatch="{Dr5}")
    twice = "24319900000000000088"
    first, second = month.day(20, "16:00"), month.day(22, "16:00")
    month.expense(first, "W01", "other", "88.00", first.date(), makes="Ep5", invoice=twice)
    month.expense(second, "W02", "other", "88.00", second.date(), makes="Ep6", invoice=twice)
    trip = month.trips["i63"]
    hotel = month.on(trip.last + timedelta(days=1), "09:35")
    month.expense(hotel, "W08", "lodging", "480.00", trip.last, makes="Ep7", dispatch="{Di63}", place="天津")
    month.expense(second, "W04", "other", "260.00", first.date(), makes="Ef1")
    claimed = [key for filed, key in month.clean if filed < month.day(24, "00:00")]
    month.do(month.day(24, "10:00"), "expense approve", *claimed[:-1], who="M01")
    month.do(month.day(24, "10:05"), "expense approve {Ep7}", override="展会期间，客户代订", who="M01")
    month.do(month.day(24, "10:10"), f"expense reject {claimed[-1]}", reason="与他人重复申报", who="M01")
    month.do(month.day(25, "10:00"), "expense reimburse", *claimed[: len(claimed) // 2], who="M01")
    month.do(month.day(26, "15:00"), "expense falsified {Ef1}", sanction="demerit", evidence="发票系涂改", who="M01")


def _promises(month: Plan) -> None:
    """Promises by contract kept in time and late, one moved by the customer; one made on the telephone, forgotten."""
    for key, kept in (("i60", "PM1"), ("i61", "PM3")):
        at, dispatch = month.on(month.trips[key].last + timedelta(days=1), "16:30"), f"{{D{key}}}"
        month.do(at, f"promise keep {kept}", dispatch=dispatch, signed_by=_PERSON[month.trips[key].customer])
    month.do(month.day(8, "10:00"), "promise move PM2", due=str(month.day(20, "00:00").date()), asked_by="customer")
    month.do(month.day(18, "17:00"), "promise keep PM2", trainees="6", signed_by=_PERSON["华北钢厂"])
    month.do(
        month.day(14, "11:20"), "promise add", ticket="{Tr5}", kind="other", text="寄送新版操作手册",
        due=str(month.day(24, "00:00").date()), makes="PM4",
    )  # fmt: skip


def _problems(month: Plan) -> None:
    """A quality problem that was solved and closed; of the escalated one a department answered, the other is late."""
    month.do(
        month.day(19, "09:30"),
        "problem open",
        "--ticket",
        "{Tr1}",
        "--ticket",
        "{Tr40}",
        summary="同一故障再次出现",
        makes="QP9",
    )
    month.do(month.day(19, "09:40"), "problem send {QP9}", to="制造部", due=str(month.day(25, "00:00").date()))
    month.do(
        month.day(22, "16:00"), "problem answer {QP9}", department="制造部", cause="装配间隙偏大", measure="返工并加检"
    )
    month.do(month.day(27, "10:00"), "problem verify {QP9}", "--solved", note="一周未复发")
    month.do(month.day(27, "10:05"), "problem close {QP9}")
    month.do(month.day(20, "11:00"), "cause alias 风道堵 = 冷却风道堵塞")


def _decisions(month: Plan) -> None:
    """Record what the clauses find and decide some of it, so that every state of a penalty has one."""
    at = month.day(28, "09:00")
    month.do(at, "penalty check --record", month=f"{month.first:%Y-%m}", who="M01", makes=PENALTIES)
    for number, (step, key, reason) in enumerate(_DECISIONS):
        verb, _, options = step.partition(" ")
        when = at + timedelta(minutes=20 * (number + 1))
        month.do(when, f"penalty {verb} {{P{key}}} {options}", reason=reason, who="M01")


PENALTIES = "P"  # an act that makes these names them by clause and place: Pno_callback1
_DECISIONS = (
    ("confirm", "no_callback1", None),
    ("settle --via payroll", "no_callback1", None),
    ("confirm", "no_callback2", None),
    ("appeal", "no_callback2", "厂区没有信号，出厂后补打"),
    ("waive", "phone_unreachable1", "当晚在客户机房，手机按规定存放"),
    ("confirm", "late_on_site1", None),
    ("appeal", "late_on_site1", "已按时到厂，在门卫登记等候"),
    ("decide --overturn", "late_on_site1", "门卫登记为证"),
    ("confirm", "incomplete_report1", None),
    ("appeal", "incomplete_report1", "客户不在，无人签意见"),
    ("decide --uphold", "incomplete_report1", "可电话征求意见"),
    ("confirm", "disobedience1", None),
    ("confirm", "complaint_upheld1", None),
)
