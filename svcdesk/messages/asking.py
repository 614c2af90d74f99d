"""What is asked at a terminal, and what is said beside the questions."""

TEXTS = {
    # ticket open
    "ticket.open.customer": ("客户（名称、拼音、联系人、电话或尾号）", "customer (name, pinyin, person, telephone or its end)"),
    "ticket.open.summary": ("事由", "what it is about"), "ticket.open.serial": ("序列号", "serial number"), "ticket.open.kind": ("类别", "kind"), "ticket.open.channel": ("渠道", "channel"),
    "new_customer": ("没有客户“{name}”。登记为新客户吗", "there is no customer “{name}”. Register a new one"),
    "city": ("城市", "city"), "person": ("联系人", "contact person"), "phone": ("电话", "telephone"),
    "caller": ("{name}（{city}）", "{name} ({city})"),
    "caller_ticket": ("未了工单 {id} {kind}：{summary}（{status}，{received_at} 受理）", "open ticket {id}, {kind}: {summary} ({status}, received {received_at})"),
    "caller_contract": ("合同 {no} {project}{included}{warranty}", "contract {no} {project}{included}{warranty}"),
    "includes_installation": ("，含指导安装调试", ", installation included"),
    "warranty": ("，保修至 {until}", ", warranty until {until}"), "warranty_over": ("，保修已过（{until}）", ", warranty over ({until})"),
    "caller_score": ("上次评分 {score} 分（{ticket}，{at}）{comment}", "last score {score} ({ticket}, {at}) {comment}"),
    "machine_open": ("这台设备：{id} {kind} {summary}（{status}，{received_at} 受理）", "this machine: {id} {kind} {summary} ({status}, received {received_at})"),
    "machine_closed": ("这台设备：{id} {kind} {summary}（{closed_at} 关闭）", "this machine: {id} {kind} {summary} (closed {closed_at})"),
    "repeats": ("{id}（{closed_at} 关闭）还在重复维修期内；若是同一故障，请填“重复于”", "{id} (closed {closed_at}) is within the window of repeats; if it is the same fault, say “repeat of”"),
    "likely_same": ("注意：可能就是 {id}（{summary}，{received_at} 受理）；若是，按 Ctrl-C 停下，改用 svcdesk ticket note {id}", "mind: this is probably {id} ({summary}, received {received_at}); if so, stop with Ctrl-C and use svcdesk ticket note {id}"),
    "as_it_stands": ("将登记：{what}", "to be recorded: {what}"),
    "review": ("回车照此登记；要改或补，输序号或文字", "Enter records it so; a number or a word changes or adds"), "enter": ("回车", "Enter"),
    # expense add
    "expense.add.dispatch": ("哪次派工（没有就填 -）", "which dispatch (- for none)"), "expense.add.engineer": ("报销人", "whose"), "expense.add.category": ("类别", "category"),
    "expense.add.amount": ("金额（元）", "amount (CNY)"), "expense.add.date": ("日期", "date"), "expense.add.from": ("出发城市", "from"), "expense.add.to": ("到达城市", "to"),
    "expense.add.place": ("城市", "where"), "expense.add.number": ("发票号", "invoice number"),
    "journey": ("{place} {code} {days}", "{place} {code} {days}"),
    "next_line": ("这趟的下一笔（没有就回车）", "next line of this journey (Enter: none)"),
    # ticket close
    "answered": ("没有答复记录；何时答复的", "not answered yet; when was it"), "returned": ("{id}：{code} 何时返回", "when did {code} of {id} come back"),
    "fault_cause": ("{id} 的报告单：故障原因", "report of {id}: the fault's cause"), "solution": ("{id} 的报告单：解决办法", "report of {id}: the solution"),
    "part": ("{id} 换了什么零件（名称:数量，几种用顿号隔开；没换就回车）", "parts replaced on {id} (NAME:QTY, with commas; Enter: none)"), "customer_opinion": ("{id} 的报告单：用户意见", "report of {id}: the customer's opinion"),
    "score": ("客户打几分（不填表就回车）", "the customer's score (Enter: no survey)"), "no_survey": ("为什么没有调查表", "why there is no survey"),
    "score_1": ("很不满意", "very poor"), "score_2": ("不满意", "poor"), "score_3": ("一般", "fair"), "score_4": ("满意", "good"), "score_5": ("很满意", "very good"),
    "ticket.close.resolution": ("处理结果", "how it was resolved"), "now": ("现在", "now"),
    # amend
    "field": ("改哪一项", "what to put right"), "next_field": ("还改哪一项（没有就回车）", "what else (Enter: nothing)"), "value": ("{name} 应改为（- 清空）", "{name} should be (- for nothing)"), "amend.reason": ("为什么改", "why"),
    # all of them
    "needed": ("此项必填", "this cannot be left empty"),
    "choice": ("没有“{text}”这一项，可输序号或文字：{words}", "no “{text}”: a number or a word, {words}"),
    "help": ("回车取方括号里的值，< 回上一问，Tab 补全，Ctrl-C 停下（已答的会保留）", "Enter takes what stands in brackets, < goes back, Tab completes, Ctrl-C stops and keeps the answers"),
    "kept": ("没有记账；已答的保留着，接着录：{command}", "nothing was recorded; the answers are kept: {command}"),
}  # fmt: skip
