"""What each command is for, shown by --help. The first line stands in the lists of commands."""

TEXTS = {
    "svcdesk": ("客服支撑台账：一个本地账本，记工单、派工、投诉、费用和处理，出月报。", "The ledger of a customer-support desk: tickets, dispatches, complaints, expenses, penalties, and the month's reports."),
    "svcdesk.epilog": ("先试一试：svcdesk demo。怎么写时间、有哪些格式：svcdesk help times、svcdesk help formats。退出码：0 成功 · 1 结果为否 · 2 输入有误 · 3 制度不许 · 4 查无此项 · 5 账本不能用。",
                       "To try it: svcdesk demo. How times and formats are written: svcdesk help times, svcdesk help formats. Exit codes: 0 done · 1 the answer is no · 2 bad input · 3 refused by a rule · 4 no such record · 5 the ledger cannot be used."),
    "init": ("新建账本", "make the ledger"),
    "status": ("看板：最急的在前，每行末尾是下一步的命令", "the board, worst first; each line ends with the command that moves it on"),
    "search": ("查找：客户、联系人、电话或其尾号、序列号、合同号、发票号，或说过的话", "find a customer, a person, a telephone or its last digits, a serial, a contract, an invoice, or words that were said"),
    "demo": ("造一本写满一个月的示例账本，再出月报", "make a sample ledger with a full month, then its summary"),
    "staff.set": ("改人员资料；工资、岗位、常驻地可自某日起", "change what is kept of somebody; wage, post and home may hold from a date on"),
    "customer.set": ("改客户资料", "change what is kept of a customer"), "contract.set": ("改合同资料", "change what is kept of a contract"),
    "customer.rename": ("客户改名；旧名仍查得到", "rename a customer; the old name still leads there"), "customer.merge": ("两个其实是一家：前一个并入后一个", "two that are one: the first is merged into the second"),
    "amend": ("改正一条记录里录错的内容，写明理由；不写列则列出记录再问\n例：svcdesk amend D5 arrived_at=11:59 --engineer W02 --reason 听错。没有编号的记录写 hold:3", "put right what was typed wrongly of a record, with the reason; without fields it shows the record and asks\nfor example: svcdesk amend D5 arrived_at=11:59 --engineer W02 --reason misheard. A record without an id is named hold:3"),
    "contact.show": ("看一条登记", "show one contact"), "survey.show": ("看一份调查表", "show one survey"),
    "undo": ("收回上一个命令，或指明的一条", "take the last command back, or the entry that is named"),
    "staff": ("人员", "the people of the centre"), "staff.add": ("登记人员", "add somebody to the staff"), "staff.retire": ("人员离岗", "record that somebody has left"),
    "staff.free": ("看谁可派：空闲的在前，再看常驻地和最近去过的地方离得远近、本月在外天数；修过该产品几次只作参考", "who is free on a day: free ones first, then whose home or last place is near, then days on the road; how often they mended the product is told beside"), "staff.list": ("列出人员", "list the staff"), "staff.show": ("看一个人：在外的派工、未了工单、近来的经过", "show one person"),
    "customer": ("客户", "the customers"), "customer.add": ("登记客户", "register a customer"), "customer.list": ("列出客户", "list the customers"), "customer.show": ("看一个客户：合同、设备、未了工单、往来经过", "show one customer"),
    "contract": ("合同", "the contracts"), "contract.add": ("登记合同", "register a contract"), "contract.list": ("列出合同", "list the contracts"), "contract.show": ("看一份合同", "show one contract"),
    "contact": ("来电来函来访登记（3.9）", "the register of calls, letters and visits (3.9)"), "contact.log": ("登记不必开工单的来电来函来访", "log a contact that needs no ticket"), "contact.list": ("列出登记", "list the contacts"),
    "ticket": ("工单：从受理到关闭（3.2-3.9）", "tickets, from receipt to closing (3.2-3.9)"),
    "ticket.open": ("受理，并登记来电来函", "open a ticket and register the contact"), "ticket.answer": ("记下第一次实质答复（3.4）", "record the first answer of substance (3.4)"),
    "ticket.escalate": ("上报总部、质量或其他部门（3.2、3.8）", "escalate to HQ, quality or a department (3.2, 3.8)"), "ticket.settle-escalation": ("记下上报的答复，了结此事", "settle an escalation"),
    "ticket.hold": ("搁置；答复计时不停", "put on hold; the answer clock goes on"), "ticket.resume": ("恢复办理", "go on after a hold"),
    "ticket.appoint": ("改约到场时间；只有客户提出的才算", "record another time on site; only the customer's own counts"), "ticket.close": ("关闭；缺什么会列出来（3.7）", "close it; what is missing is listed (3.7)"),
    "ticket.reopen": ("重开", "reopen it"), "ticket.hand-over": ("请另一人接手", "ask somebody else to take it over"), "ticket.accept": ("接手", "take it over"), "ticket.decline": ("不接手", "decline to take it over"),
    "ticket.cancel": ("取消", "cancel it"), "ticket.note": ("加备注", "note something on it"),
    "ticket.list": ("列出工单", "list the tickets"), "ticket.show": ("看一张工单：联系人、两个时限的算法、从受理起的经过", "show one ticket with the arithmetic of its clocks"),
    "dispatch": ("派工：从派出到返回（3.4、4.4、4.5）", "dispatches, from sending to return (3.4, 4.4, 4.5)"),
    "dispatch.send": ("派工程师", "send engineers"), "dispatch.depart": ("出发", "record the departure"), "dispatch.arrive": ("到场", "record the arrival"),
    "dispatch.callback": ("离场前电告总部（4.4）", "record the call to HQ before leaving (4.4)"), "dispatch.leave": ("离场", "record the leaving"), "dispatch.return": ("返回", "record the return"),
    "dispatch.log": ("一通电话记下全程：depart=8:50 arrive=11:20 …", "record in one entry what an engineer tells in one call: depart=8:50 arrive=11:20 …"), "dispatch.cause": ("写明迟到原因（4.5）", "state why somebody was late (4.5)"), "dispatch.cancel": ("出发前取消", "cancel it before departure"), "dispatch.list": ("列出派工", "list the dispatches"), "dispatch.show": ("看一次派工", "show one dispatch"),
    "service-report": ("服务报告单（3.7、4.6）", "service reports (3.7, 4.6)"), "service-report.file": ("交报告单", "file a report"), "service-report.amend": ("补正报告单", "amend a report"),
    "service-report.list": ("列出报告单", "list the reports"), "service-report.show": ("看一张报告单", "show one report"),
    "promise": ("对客户的承诺：合同期限内的调试、培训和答应的事（2.3、3.4）", "what was promised to customers: commissioning and training by contract, and all else (2.3, 3.4)"), "promise.add": ("登记一项承诺\n--due 只写日期即到当日结束", "register a promise\na day alone as --due means its end"), "promise.keep": ("记下已兑现", "record that it was kept"),
    "promise.move": ("记下改期；只有客户在原期限之前提出的才改变期限", "record another due; only the customer's own, asked for before the due had passed, moves it"), "promise.drop": ("记下作罢及原因", "record that it was given up, and why"), "promise.list": ("列出承诺", "list the promises"), "promise.show": ("看一项承诺", "show one promise"),
    "report.promises": ("按合同看承诺：兑现、逾期、未到期，及安装费用", "promises by contract: kept, late, open, and the cost of installation"),
    "survey": ("满意度调查表（3.7）", "satisfaction surveys (3.7)"), "survey.add": ("登记调查表", "record a survey"), "survey.list": ("列出调查表", "list the surveys"),
    "complaint": ("投诉：登记、指定、调查、裁定、补救、反馈、结案（4.1、4.2）", "complaints: registered, assigned, investigated, decided, remedied, fed back, closed (4.1, 4.2)"),
    "complaint.open": ("登记投诉", "register a complaint"), "complaint.assign": ("主任指定部门", "the director assigns a department"), "complaint.investigate": ("记调查情况", "record the investigation"),
    "complaint.decide": ("裁定", "decide it"), "complaint.remedy": ("记补救措施", "record the remedy"), "complaint.feedback": ("反馈投诉人；不满意则进入下一轮", "tell the complainant; an unsatisfied one opens another round"),
    "complaint.close": ("结案", "close it"), "complaint.list": ("列出投诉", "list the complaints"), "complaint.show": ("看一件投诉", "show one complaint"),
    "expense": ("费用（4.3）", "expenses (4.3)"), "expense.add": ("报一笔费用", "add an expense"), "expense.check": ("列出有问题的费用", "list the expenses with problems"), "expense.approve": ("批准", "approve"),
    "expense.refund": ("记退款：退回的钱另成一行，计入退款当月", "record money that came back: a line of its own in the month of its date"),
    "expense.reject": ("退回", "reject"), "expense.reimburse": ("报销", "reimburse"), "expense.falsified": ("认定弄虚作假", "find an expense falsified"), "expense.list": ("列出费用", "list the expenses"), "expense.show": ("看一笔费用", "show one expense"),
    "penalty": ("处理：查、记、提、定、申诉、执行（第四部分）", "penalties: found, recorded, proposed, decided, appealed, settled (part 4)"),
    "penalty.check": ("按制度逐条查，每次重新推算", "derive what the clauses find, anew each time"), "penalty.list": ("列出处理", "list the penalties"), "penalty.show": ("看一项处理及其证据和经过", "show one penalty with its evidence and history"),
    "penalty.notice": ("出处理告知书", "print the notice to the person concerned"), "penalty.confirm": ("确认", "confirm"), "penalty.propose": ("制度没有定数额的，由人提出处理，一件事只提一次（S4 7.2）", "propose the measure where the regulation names none, once (S4 7.2)"), "penalty.accept-entry": ("认可一条补录（非录入人、非当事人）", "accept what somebody else entered late"), "penalty.waive": ("免除", "waive"), "penalty.appeal": ("申诉", "appeal"), "penalty.decide": ("裁定申诉", "decide an appeal"), "penalty.settle": ("执行", "settle"),
    "policy": ("制度项：金额、小时、天数，各有生效日", "the policy: amounts, hours and days, each from a date"), "policy.list": ("列出现行的值", "list the values in force"), "policy.set": ("自某日起改值", "set a value from a date"), "policy.history": ("看一项的沿革", "show the values a key had"),
    "report": ("报表（第五部分）", "the reports (part 5)"), "report.monthly": ("月度统计，也出季度、年度的；不写期间即上月", "the statistics of a month, a quarter or a year; the last month where none is named"),
    "report.projects": ("按合同、项目、客户的项目表", "the projects report, by contract, project or customer"), "report.staff": ("各人工作情况，供考核用", "what each person did, for the appraisal"),
    "report.deadlines": ("该报的报表和期限；有逾期则退出码 1", "the reports that are due; exit code 1 where one is overdue"), "report.submit": ("登记报出：冻结数字、校验值、接收人和时间", "hand a report in: its figures, hash, receivers and time are frozen"),
    "report.late-entries": ("补录的事实：发生与录入两个时间、何人、因此变了什么（第四部分）", "what was typed late: both times, who, and what it changed (part 4)"),
    "report.submissions": ("报出的登记", "what was handed in"),
    "import.epilog": (
        "规则文件（TOML）各节：\n"
        "  [options]  encoding delimiter header（行号，或 [2, 3] 两行标题） sheet（\"*\" 或列表） fill_down skip stop_at dates = \"serial\"\n"
        "             missing new_customers new_staff last_row_wins round = \"half_up\"\n"
        "  [where]    标题 = 式样；只收相符的行\n"
        "  [columns]  字段 = \"标题\"；[\"标题\", \"标题\"] 合成编号；（column、take = \"first\" 或 \"last\"、when）多行合一条\n"
        "  [join] 字段 = [日期列, 时刻列]   [split] 标题 =（by、to）   [clean] 标题 =（drop = 正则）   [match] 字段 = \"name\"\n"
        "  [times]    format（一种或几种，依次试读） zone halves   [numbers] thousands decimal\n"
        "  [values.字段] 他们的词 = 我们的词，\"~正则\"，\"*\" 其余，skip = [略去的词]   [defaults]   [[record]] 一行多条，when = \"标题 > 0\"\n"
        "  标题重复写 标题#1、标题#2；没有标题写 column 18。式样：* 任意文字，~ 正则。\n"
        "时间格式字母：%Y 四位年 %y 两位年 %m 月 %d 日 %H 时 %I 十二时制 %M 分 %S 秒 %f 小数秒 %p AM/PM %b 英文月名 %z 时差；\n"
        "或写词：iso（2026-10-07 14:30） chinese（2026年10月7日 下午2:30、10-7 14:30、上午9点半） serial（表格序号） unix（秒或毫秒）。",
        "Sections of a rules file (TOML):\n"
        "  [options]  encoding delimiter header (a line, or [2, 3] for two heading lines) sheet (\"*\" or a list) fill_down skip stop_at\n"
        "             dates = \"serial\" missing new_customers new_staff last_row_wins round = \"half_up\"\n"
        "  [where]    HEADING = pattern; only rows that match are records\n"
        "  [columns]  FIELD = \"HEADING\"; [\"H1\", \"H2\"] join a reference; (column, take = \"first\" or \"last\", when): one record of many rows\n"
        "  [join] FIELD = [date column, clock column]   [split] HEADING = (by, to)   [clean] HEADING = (drop = regex)   [match] FIELD = \"name\"\n"
        "  [times]    format (one or several, tried in order) zone halves   [numbers] thousands decimal\n"
        "  [values.FIELD] their word = ours, \"~regex\", \"*\" for the rest, skip = [words of no record]   [defaults]   [[record]] several of one row, when = \"HEADING > 0\"\n"
        "  A doubled heading is HEADING#1, HEADING#2; one that is blank is column 18. Patterns: * stands for any text, ~ begins a regex.\n"
        "Letters of times: %Y year %y its last two digits %m month %d day %H hour %I hour of twelve %M minute %S second %f fraction %p AM/PM %b month's name %z offset;\n"
        "or a word: iso (2026-10-07 14:30), chinese (dates and times of day with Chinese words; 10-7 14:30, full-width digits), serial (a spreadsheet's number), unix (seconds or milliseconds).",
    ),
    "export": ("导出一张表", "export a table"), "import": ("导入一张表", "import a table"),
    "config": ("本机的设置：账本、语言、操作人", "the settings of this machine: ledger, language, actor"), "config.show": ("列出设置；加 --origin 说明各从何来", "list the settings; with --origin where each comes from"), "config.set": ("写一项设置", "keep a setting"),
    "completion": ("给命令行装上补全：bash、zsh 或 fish", "the completion for a shell: bash, zsh or fish"),
    "form": ("打印要签字的单据", "paper to be signed"), "form.ticket": ("受理单", "the form of a ticket"), "form.dispatch": ("派工单", "the form of a dispatch"), "form.service-report": ("服务报告单，按派工或报告单编号", "the service report, by dispatch or report"), "form.register": ("一个月的来电来函登记簿；名字以 .xlsx 结尾的写成工作簿", "a month's register of calls and letters; a name that ends in .xlsx makes a workbook"), "form.survey": ("调查表，按工单或调查表编号", "the survey, by ticket or survey"),
    "attach": ("把扫描件、照片、票据附到一条记录上", "keep a scan, a photo or an invoice with a record"), "attachment": ("附件", "the attachments"), "attachment.list": ("列出附件", "list the attachments"), "attachment.export": ("取出一个附件", "take an attachment out"), "attachment.open": ("打开一个附件", "open an attachment"),
    "ledger": ("账本本身", "the ledger itself"), "ledger.info": ("账本概况", "what the ledger is and holds"), "ledger.verify": ("验账：链条、重放、约束", "check the chain, the replay and the invariants"), "ledger.backup": ("备份并验账", "make a backup, verified before it counts"), "ledger.restore": ("从备份恢复到新文件", "restore a backup to a new file"), "ledger.check-paper": ("按单据底部的记号查账：印出后变没变", "check a paper by the mark at its foot: unchanged, or what changed since"), "ledger.reindex": ("重建检索索引", "make the index of search anew"), "ledger.anchor": ("把最新一条记入锚点文件", "append the newest entry to an anchors file"), "ledger.redact": ("抹去一个客户的个人信息", "erase a customer's personal data"), "ledger.retention": ("列出久无往来而还留有个人信息的客户和来电人，确认后抹去", "list customers and callers long inactive whose personal data is still there, and erase it once confirmed"), "ledger.doctor": ("查账本周围：权限、文件系统、空间、版本、备份和锚点的日期", "look at what surrounds the ledger: permissions, file system, room, versions, age of copies and anchors"), "ledger.log": ("看日志", "show the journal"),
    "centre": ("本中心", "the centre itself"), "centre.set": ("设定中心在公司的代码", "set the centre's code in the company"),
    "help": ("讲一个题目：times、formats、exit-codes、regulation、files；或讲一个命令", "a topic: times, formats, exit-codes, regulation, files; or what a command is for"),
    "feed": ("把账本中总部可看的部分写成报送数据\n不含个人信息、自由文字、人员姓名和工资；同一状态写出的字节相同", "write what headquarters may see of the ledger\nno personal data, no free text, no names of staff, no wages; the same state gives the same bytes"),
    "hq": ("总部：收各中心的报送数据，由事实重算", "headquarters: take the feeds of the centres, and recount from facts"), "hq.take": ("收报送数据，查过才收，要么全收，要么不收", "take feeds once they agree with themselves: all of them or none"),
    "hq.centres": ("哪些中心报了、何时、到第几条；哪些没报", "who sent what, when and up to which entry; who did not"), "hq.report": ("汇总统计：由事实重算，不是相加", "the consolidated statistics: recounted from facts, not added up"),
    "hq.check": ("报出的数与重算的数对照，一行一处差异", "what was handed in against what is recounted: a row a difference"), "hq.duplicates": ("在两个中心报了同一张发票的", "invoices that were claimed in two centres"),
    "hq.customers": ("由几个中心服务的客户", "customers that several centres serve"), "hq.people": ("各人在各中心的出差和人天，及重算两次的天数", "who travelled for which centres, and the days that two of them both counted"), "hq.quality": ("服务指标：按全部中心重算", "the figures of service, recounted over all centres"),
    "plan": ("要定期做的事：走访、检查、培训、评审（2.4）", "what is to be done again and again: visits, inspections, trainings, reviews (2.4)"),
    "plan.add": ("订一项计划（2.4，范本一 18）\n--from 是起算的那天，如同当天做过；--every once 时即到期日。重点客户、制度项 visit.regions 里的区域，周期可不写。\n例：svcdesk plan add --kind visit --title 季度走访 --every 3m --from 2026-10-01 --customer 江南机床", "make a plan (2.4; sample 1, 18)\n--from is the day it counts from, as if done then; with --every once it is the due day. For key customers and for regions the policy says how often.\nexample: svcdesk plan add --kind visit --title 'quarterly visit' --every 3m --from 2026-10-01 --customer 'Jiangnan Machine Tools'"),
    "plan.skip": ("这一次不做，轮到下一次", "leave the open occurrence out"), "plan.move": ("把这一次改到另一天；已逾期的仍算逾期", "move the open occurrence to another day; once overdue it stays late"),
    "plan.done": ("记下培训、评审已做；走访、检查由各自的记录完成", "record that a training or a review was done; visits and inspections do it by their records"), "plan.end": ("结束计划", "end a plan"),
    "plan.list": ("列出计划", "list the plans"), "plan.show": ("看一项计划和历次完成情况", "show a plan and how it went"),
    "inspection": ("检查（范本一 6、16、18）", "inspections (sample 1, 6, 16, 18)"), "inspection.make": ("记一次检查；查出的每一项都立为整改\n例：svcdesk inspection make --kind safety --area 备件库 --by M01 --found '灭火器过期:A01:2026-11-20:major'", "record an inspection; each thing found becomes a rectification\nexample: svcdesk inspection make --kind safety --area store --by M01 --found 'extinguisher expired:A01:2026-11-20:major'"),
    "inspection.list": ("列出检查", "list the inspections"), "inspection.show": ("看一次检查", "show an inspection"),
    "rectify": ("整改：责任到人，限期改完，他人复查（范本一 15、18）", "rectifications: an owner, a due day, and somebody else who looks (sample 1, 15, 18)"),
    "rectify.open": ("立一项整改\n例：svcdesk rectify open --summary 通道堵塞 --owner A01 --due 2026-11-16", "open a rectification\nexample: svcdesk rectify open --summary 'passage blocked' --owner A01 --due 2026-11-16"),
    "rectify.extend": ("延期；期限当天过完以前延的才算数", "set another due day; it counts only before the old day has ended"), "rectify.done": ("责任人改完了", "the owner has put it right"),
    "rectify.verify": ("他人复查：通过即销号，不通过再改一轮", "somebody else looks: passed closes it, failed begins another round"), "rectify.cancel": ("不再整改", "give it up"), "rectify.list": ("列出整改", "list the rectifications"), "rectify.show": ("看一项整改", "show a rectification"),
    "visit": ("走访与回访（2.4，范本七 1.6）", "visits and follow-ups (2.4; sample 7, 1.6)"), "visit.make": ("记一次走访；每条意见立为一条建议。带 --ticket 的电话是回访\n例：svcdesk visit make --customer 江南机床 --by W01 --way on_site --summary 季度走访 --opinion design:操作面板太高", "record a visit; each opinion becomes a suggestion. A call with --ticket is a follow-up\nexample: svcdesk visit make --customer 'Jiangnan Machine Tools' --by W01 --way on_site --summary 'quarterly visit' --opinion 'design:the panel is too high'"),
    "visit.from-dispatch": ("派工到过现场，也算走访一次", "a crew was on site: record that as a visit"), "visit.due": ("该走访谁：期限、客户、上次走访、未了工单、上次评分、未复的意见", "whom to visit: due, customer, last visit, open tickets, last score, opinions not answered"), "visit.list": ("列出走访", "list the visits"), "visit.show": ("看一次走访", "show a visit"),
    "suggestion": ("客户和员工的建议（范本七 1.5）", "suggestions of customers and staff (sample 7, 1.5)"), "suggestion.add": ("记一条建议\n例：svcdesk suggestion add --customer 江南机床 --aspect design --text 操作面板太高", "record a suggestion\nexample: svcdesk suggestion add --customer 'Jiangnan Machine Tools' --aspect design --text 'the panel is too high'"),
    "suggestion.send": ("转交部门，限期答复", "send it to a department, which answers by a day"), "suggestion.answer": ("记部门的答复；不采纳要写理由", "record the department's answer; a declined one says why"), "suggestion.tell": ("已告知提出的人", "who suggested it was told"), "suggestion.close": ("了结", "close it"),
    "suggestion.gather": ("列出报告单意见、调查表评语中还没立为建议的，各带命令", "list opinions of reports and comments of surveys that no suggestion was made from, each with its command"), "suggestion.list": ("列出建议", "list the suggestions"), "suggestion.show": ("看一条建议", "show a suggestion"),
}  # fmt: skip
