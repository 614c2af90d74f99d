"""A believable month for a new ledger: about forty tickets for three regions, from a seed, as a desk types them.

The plan is data: each act has its time and its arguments, with {keys} where an id is only known later.
commands/demo.py plays it through the same code paths as the commands themselves.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

SEED = 20
FALSIFIED = "24319900000000000777"  # the invoice of the expense that is found falsified

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
    ("西部矿业", "西北", "西安", "沈工"),
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
FAULTS = (
    ("主轴过热报警", "冷却泵堵塞", "清洗管路并更换滤网", "滤网:1"),
    ("变频器跳闸", "散热风扇停转", "更换风扇", "散热风扇:1"),
    ("伺服定位漂移", "编码器接头松动", "重新压接并标定", "编码器电缆:1"),
    ("触摸屏黑屏", "背光板老化", "更换背光板", "背光板:1"),
    ("通信中断", "交换机电源故障", "更换电源模块", "24V 电源:1"),
    ("皮带秤漂移", "传感器受潮", "更换传感器并标定", "称重传感器:2"),
    ("急停误动作", "安全继电器触点烧蚀", "更换继电器", "安全继电器:1"),
    ("液压站压力不足", "溢流阀卡滞", "清洗阀芯", None),
)
QUESTIONS = ("参数设置咨询", "备件价格咨询", "软件升级咨询", "操作培训预约", "报表导出方法")


class Act(NamedTuple):
    """One command at its time. ``makes`` names the record that it makes, for later acts."""

    at: datetime
    who: str
    args: tuple[str, ...]
    makes: str = ""


class Plan:
    """The acts of a month. ``first`` is its first day, ``now`` the end of the story."""

    def __init__(self, first: date, now: datetime, zone: tzinfo) -> None:
        self.first, self.now, self.zone = first, now, zone
        self.chance = random.Random(SEED)
        self.acts: list[Act] = []
        self._invoices = 0

    def in_order(self) -> list[Act]:
        """Give the acts by their times; what would lie ahead of now has not happened."""
        return sorted((act for act in self.acts if act.at <= self.now), key=lambda act: act.at)

    def do(self, at: datetime, *args: str, who: str = "K01", makes: str = "") -> None:
        """Plan a command."""
        self.acts.append(Act(at, who, args, makes))

    def day(self, number: int, clock: str) -> datetime:
        """Give a clock time on a day of the month."""
        hour, minute = (int(part) for part in clock.split(":"))
        return datetime.combine(self.first + timedelta(days=number - 1), time(hour, minute), tzinfo=self.zone)

    def invoice(self) -> str:
        """Give the next invoice number: twenty digits."""
        self._invoices += 1
        return f"2431{self._invoices:016d}"

    def expense(self, at: datetime, engineer: str, category: str, amount: str, on: date, *rest: str) -> None:
        """Plan an expense, with an invoice unless the rest says otherwise."""
        number = (
            ()
            if "--invoice" in rest or category == "allowance" or "--no-invoice" in rest
            else ("--invoice", self.invoice())
        )
        rest = tuple(part for part in rest if part != "--no-invoice")
        base = ("expense", "add", "--engineer", engineer, "--category", category, "--amount", amount, "--date", str(on))
        self.do(at, *base, *rest, *number, makes=f"E{len(self.acts)}")


def plan(first: date, now: datetime, zone: tzinfo) -> Plan:
    """Plan the month that begins on the date, and what reaches from it to now."""
    month = Plan(first, now, zone)
    _registers(month)
    for story in (_repairs, _installations, _questions, _misfortunes, _complaints, _checks, _claims, _today):
        story(month)
    return month


def _registers(month: Plan) -> None:
    start = month.day(1, "00:00")
    for code, name, home, wage in ENGINEERS:
        month.do(
            start, "staff", "add", code, "--name", name, "--department", "技术支持部", "--home", home, "--wage", wage
        )
    for code, name, department, role in OFFICE:
        month.do(start, "staff", "add", code, "--name", name, "--department", department, "--role", role)
    for number, (name, region, city, person) in enumerate(CUSTOMERS):
        key = ("--key",) if number % 5 == 0 else ()
        phone = f"1380000{number:04d}"
        month.do(
            start,
            "customer",
            "add",
            name,
            "--region",
            region,
            "--city",
            city,
            "--person",
            person,
            "--phone",
            phone,
            *key,
        )
    for no, customer, project, includes in CONTRACTS:
        extra = ("--includes-installation",) if includes else ()
        month.do(start, "contract", "add", no, "--customer", customer, "--project", project, *extra)
    reason = ("--from", str(month.first), "--reason", "差旅标准")
    month.do(start, "policy", "set", "expense.limit.lodging", "450.00", *reason, who="M01")
    month.do(start, "policy", "set", "wage.minimum", "2420.00", *reason, who="M01")


class Visit(NamedTuple):
    """A visit as planned, and where it departs from the ordinary: each of ``oddities`` is one way."""

    key: str
    customer: str
    crew: tuple[str, ...]
    opened: datetime
    nights: int = 1
    kind: str = "repair"
    oddities: tuple[str, ...] = ()
    summary: str = ""


_CITY = {name: city for name, _, city, _ in CUSTOMERS}
_CONTRACT = {customer: no for no, customer, _, _ in CONTRACTS}
_HOME = {code: home for code, _, home, _ in ENGINEERS}


def visit(month: Plan, v: Visit) -> None:
    """Plan a visit from the call to the closing of its ticket."""
    chance, odd, place = month.chance, set(v.oddities), _CITY[v.customer]
    summary, cause, solution, part = chance.choice(FAULTS)
    leave_home = datetime.combine(v.opened.date() + timedelta(days=1), time(7, 30), tzinfo=month.zone)
    due = leave_home + timedelta(hours=6)
    t, d = f"{{T{v.key}}}", f"{{D{v.key}}}"
    contract = ("--contract", _CONTRACT[v.customer]) if v.customer in _CONTRACT else ()
    repeat = ("--repeat-of", "{Tr1}") if "repeat" in odd else ()
    month.do(
        v.opened, "ticket", "open", "--customer", v.customer, "--kind", v.kind,
        "--channel", chance.choice(("call", "letter")), "--summary", v.summary or summary,
        "--product", "ZK-300", "--serial", f"SN-{700 + int(v.key[1:])}",
        "--on-site-by", due.strftime("%Y-%m-%d %H:%M"), "--taken-by", "A01", *contract, *repeat,
        who="A01", makes=f"T{v.key}",
    )  # fmt: skip
    answered = v.opened + timedelta(
        hours=30 if "answer_late" in odd else chance.randrange(1, 6), minutes=chance.randrange(60)
    )
    if "answer_late" in odd:
        leave_home += timedelta(days=1)
    month.do(answered, "ticket", "answer", t, "--by", "A01", "--note", "已定上门时间", who="A01")
    if "appoint" in odd:
        due += timedelta(days=1)
        leave_home += timedelta(days=1)
        month.do(
            answered + timedelta(hours=1),
            "ticket",
            "appoint",
            t,
            "--on-site-by",
            due.strftime("%Y-%m-%d %H:%M"),
            "--asked-by",
            "customer",
        )
    if "we_asked" in odd:
        ours = (due + timedelta(hours=5)).strftime("%Y-%m-%d %H:%M")
        month.do(answered + timedelta(hours=1), "ticket", "appoint", t, "--on-site-by", ours, "--asked-by", "us")
    engineers = [part for code in v.crew for part in ("--engineer", code)]
    sent = max(answered + timedelta(hours=2), leave_home - timedelta(hours=12))
    month.do(sent, "dispatch", "send", t, *engineers, "--place", place, makes=f"D{v.key}")
    month.do(leave_home, "dispatch", "depart", d)
    late = next((cause for cause in ("personal", "transport", "unstated") if f"late_{cause}" in odd), None)
    arrived = (
        due + timedelta(minutes=95) if late else max(leave_home, due - timedelta(minutes=chance.randrange(20, 90)))
    )
    stated = ("--late-cause", late) if late in ("personal", "transport") else ()
    said = ("--note", "睡过了头" if late == "personal" else "高铁晚点") if stated else ()
    month.do(arrived, "dispatch", "arrive", d, *stated, *said)
    left = datetime.combine(arrived.date() + timedelta(days=v.nights), time(16, 30), tzinfo=month.zone)
    if "no_callback" not in odd:
        month.do(left - timedelta(minutes=20), "dispatch", "callback", d)
    month.do(left, "dispatch", "leave", d)
    back = left + timedelta(hours=5)
    month.do(back, "dispatch", "return", d)
    _travel(month, v, d, leave_home.date(), back, place)
    _paper(month, v, t, d, back, cause, solution, part)


def _travel(month: Plan, v: Visit, d: str, leave: date, back: datetime, place: str) -> None:
    chance, filed = month.chance, back + timedelta(hours=12)
    for code in v.crew:
        fare = f"{chance.randrange(58, 560)}.{chance.choice(('00', '50'))}"
        month.expense(filed, code, "fare", fare, leave, "--dispatch", d, "--from", _HOME[code], "--to", place)
        month.expense(filed, code, "fare", fare, back.date(), "--dispatch", d, "--from", place, "--to", _HOME[code])
        if v.nights:
            hotel = f"{chance.randrange(180, 420) * v.nights if v.nights < 2 else chance.randrange(300, 440)}.00"
            month.expense(filed, code, "lodging", hotel, back.date(), "--dispatch", d, "--place", place)
            month.expense(filed, code, "allowance", f"{80 * (v.nights + 1)}.00", back.date(), "--dispatch", d)
    if v.kind == "installation" or chance.random() < 0.4:
        month.expense(filed, v.crew[0], "material", f"{chance.randrange(60, 900)}.50", back.date(), "--dispatch", d)
    if v.kind == "installation":
        month.expense(
            filed, v.crew[0], "freight", f"{chance.randrange(150, 600)}.00", leave, "--ticket", f"{{T{v.key}}}"
        )


def _paper(month: Plan, v: Visit, t: str, d: str, back: datetime, cause: str, solution: str, part: str | None) -> None:
    """Plan the report, the survey and the closing, as far as the visit's oddities let them come."""
    odd = set(v.oddities)
    if "no_report" in odd:
        return
    opinion = (
        () if "incomplete" in odd else ("--customer-opinion", month.chance.choice(("满意", "运行正常", "处理及时")))
    )
    parts = ("--part", part) if part else ("--no-parts",)
    fault = () if v.kind == "installation" else ("--fault-cause", cause)
    filed = back + timedelta(hours=13)
    month.do(
        filed,
        "service-report",
        "file",
        d,
        "--by",
        v.crew[0],
        *fault,
        "--solution",
        solution,
        *parts,
        *opinion,
        makes=f"R{v.key}",
    )
    if "no_survey" in odd:
        return
    score = str(month.chance.choice((3, 4, 4, 5, 5, 5)))
    month.do(
        filed + timedelta(hours=2),
        "survey",
        "add",
        t,
        "--score",
        score,
        "--via",
        month.chance.choice(("paper", "call")),
        who="A02",
    )
    if "open" not in odd:
        month.do(filed + timedelta(hours=3), "ticket", "close", t, "--resolution", solution)


def _repairs(month: Plan) -> None:
    """Twenty ordinary repairs, spread over the month and the regions, some with one thing wrong."""
    oddities: dict[int, tuple[str, ...]] = {
        2: ("answer_late",), 4: ("late_transport",), 5: ("no_callback",), 7: ("appoint",), 8: ("incomplete",),
        10: ("we_asked", "late_personal"), 12: ("no_callback", "no_survey"), 14: ("late_unstated",), 16: ("no_report",),
        18: ("late_personal",),
    }  # fmt: skip
    for number in range(1, 21):
        customer, engineer = _repair(number)
        opened = month.day(1 + number, f"{8 + number % 9:02d}:{(number * 7) % 60:02d}")
        nights = 0 if number % 6 == 0 else 1 + number % 2
        visit(month, Visit(f"r{number}", customer, (engineer,), opened, nights, oddities=oddities.get(number, ())))
    # the same machine again within the window, and one that was reopened
    visit(
        month, Visit("r40", CUSTOMERS[5][0], (_near(CUSTOMERS[5][0], 0),), month.day(19, "10:10"), oddities=("repeat",))
    )
    month.do(month.day(13, "09:40"), "ticket", "reopen", "{Tr1}", "--reason", "客户称报警再现")
    month.do(month.day(14, "11:00"), "ticket", "close", "{Tr1}", "--resolution", "电话指导复位后正常")


def _repair(number: int) -> tuple[str, str]:
    """Give the customer and the engineer of an ordinary repair."""
    customer = CUSTOMERS[(number * 5) % len(CUSTOMERS)][0]
    return customer, _near(customer, number)


def _near(customer: str, number: int) -> str:
    region = next(region for name, region, _, _ in CUSTOMERS if name == customer)
    crews = {"华北": ("W01", "W02", "W08"), "华东": ("W03", "W04", "W05"), "西北": ("W06", "W07")}[region]
    return crews[number % len(crews)]


def _installations(month: Plan) -> None:
    for number, (customer, crew, day, nights) in enumerate(
        (("华北钢厂", ("W01", "W02"), 4, 4), ("祁连风电", ("W06", "W07"), 9, 5), ("太湖电子", ("W04", "W05"), 15, 3),
         ("京津重工", ("W08", "W02"), 20, 3))
    ):  # fmt: skip
        summary = ("新轧机控制柜安装调试", "变桨柜安装调试", "监控服务器安装调试", "起重机控制柜安装调试")[number]
        v = Visit(f"i{60 + number}", customer, crew, month.day(day, "09:05"), nights, "installation", (), summary)
        visit(month, v)


def _questions(month: Plan) -> None:
    """Calls answered on the telephone, a visit to the centre, and calls that need no ticket."""
    for number, question in enumerate(QUESTIONS * 2):
        at = month.day(2 + number * 2, f"{9 + number % 7:02d}:15")
        key, customer = f"q{80 + number}", CUSTOMERS[(number * 3 + 1) % len(CUSTOMERS)][0]
        kind = "training" if "培训" in question else "consultation"
        month.do(
            at, "ticket", "open", "--customer", customer, "--kind", kind, "--channel", "call", "--summary", question,
            "--taken-by", "A02", who="A02", makes=f"T{key}",
        )  # fmt: skip
        month.do(at + timedelta(minutes=5 + number), "ticket", "answer", f"{{T{key}}}", "--by", "A02", who="A02")
        month.do(at + timedelta(minutes=20), "ticket", "close", f"{{T{key}}}", "--resolution", "电话解答", who="A02")
    for number in range(4):
        customer = CUSTOMERS[number * 4][0]
        month.do(
            month.day(3 + number * 6, "14:30"), "contact", "log", "--customer", customer, "--channel",
            ("call", "letter", "visit", "email")[number], "--summary",
            ("询问开票", "来函致谢", "来访参观", "索取资料")[number],
            "--taken-by", "A01",
        )  # fmt: skip


def _misfortunes(month: Plan) -> None:
    """A held ticket, a cancelled one, escalations, two orders on one journey, and a trip over the month's end."""
    month.do(
        month.day(6, "10:20"), "ticket", "open", "--customer", "皖江水泥", "--kind", "repair", "--channel", "letter",
        "--summary", "等客户停机检修", "--taken-by", "A01", makes="Th1",
    )  # fmt: skip
    month.do(month.day(6, "15:00"), "ticket", "answer", "{Th1}", "--by", "A01")
    month.do(month.day(7, "09:00"), "ticket", "hold", "{Th1}", "--reason", "客户下月停机才能检修")
    month.do(
        month.day(8, "11:00"), "ticket", "open", "--customer", "钱塘纺织", "--kind", "repair", "--channel", "call",
        "--summary", "误报，客户撤回", makes="Th2",
    )  # fmt: skip
    month.do(month.day(8, "12:10"), "ticket", "cancel", "{Th2}", "--reason", "客户撤回")
    month.do(month.day(10, "15:00"), "ticket", "escalate", "{Tr8}", "--to", "hq", "--note", "现场无法判断")
    month.do(month.day(11, "10:00"), "ticket", "settle-escalation", "{Tr8}", "--note", "总部远程确认方案")
    month.do(
        month.day(12, "17:00"),
        "ticket",
        "escalate",
        "{Tr9}",
        "--to",
        "quality",
        "--major-quality",
        "--note",
        "同批电源第三次失效",
    )
    both = month.day(22, "09:00")
    for key, customer in (("j1", "江南机床"), ("j2", "太湖电子")):
        month.do(
            both, "ticket", "open", "--customer", customer, "--kind", "visit", "--channel", "call",
            "--summary", "季度走访", makes=f"T{key}",
        )  # fmt: skip
        month.do(both + timedelta(hours=1), "ticket", "answer", f"{{T{key}}}", "--by", "A01")
        place = ("--place", _CITY[customer])
        month.do(
            both + timedelta(hours=2), "dispatch", "send", f"{{T{key}}}", "--engineer", "W03", *place, makes=f"D{key}"
        )
    for hours, key in ((22, "j1"), (23, "j2")):
        month.do(both + timedelta(hours=hours), "dispatch", "depart", f"{{D{key}}}")
        month.do(both + timedelta(hours=hours + 20), "dispatch", "callback", f"{{D{key}}}")
        month.do(both + timedelta(hours=50), "dispatch", "return", f"{{D{key}}}")
    last = month.day(27, "13:40")
    end = Visit("e1", "贺兰煤化", ("W07",), last, 4, oddities=("no_survey",), summary="输煤皮带跑偏")
    visit(month, end._replace(key="r41"))


def _complaints(month: Plan) -> None:
    """Five complaints: upheld and made good, upheld as untimely, not upheld after two rounds, two still under way."""

    def walk(
        key: str, at: datetime, about: str, ticket: str, summary: str, *steps: tuple[int, tuple[str, ...]]
    ) -> None:
        month.do(
            at, "complaint", "open", "--channel", "call", "--complainant", "周工", "--summary", summary,
            "--about", about,
            "--ticket", ticket, makes=f"C{key}",
        )  # fmt: skip
        for hours, (verb, *rest) in steps:
            month.do(at + timedelta(hours=hours), "complaint", verb, f"{{C{key}}}", *rest, who="M01")

    assign = (2, ("assign", "--department", "技术支持部", "--by", "M01"))
    look = (20, ("investigate", "--note", "核对到场记录并回访"))
    walk(
        "c1", month.day(11, "09:10"), _repair(5)[1], "{Tr5}", "与操作工争吵", assign, look,
        (44, ("decide", "--finding", "upheld", "--cause", "quarrel", "--by", "M01")),
        (60, ("remedy", "--note", "登门道歉，更换工程师")), (80, ("feedback", "--satisfied")), (81, ("close",)),
    )  # fmt: skip
    walk(
        "c2", month.day(22, "10:00"), _repair(18)[1], "{Tr18}", "工程师迟到误工", assign, look,
        (44, ("decide", "--finding", "upheld", "--cause", "untimely", "--by", "M01")),
    )  # fmt: skip
    walk(
        "c3", month.day(8, "15:00"), "W01", "{Ti60}", "报价偏高", assign, look,
        (40, ("decide", "--finding", "not_upheld", "--by", "M01")), (50, ("feedback", "--unsatisfied")),
        (70, ("investigate", "--note", "复核报价单")), (72, ("decide", "--finding", "not_upheld", "--by", "M01")),
        (90, ("feedback", "--satisfied")), (91, ("close",)),
    )  # fmt: skip
    walk("c4", month.day(24, "16:00"), _repair(13)[1], "{Tr13}", "备件迟迟未到", assign)
    walk("c5", month.day(26, "08:30"), "W05", "{Ti62}", "电话无人接听")


def _checks(month: Plan) -> None:
    for day, clock, code, result, *excused in (
        (5, "20:30", "W02", "answered"), (10, "21:15", "W04", "off"), (10, "21:50", "W04", "off"),
        (15, "22:00", "W05", "off"),
        (16, "08:00", "W06", "refused", "--excused", "正在开车"), (23, "12:20", "W07", "refused"),
        (25, "19:00", "W01", "answered"),
    ):  # fmt: skip
        month.do(month.day(day, clock), "phone-check", "log", code, "--result", result, *excused)
    month.do(month.day(17, "10:30"), "conduct", "record", "W03", "disobedience", "--note", "拒绝改派宁波")
    month.do(month.day(18, "11:00"), "conduct", "record", "W08", "other", "--note", "未按规定着装")


def _claims(month: Plan) -> None:
    """Claim expenses with each problem, and one that will be found falsified."""
    at, d = month.day(20, "17:00"), ("--dispatch", "{Dr5}")
    on = month.first + timedelta(days=6)
    customer, engineer = _repair(5)
    month.expense(at, engineer, "fare", "73.00", on, *d, "--from", _HOME[engineer], "--to", "黄山")
    month.expense(at, engineer, "lodging", "520.00", on, *d, "--place", _CITY[customer])
    month.expense(at, engineer, "local", "36.00", on + timedelta(days=9), *d)
    month.expense(at, engineer, "other", "45.00", on, *d, "--no-invoice")
    month.expense(at, "W01", "other", "88.00", on, "--invoice", f"2431{1:016d}")
    month.expense(at, "W04", "other", "260.00", on + timedelta(days=8), "--invoice", FALSIFIED)


def _today(month: Plan) -> None:
    """What waits at the desk now: answers due and overdue, engineers under way."""
    for hours, key, customer, summary in (
        (27, "n1", "东海港机", "岸桥大车不动"),
        (20, "n2", "秦川齿轮", "磨齿机报警"),
        (2, "n3", "燕山石化", "控制柜异响"),
    ):
        month.do(
            month.now - timedelta(hours=hours), "ticket", "open", "--customer", customer, "--kind", "repair",
            "--channel", "call", "--summary", summary, "--taken-by", "A01", makes=f"T{key}",
        )  # fmt: skip
    at = month.now - timedelta(hours=9)
    due = (month.now + timedelta(hours=2)).strftime("%Y-%m-%d %H:%M")
    month.do(
        at, "ticket", "open", "--customer", "渤海装备", "--kind", "repair", "--channel", "call",
        "--summary", "液压站停机", "--on-site-by", due, makes="Tn4",
    )  # fmt: skip
    month.do(at + timedelta(minutes=20), "ticket", "answer", "{Tn4}", "--by", "A01")
    month.do(
        at + timedelta(minutes=40), "dispatch", "send", "{Tn4}", "--engineer", "W02", "--place", "秦皇岛", makes="Dn4"
    )
    month.do(at + timedelta(hours=4), "dispatch", "depart", "{Dn4}")


# What people decide about the penalties once the month is checked: the verbs in order, by the place in the list.
DECISIONS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("confirm",), ("settle", "--via", "payroll")),
    (("waive", "--reason", "司机证明堵车"),),
    (("confirm",), ("appeal", "--reason", "未收到通知"), ("decide", "--overturn", "--reason", "确未通知")),
    (("confirm",), ("appeal", "--reason", "当时手机没电")),
    (("confirm",), ("appeal", "--reason", "另有派工"), ("decide", "--uphold", "--reason", "通话记录为证")),
    (("confirm",),),
)


def decisions(penalties: list[int]) -> Iterator[tuple[str, ...]]:
    """Give the commands that decide some of the penalties; the rest stay proposed."""
    for number, steps in zip(penalties, DECISIONS, strict=False):
        for verb, *rest in steps:
            yield ("penalty", verb, f"P{number}", *rest)
