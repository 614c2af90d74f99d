"""What each clause says, in our own words."""

TEXTS = {
    "complaint_upheld": ("4.2 投诉经查实，且因争执、索要、个人原因不及时或重复维修所致：每次记大过，并须挽回影响", "4.2: a complaint found true, for a quarrel, solicitation, or untimely or repeated service for personal reasons: a major demerit each time, and the harm made good"),
    "expense_falsified": ("4.3 票据须真实并与出差地相符；作假者视轻重记过、记大过、辞退，直至追究法律责任", "4.3: receipts must be genuine and match the places travelled; falsifying them costs a demerit, a major demerit or the job, by gravity, and may go to the law"),
    "no_callback": ("4.4 服务结束未先来电总部就离开：每次罚款", "4.4: leaving after the job without having called HQ: a fine each time"),
    "late_on_site": ("4.5 因个人原因未按时到达用户现场：每次罚款", "4.5: not on site in time for personal reasons: a fine each time"),
    "incomplete_report": ("4.6 报告单未写全故障原因、解决办法、更换零件或用户意见：每次罚款", "4.6: a report without fault cause, solution, replaced parts or customer opinion: a fine each time"),
    "phone_unreachable": ("4.7 规定时段内无故关机或拒接：每次扣话费补贴或罚款", "4.7: phone off or a call refused within the hours, without a reason: the phone allowance withheld or a fine"),
    "disobedience": ("4.8 不服从中心统一指挥：每次罚款", "4.8: not following the centre's unified command: a fine each time"),
    "misconduct": ("S4 7.2 违反工作纪律或行为规范：视情节处理，制度没有定数额，由人提出", "S4 7.2: conduct against discipline or the rules: a measure by its gravity; the regulation names no amount, so somebody proposes it"),
    "commissioning_overdue": ("2.3 安装调试和用户培训须在合同约定的时间内完成", "2.3: commissioning and the users' training are done within the contract's time"),
    "promise_overdue": ("3.4 答应用户的事须按期兑现", "3.4: what was promised to a customer is kept by its due"),
    "answer_overdue": ("3.4 受理后须在时限内答复", "3.4: an answer is due within the hours after receipt"),
    "visit_overdue": ("2.4 重点客户和区域须按期走访：当日未访即为逾期，不处罚", "2.4: key customers and regions are visited as planned; not visited by the end of the day is overdue, and no penalty"),
    "inspection_overdue": ("范本一 18 检查须按期进行：当日未查即为逾期，不处罚", "sample 1, 18: inspections are made as planned; not made by the end of the day is overdue, and no penalty"),
    "rectification_overdue": ("范本一 18、范本三 10 整改须在期限内改完并复查销号，不处罚", "sample 1, 18 and sample 3, 10: what is wrong is put right, verified and closed by its day; no penalty"),
    "follow_up_overdue": ("范本七 1.6 评分低的工单须限期回访，不处罚", "sample 7, 1.6: a ticket with a low score is followed up within the days; no penalty"),
    "suggestion_unanswered": ("范本七（二）3 部门须在期限内答复建议，不处罚", "sample 7 (2), 3: a department answers a suggestion by its day; no penalty"),
    "complaint_overdue": ("范本五 1.3 投诉须在期限内办结，不处罚", "sample 5, 1.3: a complaint is closed within the days; no penalty"),
}  # fmt: skip
