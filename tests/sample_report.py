"""A believable month as a document: what the writers of workbooks and pages are tried on."""

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.render.capitals import capitals
from svcdesk.render.document import Chart, Document, Series, Table

ENGINEERS = [
    "赵建国", "钱卫东", "孙丽华", "李志强", "周晓燕", "吴海涛", "郑文博", "王秀英", "冯德才", "欧阳建华", "司马长青", "诸葛明远",
    "上官婉儿", "褚一", "卫国平",
]  # fmt: skip
MONTHS = [f"2025-{n:02}" for n in (11, 12)] + [f"2026-{n:02}" for n in range(1, 11)]


def two(zh, en):
    return (zh, en)[messages.LANGUAGES.index(messages.language())]


def money(*names):
    return [Column(name, kind="money") for name in names]


def month(engineers=15, expenses=60):
    """Make the document in the language in use."""
    line_heads = {
        "line": two("统计项", "Line"), "persons": two("人", "Persons"), "trips": two("人次", "Trips"), "days": two("人天", "Days"),
        "cost": two("费用（元）", "Cost (CNY)"), "before": two("上月（元）", "Month before (CNY)"), "last_year": two("去年同月（元）", "Same month last year (CNY)"),
        "change": two("环比", "Change"),
    }  # fmt: skip
    names = [
        two("安装调试", "installation"), two("客服派人", "dispatch"), two("材料", "material"), two("运输", "transport"),
        two("合计", "total"),
    ]  # fmt: skip
    figures = [
        (4, 6, 31, "8421.50", "7900.00", "10250.00", 0.066),
        (11, 23, 58, "21380.00", "19006.40", None, 0.1249),
        (None, None, None, "13204.08", "0.00", "876.00", None),
        (None, None, None, "1680.32", "1680.32", "1500.00", 0.0),
        (None, None, None, "42605.90", "28586.72", "12626.00", 0.4904),
    ]
    keys = ("persons", "trips", "days", "cost", "before", "last_year", "change")
    lines = Table(
        "lines", two("一、费用与出差", "1. Travel and cost"),
        (Column("line"), Column("persons", kind="int"), Column("trips", kind="int"), Column("days", kind="int"), *money("cost", "before", "last_year"), Column("change", kind="rate")),
        [{"line": name, **dict(zip(keys, row, strict=True))} for name, row in zip(names, figures, strict=True)],
        strong=(4,), headings=line_heads, note=two("其中待批费用 1280.00 元；合同已含的指导安装调试费用 2080.00 元，不计入合计。", "Of this 1280.00 CNY still to be approved; 2080.00 CNY of installation included in contracts is left out of the total."),
    )  # fmt: skip
    service_rows = [
        (two("来电来函来访", "Contacts"), 126, 118, 97), (two("新工单", "New tickets"), 64, 71, 50), (two("按时答复", "Answered in time"), 56, 60, 44),
        (two("超时答复", "Answered late"), 6, 9, 6), (two("未答复", "Not answered"), 2, 2, 0), (two("关闭", "Closed"), 61, 66, 49),
    ]  # fmt: skip
    service = Table(
        "service", two("二、服务情况", "2. Service"),
        (Column("what"), Column("now", kind="int"), Column("before", kind="int"), Column("last_year", kind="int")),
        [dict(zip(("what", "now", "before", "last_year"), row, strict=True)) for row in service_rows],
        headings={"what": two("项目", "Figure"), "now": two("本月", "This month"), "before": two("上月", "Month before"), "last_year": two("去年同月", "Same month last year")},
    )  # fmt: skip
    rates = [0.91, 0.88, 0.93, None, 0.85, 0.9, 0.95, 0.97, 0.89, 0.92, 0.87, 0.875]
    cost = [9000 + (n * 7919) % 23000 + 0.5 * (n % 2) for n in range(48)]
    charts = (
        Chart("cost", two("近十二个月费用", "Cost of twelve months"), "stacked", MONTHS, [Series(name, cost[n::4] if n < 2 else [value / 4 for value in cost[n::4]]) for n, name in enumerate(names[:4])], two("元", "CNY")),
        Chart("in_time", two("按时答复率", "Answered in time"), "line", MONTHS, [Series(two("二十四小时内答复的工单所占比例", "Tickets answered within twenty-four hours"), rates), Series(two("目标", "Target"), [0.9] * 12)], "", True),
        Chart("tickets", two("工单", "Tickets"), "columns", MONTHS, [Series(two("新工单", "New"), [40 + n * 5 % 31 for n in range(12)]), Series(two("关闭", "Closed"), [38 + n * 7 % 29 for n in range(12)])], two("件", "tickets")),
        Chart("days", two("工程师出差天数", "Days away by engineer"), "bars", ENGINEERS[:engineers], [Series(two("人天", "Days"), [max(0, 23 - n * 2) for n in range(engineers)])], two("天", "days")),
    )  # fmt: skip
    expense_rows = [
        {
            "id": f"E{n}", "date": f"2026-10-{n % 28 + 1:02}", "at": f"2026-10-{n % 28 + 1:02}T09:{n % 60:02}:30+08:00", "engineer": f"W{n % 15 + 1:02}", "category": ["fare", "lodging", "material", "freight"][n % 4],
            "amount": f"{n * 37 % 990}.{n % 100:02}", "invoice": f"2411200000012345{n:04}", "excluded": n % 9 == 0, "line": "dispatch",
            "note": "=1+1" if n == 3 else "更换主轴轴承后试车两小时，客户要求出具书面说明并加盖公章，另附照片三张" if n % 7 == 0 else "",
            "phone": "+8613800138000" if n == 2 else "13800138000",
        }
        for n in range(1, expenses + 1)
    ]  # fmt: skip
    sheets = (
        Table(
            "expenses", two("费用明细", "Expenses"),
            (Column("id", kind="id:expense"), Column("date", kind="date"), Column("at", kind="instant"), Column("engineer"), Column("category", kind="word:category"), Column("amount", kind="money"), Column("invoice"), Column("excluded", kind="flag"), Column("line", kind="word:line"), Column("phone", kind="personal:phone"), Column("note")),
            expense_rows,
        ),
        Table(
            "engineers", two("工程师", "Engineers"),
            (Column("name"), Column("days", kind="int"), Column("rate", kind="rate"), Column("score", kind="number:2")),
            [{"name": name, "days": n, "rate": n / 16, "score": 4.5 - n / 10} for n, name in enumerate(ENGINEERS)],
            headings={"rate": two("按时到场率", "On site in time")},
        ),
        Table("empty", two("重大质量问题", "Major quality problems"), (Column("ticket"), Column("summary")), []),
    )  # fmt: skip
    return Document(
        "monthly",
        two("南京技术服务中心 2026-10 月客服支撑统计表", "Nanjing service centre: customer support statistics, 2026-10"),
        [
            (two("期间", "Period"), two("2026-10-01 至 2026-10-31（Asia/Shanghai）", "2026-10-01 to 2026-10-31 (Asia/Shanghai)")),
            (two("报送", "Due"), two("统计表须于 2026-11-04 前报企管室", "statistics by 2026-11-04 at the enterprise management office")),
        ],
        (lines, service),
        charts,
        sheets,
        notes=[two("人次按出发月份计；一人一天只计一次，两次派工同日时计入先出发的一次。跨月的出差，两个月各计其天数，月末未返回的计到月末。", "A trip counts in the month of departure; a person's day counts once, with the dispatch that departed first. A trip over the month's end gives days to both months.")],
        attention=[two("2 个工单未答复：T118、T121", "2 tickets are not answered: T118, T121"), two("费用 E57 待批，1280.00 元", "expense E57, 1280.00 CNY, waits for approval")],
        signatures=[two("制表人", "Made by"), two("部门负责人", "Head of department"), two("接收人（企管室）", "Received by (management office)")],
        capitals=capitals(4260590),
        mark=two("账本 #1842 9f2c77e0", "ledger #1842 9f2c77e0"),
    )  # fmt: skip
