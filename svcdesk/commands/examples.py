"""Two lines of each command as a desk types them, shown by --help, in the manual and nowhere told twice.

They are typed on a desk with the people and records of tests/rehearsal.txt, where a test plays them.
"""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "status": ("status", "status --mine W01 --all"),
    "search": ("search 13812345678", "search 主轴"),
    "contact.log": (
        "contact log --customer 江南 --channel 来电 --summary 询问发票进度",
        "contact log --customer 江南机床 --channel letter --summary 寄来盖章合同 --person 周工 --taken-by A01",
    ),
    "contact.list": ("contact list --month 本月", "contact list --customer 江南 --channel 来电"),
    "contact.show": ("contact show L1", "contact show L1 -f json"),
    "ticket.open": (
        "ticket open -c 5678 -k 维修 -m 来电 -s 主轴过热",
        "ticket open --customer 江南机床 --kind repair --channel call --summary 刀塔异响 --on-site-by '明天 10:00' --taken-by A01",
    ),
    "ticket.answer": ("ticket answer T7", "ticket answer T7 --at '今天 8:50' --by A01 --note 电话指导复位"),
    "ticket.escalate": (
        "ticket escalate T6 --to hq --note 现场无法判断",
        "ticket escalate T6 --to quality --major-quality --note 同批轴承开裂",
    ),
    "ticket.settle-escalation": (
        "ticket settle-escalation T3 --note 总部远程确认方案",
        "ticket settle-escalation T3 --note 质量部已换批次 --at '今天 8:30'",
    ),
    "ticket.hold": ("ticket hold T6 --reason 等客户停机", "ticket hold T6 --reason 等备件到货 --by A01"),
    "ticket.resume": ("ticket resume T3", "ticket resume T3 --note 备件已到"),
    "ticket.appoint": (
        "ticket appoint T6 --on-site-by '后天 10:00' --asked-by 客户",
        "ticket appoint T6 --on-site-by '10-26 14:00' --asked-by us",
    ),
    "ticket.hand-over": ("ticket hand-over T6 --to M01 --note 下班", "ticket hand-over T6 --to 赵敏 --note 请跟进培训日期"),
    "ticket.accept": ("ticket accept T6 --by M01", "ticket accept T6 --by M01 --note 明早联系"),
    "ticket.decline": ("ticket decline T6 --by M01 --reason 正在出差", "ticket decline T6 --by A01 --reason 不熟悉这套系统"),
    "ticket.close": (
        "ticket close T7 --resolution 已电话报价",
        "ticket close T7 --resolution 更换滤网 --no-survey 客户不愿填表",
    ),
    "ticket.reopen": ("ticket reopen T1 --reason 又响了", "ticket reopen T1 --reason 同一报警 --channel 邮件"),
    "ticket.cancel": ("ticket cancel T7 --reason 客户自修", "ticket cancel T3 --reason 客户改期"),
    "ticket.note": ("ticket note T7 客户自带起吊设备", "ticket note T7 '进厂要先登记，找 周工'"),
    "ticket.list": ("ticket list --status 未答复", "ticket list --customer 江南 --month 上月 --sort -received_at"),
    "ticket.show": ("ticket show T1", "ticket show T1 -f json"),
    "dispatch.send": (
        "dispatch send T7 --engineer W02 --place 南京",
        "dispatch send T7 --engineer W02 --engineer W03 --place 南京 --transit 济南 --due '明天 10:00'",
    ),
    "dispatch.depart": ("dispatch depart D4", "dispatch depart D4 --at 8:30"),
    "dispatch.arrive": ("dispatch arrive D3", "dispatch arrive D3 --at 8:40 --late-cause 交通 --note 高速封路"),
    "dispatch.callback": ("dispatch callback D3", "dispatch callback D3 --engineer W01 --at 8:55"),
    "dispatch.leave": ("dispatch leave D3", "dispatch leave D3 --at 8:58"),
    "dispatch.return": ("dispatch return D3", "dispatch return D3 --engineer W01"),
    "dispatch.log": (
        "dispatch log D4 出发=6:30 到场=7:10 来电=8:00 离场=8:10 返回=8:50",
        "dispatch log D3 arrive=22:40 callback=7:30 leave=8:00",
    ),
    "dispatch.cause": (
        "dispatch cause D1 --engineer W02 --late-cause transport",
        "dispatch cause D1 --engineer W01 --late-cause 天气 --note 大雾停航",
    ),
    "dispatch.cancel": ("dispatch cancel D4 --reason 客户改期", "dispatch cancel D4 --engineer W02 --reason 一人够了"),
    "dispatch.list": ("dispatch list --status 在途", "dispatch list --engineer W01 --month 本月"),
    "dispatch.show": ("dispatch show D1", "dispatch show D1 -f json"),
    "service-report.file": (
        "service-report file D2 --solution 采集站就位 --no-parts --customer-opinion 满意",
        "service-report file D2 --by W03 --fault-cause 滤网堵塞 --solution 更换滤网 --part 滤网:1 --customer-opinion 满意",
    ),
    "service-report.amend": (
        "service-report amend R1 --customer-opinion 满意",
        "service-report amend R1 --part 滤网:2 --part 密封圈 --note 漏记一件",
    ),
    "service-report.list": ("service-report list --month 本月", "service-report list --filed-by W01"),
    "service-report.show": ("service-report show R1", "service-report show R1 -f json"),
    "survey.add": ("survey add T2 --score 5", "survey add T2 --score 4 --comment 师傅讲得清楚 --via 电话"),
    "survey.list": ("survey list --month 本月", "survey list --score 2"),
    "survey.show": ("survey show S1", "survey show S1 -f json"),
    "complaint.open": (
        "complaint open --channel 来电 --complainant 孙工 --summary 配件迟迟未到 --about W03",
        "complaint open --channel letter --complainant 周工 --summary 与操作工争吵 --about W02 --ticket T1",
    ),
    "complaint.assign": (
        "complaint assign C4 --department 技术支持部 --by M01",
        "complaint assign C4 --department 物流部 --by 钱主任",
    ),
    "complaint.investigate": (
        "complaint investigate C2 --note 核对发货单 --by M01",
        "complaint investigate C2 --note 已电话告知投诉人进展 --by M01",
    ),
    "complaint.decide": (
        "complaint decide C2 --finding 不属实 --by M01",
        "complaint decide C2 --finding upheld --cause untimely --by M01",
    ),
    "complaint.remedy": ("complaint remedy C1 --note 登门致歉", "complaint remedy C1 --note 当日补发配件 --by M01"),
    "complaint.feedback": ("complaint feedback C1 --satisfied", "complaint feedback C1 --unsatisfied --note 要求书面答复"),
    "complaint.close": ("complaint close C1", "complaint close C1 --note 已归档"),
    "complaint.list": ("complaint list", "complaint list --status 调查中"),
    "complaint.show": ("complaint show C1", "complaint show C1 -f json"),
    "phone-check.log": (
        "phone-check log W02 --result 接通",
        "phone-check log W02 --result refused --excused 正在开车",
    ),
    "phone-check.list": ("phone-check list --month 本月", "phone-check list --engineer W03"),
    "phone-check.show": ("phone-check show H1", "phone-check show H1 -f json"),
    "conduct.record": (
        "conduct record W03 disobedience --note 拒绝改派宁波",
        "conduct record W01 other --note 未按规定着装 --ticket T5 --dispatch D3",
    ),
    "conduct.list": ("conduct list --month 本月", "conduct list --engineer W03"),
    "conduct.show": ("conduct show B1", "conduct show B1 -f json"),
    "expense.add": (
        "expense add -e W01 -c 车船票 -a 553.50 -d 10-06 -t D1 --from 北京 --to 南京 --invoice 24319900000000000009",
        "expense add --engineer W02 --category allowance --amount 100 --date 昨天 --ticket T6",
    ),
    "expense.check": ("expense check --month 本月", "expense check --month 上月 --exit-code"),
    "expense.approve": ("expense approve E1", "expense approve E2 --override 小额，领导同意"),
    "expense.reject": ("expense reject E2 --reason 超标准", "expense reject E2 --reason 请换正式发票 --by M01"),
    "expense.reimburse": ("expense reimburse E3", "expense reimburse E3 --at '今天 8:30'"),
    "expense.refund": (
        "expense refund E1 --amount 53.50 --date 昨天 --reason 退票",
        "expense refund E3 --amount 100 --date 10-19 --reason 多开的运费退回",
    ),
    "expense.falsified": (
        "expense falsified E1 --sanction 记过 --evidence 发票系涂改",
        "expense falsified E1 --sanction major_demerit --evidence 车票系伪造 --refer-legal",
    ),
    "expense.list": ("expense list --status 待批", "expense list --dispatch D1 --sort amount"),
    "expense.show": ("expense show E1", "expense show E1 -f json"),
    "penalty.check": ("penalty check --month 本月", "penalty check --month 上月 --record"),
    "penalty.list": ("penalty list --status 待定", "penalty list --engineer W02 --month 本月"),
    "penalty.show": ("penalty show P1", "penalty show P1 -f json"),
    "penalty.notice": ("penalty notice P4", "penalty notice P4 -f html"),
    "penalty.confirm": ("penalty confirm P4", "penalty confirm P4 P5 --by M01"),
    "penalty.waive": ("penalty waive P5 --reason 报告已补", "penalty waive P5 --reason 当时没有信号 --by M01"),
    "penalty.appeal": ("penalty appeal P3 --reason 情况不实", "penalty appeal P3 --reason 已用固定电话来电"),
    "penalty.decide": ("penalty decide P2 --uphold --reason 可用固话", "penalty decide P2 --overturn --reason 证词不实 --by M01"),
    "penalty.settle": ("penalty settle P3", "penalty settle P3 --via 现金"),
    "penalty.accept-entry": (
        "penalty accept-entry 40 --reason 电话单为证",
        "penalty accept-entry 40 --reason 有短信记录 --by M01",
    ),
    "policy.list": ("policy list", "policy list --at 2026-11-05"),
    "policy.set": (
        "policy set late.grace_minutes 10 --from 2026-11-01 --reason 路况",
        "policy set expense.limit.lodging 350 --from 2026-11-01 --reason 新差旅标准",
    ),
    "policy.history": ("policy history answer.hours", "policy history no_callback.fine -f csv"),
    "report.monthly": ("report monthly", "report monthly --month 2026-09 -o statistics.xlsx"),
    "report.projects": ("report projects --month 上月", "report projects -o projects.html"),
    "report.staff": ("report staff --month 上月", "report staff -o staff.xlsx"),
    "report.deadlines": ("report deadlines", "report deadlines -f json"),
    "report.submit": (
        "report submit projects --month 上月 --to 技术中心 市场中心 公司领导",
        "report submit monthly --month 2026-09 --to 企管室 --corrects 漏计一笔配件",
    ),
    "report.submissions": ("report submissions", "report submissions -f csv"),
    "report.late-entries": ("report late-entries --month 本月", "report late-entries --month 上月 -f csv"),
    "export": ("export tickets --month 上月 -o tickets.csv", "export expenses --month 上月 -f xlsx -o expenses.xlsx"),
    "import": (
        "import contacts calls.csv --suggest calls.toml",
        "import contacts calls.csv --rules calls.toml --skip-bad --errors bad.csv",
    ),
    "form.ticket": ("form ticket T1 -o T1.html", "form ticket --blank -o blank.html"),
    "form.dispatch": ("form dispatch D1 -o D1.html", "form dispatch --blank -o blank.html"),
    "form.service-report": ("form service-report D1 -o R1.html", "form service-report --blank -o blank.html"),
    "form.survey": ("form survey T1 -o S1.html", "form survey --blank -o blank.html"),
    "attach": ("attach E1 invoice.jpg --kind 票据", "attach R1 report.pdf --kind scan"),
    "attachment.list": ("attachment list", "attachment list E1"),
    "attachment.export": ("attachment export 1 -o copy.jpg", "attachment export 1 -o /tmp/copy.jpg"),
    "attachment.open": ("attachment open 1", "attachment open 2"),
    "staff.add": (
        "staff add W09 --name 周九 --home 西安",
        "staff add A09 --name 孙丽 --role 客服 --phone 13900001111 --wage 7800",
    ),
    "staff.set": ("staff set W01 --home 天津", "staff set W01 --role 调度 --wage 9000 --from 2026-11-01"),
    "staff.retire": ("staff retire W03", "staff retire W03 --at '昨天 18:00'"),
    "staff.free": ("staff free", "staff free 明天 --near 南京"),
    "staff.list": ("staff list --role 工程师", "staff list --sort home"),
    "staff.show": ("staff show W01", "staff show 张伟 --reveal"),
    "customer.add": (
        "customer add 秦川齿轮 --city 西安 --person 吴工 --phone 13700002222",
        "customer add 秦川齿轮 --region 西北 --city 西安 --key",
    ),
    "customer.set": ("customer set 江南机床 --region 华东 --key", "customer set 华北钢厂 --person 李工 --phone 13800005555"),
    "customer.rename": ("customer rename 江南机床 江南机床集团", "customer rename 华北钢厂 华北钢铁 --note 来函告知改名"),
    "customer.merge": (
        "customer merge 华北钢厂 江南机床 --reason 同一家",
        "customer merge 华北钢厂 江南机床 --reason 已被收购 --yes",
    ),
    "customer.list": ("customer list --city 南京", "customer list --region 华东 --reveal"),
    "customer.show": ("customer show 江南", "customer show 5678 --reveal"),
    "contract.add": (
        "contract add HT-3 --customer 江南 --project 二期",
        "contract add HT-4 --customer 江南机床 --includes-installation --warranty-until 2027-10-31",
    ),
    "contract.set": ("contract set HT-2 --project 二期", "contract set HT-2 --warranty-until 2028-12-31"),
    "contract.list": ("contract list", "contract list --customer 江南"),
    "contract.show": ("contract show HT-1", "contract show HT-1 -f json"),
    "amend": (
        "amend D1 arrived_at=9:58 --engineer W02 --reason 看错表",
        "amend T5 summary=刀库卡住，换刀臂不回零 product=刀库 --reason 补充",
    ),
    "undo": ("undo", "undo 40"),
    "init": ("init --centre 北方客服支撑中心 --home 北京", "init --centre 北方客服支撑中心 --code BJ01 --timezone Asia/Shanghai"),
    "centre.set": ("centre set --code BJ01", "centre set --code BJ01 -f json"),
    "demo": ("demo", "demo --into /tmp/sample.db"),
    "ledger.info": ("ledger info", "ledger info -f json"),
    "ledger.log": ("ledger log --limit 20", "ledger log --record T1"),
    "ledger.verify": ("ledger verify", "ledger verify --full --anchors anchors.txt"),
    "ledger.backup": ("ledger backup desk-today.db", "ledger backup --append-only /mnt/kept"),
    "ledger.restore": (
        "ledger restore desk-today.db --to desk-again.db",
        "ledger restore desk-today.db --to desk-again.db --accept-loss 1",
    ),
    "ledger.anchor": ("ledger anchor --to anchors.txt", "ledger anchor --to anchors.txt --sign ~/.ssh/id_ed25519"),
    "ledger.redact": (
        "ledger redact 江南机床 --reason 客户来函要求",
        "ledger redact 江南机床 --reason 客户来函要求 --yes",
    ),
    "ledger.retention": ("ledger retention --older-than 36m", "ledger retention --older-than 3y --yes"),
    "ledger.doctor": ("ledger doctor", "ledger doctor --exit-code"),
    "ledger.reindex": ("ledger reindex", "--ledger desk.db ledger reindex"),
    "ledger.check-paper": (
        'ledger check-paper "T2 #95 3fa2c01b9d77"',
        'ledger check-paper "R1 #120 0c1d2e3f4a5b" -f json',
    ),
    "config.show": ("config show", "config show --origin"),
    "config.set": ("config set lang zh", "config set ledger ~/desk.db"),
    "completion": ('eval "$(svcdesk completion bash)"', "svcdesk completion fish > ~/.config/fish/completions/svcdesk.fish"),
    "feed": ("feed sent", "feed sent --mask-customers key.txt"),
    "hq.take": ("hq take sent --into lake", "hq take BJ01 SH01 --into lake --audit BJ01.db"),
    "hq.centres": ("hq centres --lake lake", "hq centres --lake lake -f json"),
    "hq.report": ("hq report --month 上月 --lake lake", "hq report --quarter last --by region --lake lake"),
    "hq.check": ("hq check --month 上月 --lake lake", "hq check --month 2026-09 --lake lake --exit-code"),
    "hq.duplicates": ("hq duplicates --lake lake", "hq duplicates --lake lake -f csv"),
    "hq.customers": ("hq customers --lake lake", "hq customers --least 3 --lake lake"),
    "hq.people": ("hq people --month 上月 --lake lake", "hq people --month 2026-09 --lake lake -f csv"),
    "hq.quality": ("hq quality --month 上月 --lake lake", "hq quality --month 2026-09 --by product --lake lake"),
    "help": ("help times", "help ticket open"),
}  # fmt: skip

# The articles of the regulation that a command serves, by verb, else by noun.
ARTICLES: dict[str, str] = {
    "contact": "3.9", "ticket": "3.4", "ticket.open": "3.9", "ticket.answer": "3.4", "ticket.escalate": "3.2, 3.8",
    "ticket.settle-escalation": "3.2, 3.8", "ticket.appoint": "3.4, 4.5", "ticket.close": "3.7", "ticket.reopen": "3.6",
    "ticket.cancel": "3.9", "ticket.note": "3.9", "ticket.list": "3.9", "dispatch": "3.9", "dispatch.send": "3.4",
    "dispatch.arrive": "3.4, 4.5", "dispatch.callback": "4.4", "dispatch.leave": "4.4", "dispatch.cause": "4.5",
    "dispatch.log": "4.4, 4.5", "service-report": "3.7, 4.6", "survey": "3.7", "complaint": "4.1",
    "complaint.decide": "4.1, 4.2", "complaint.remedy": "4.2", "phone-check": "4.7", "conduct": "4.8", "expense": "4.3", "expense.falsified": "4.3",
    "penalty": "4.1-4.8", "penalty.check": "3.4, 4.2, 4.3, 4.4, 4.5, 4.6, 4.7, 4.8", "policy": "4, 5", "report": "5", "report.late-entries": "4", "form": "3.7, 3.9",
    "attach": "3.9", "attachment": "3.9", "staff.free": "3.4", "export": "3.9", "import": "3.9", "feed": "5", "hq": "5",
}  # fmt: skip


# What help tells besides the commands.
TOPICS = ("times", "formats", "exit-codes", "regulation", "files")


def article(path: str) -> str:
    """Return the articles that a command serves; nothing where it serves the ledger alone."""
    return ARTICLES.get(path) or ARTICLES.get(path.partition(".")[0], "")
