"""The facts of a finding, as parts of a sentence that a person can check."""

TEXTS = {
    "complaint": ("投诉 {value}", "complaint {value}"), "decided_at": ("{value} 裁定", "decided {value}"), "decided_by": ("裁定人 {value}", "by {value}"),
    "cause": ("原因 {value}", "cause {value}"), "no_cause": ("原因未说明", "no cause stated"), "ticket": ("工单 {value}", "ticket {value}"),
    "expense": ("费用 {value}", "expense {value}"), "amount": ("{value} 元", "{value} CNY"), "evidence": ("证据：{value}", "evidence: {value}"),
    "refer_legal": ("移交法律", "referred to the law"), "not_refer_legal": ("未移交法律", "not referred to the law"), "dispatch": ("派工 {value}", "dispatch {value}"),
    "left_at": ("{value} 离场", "left {value}"), "callback_at": ("来电 {value}", "called HQ {value}"), "no_callback_at": ("没有来电", "no call to HQ"),
    "due": ("应到 {value}", "due {value}"), "arrived_at": ("到场 {value}", "arrived {value}"), "no_arrived_at": ("未到场", "not arrived"),
    "late_minutes": ("迟 {value} 分钟", "{value} min late"), "said": ("本人称：{value}", "said: {value}"), "returned_at": ("返回 {value}", "returned {value}"),
    "promise": ("承诺 {value}", "promise {value}"), "kept_at": ("{value} 兑现", "kept {value}"), "dropped_at": ("{value} 作罢", "dropped {value}"), "late_days": ("逾期 {value} 天", "{value} d late"),
    "no_kept_at": ("未兑现", "not kept"),
    "deadline": ("期限 {value}", "deadline {value}"), "filed": ("已交单", "filed"), "not_filed": ("期限内未交单", "not filed by then"),
    "missing": ("缺 {value}", "lacks {value}"), "reading": ("{value}", "{value}"), "check": ("检查 {value}", "check {value}"), "result": ("{value}", "{value}"),
    "conduct": ("记录 {value}", "record {value}"), "rule": ("{value}", "{value}"), "rule_article": ("违反 {value}", "against {value}"), "note": ("{value}", "{value}"), "received_at": ("{value} 受理", "received {value}"), "reopened_at": ("{value} 重开", "reopened {value}"),
    "answer_due": ("应答复 {value}", "answer due {value}"), "answered_at": ("{value} 答复", "answered {value}"), "no_answered_at": ("未答复", "not answered"),
    "plan": ("计划 {value}", "plan {value}"), "title": ("{value}", "{value}"), "done_on": ("{value} 完成", "done {value}"), "no_done_on": ("未做", "not done"), "done_by": ("见 {value}", "by {value}"),
    "rectification": ("整改 {value}", "rectification {value}"), "done_at": ("{value} 改完", "done {value}"), "closed_at": ("{value} 了结", "closed {value}"), "no_closed_at": ("未了结", "not closed"), "round": ("第 {value} 轮", "round {value}"),
    "suggestion": ("建议 {value}", "suggestion {value}"), "department": ("{value}", "{value}"), "score": ("评分 {value}", "score {value}"), "followed_at": ("{value} 回访", "followed up {value}"), "no_followed_at": ("未回访", "not followed up"),
}  # fmt: skip
