"""What each policy key means."""

_LIMITS = {"fare": ("车船票", "fares"), "lodging": ("住宿", "lodging"), "allowance": ("补助", "allowances"), "local": ("市内交通", "local transport"),
           "material": ("材料", "material"), "freight": ("运费", "freight"), "other": ("其他费用", "other expenses")}  # fmt: skip

TEXTS = {
    "unknown": ("更新版本的 svcdesk 设的，本版本不认识", "set by a newer svcdesk; this version does not know it"),
    "answer.hours": ("受理后须在多少小时内答复（3.4）", "hours within which a ticket must be answered (3.4)"),
    "answer.clock": ("答复时钟：natural 自然小时，working 工作小时（3.4）", "the answer clock: natural or working hours (3.4)"),
    "late.grace_minutes": ("到场宽限分钟（4.5）", "minutes of grace on arrival (4.5)"),
    "report.due_days": ("返回后须在多少天内交齐报告单（4.6）", "days after the return within which the report must be complete (4.6)"),
    "report.min_chars": ("报告单每项至少多少字（4.6）", "least characters of a report's entry (4.6)"),
    "phone.from": ("电话须开机的起始时刻（4.7）", "time from which the phone must be on (4.7)"),
    "phone.until": ("电话须开机的截止时刻（4.7）", "time until which the phone must be on (4.7)"),
    "phone.max_per_day": ("每人每天至多罚几次（4.7，本中心的解释）", "fines a person a day at most (4.7, our reading)"),
    "no_callback.fine": ("离场未来电的罚款（4.4）", "fine for leaving without a call (4.4)"),
    "late_on_site.fine": ("因个人原因迟到的罚款（4.5）", "fine for being late for personal reasons (4.5)"),
    "incomplete_report.fine": ("报告单不全的罚款（4.6）", "fine for an incomplete report (4.6)"),
    "phone_unreachable.fine": ("电话不通的罚款（4.7）", "fine for an unreachable phone (4.7)"),
    "disobedience.fine": ("不服从指挥的罚款（4.8）", "fine for disobedience (4.8)"),
    "same_fact": ("同一事实：absorb 只罚一次，cumulate 并罚", "one fact: absorb punishes it once, cumulate adds up"),
    "repeat.window_days": ("多少天内同一问题再修算重复维修（3.6）", "days within which the same repair again is a repeat (3.6)"),
    "wage.minimum": ("当地月最低工资", "the local minimum wage a month"),
    "wage.share": ("每月从工资扣罚至多占月工资的百分之几", "percent of the wage that fines of one month may take at most"),
    "statistics.due_day": ("统计报表须于次月几日前报企管室（含当日）", "day of the next month by which the statistics are due"),
    "projects.due_day": ("项目报表须于次月几日前报出（含当日）", "day of the next month by which the projects report is due"),
    "backup.daily": ("每天第一次记账后自动备份：on 开，off 关", "a copy of the ledger after each day's first entry: on or off"),
    "backup.folder": ("自动备份放在哪个文件夹，相对路径从账本所在处算；none 即账本旁的 账本名.backups", "the folder of the daily copies, from the ledger's own; none is LEDGER.backups beside it"),
    "backup.keep": ("自动备份留最近几份", "how many daily copies are kept"),
    "role_limit": ("某岗位某类费用每笔的标准（4.3）", "limit of one expense of a category, for one role (4.3)"),
    **{f"expense.limit.{name}": (f"{zh}每笔的标准(4.3)", f"limit of one expense: {en} (4.3)") for name, (zh, en) in _LIMITS.items()},
}  # fmt: skip
