"""The monthly report."""

TEXTS = {
    "title": ("{centre} {month} 月客服支撑统计表", "{centre}: customer support statistics, {month}"),
    "pending": ("其中待批费用 {amount} 元", "of this still to be approved: {amount} CNY"),
    "excluded": ("合同已含的指导安装调试费用 {amount} 元，不计入合计", "installation included in contracts, left out of the total: {amount} CNY"),
    "service": ("来电来函来访 {contacts}，新工单 {tickets_opened}：按时答复 {answered_in_time}，超时 {answered_late}，未答复 {unanswered}；关闭 {closed}", "contacts {contacts}, new tickets {tickets_opened}: answered in time {answered_in_time}, late {answered_late}, not yet {unanswered}; closed {closed}"),
    "surveys": ("调查表 {n} 份，平均 {mean} 分", "surveys {n}, mean score {mean}"),
    "penalties": ("处理：罚款 {fine_count} 项共 {fines} 元，记过 {demerit}，记大过 {major_demerit}，辞退 {dismissal}", "penalties: {fine_count} fines, {fines} CNY; demerits {demerit}, major demerits {major_demerit}, dismissals {dismissal}"),
    "due": ("统计表须于 {statistics} 前报企管室，项目表须于 {projects} 前报技术中心、营销中心和高层", "due: statistics by {statistics} at the enterprise management office; projects report by {projects} at the technical centre, the marketing centre and senior management"),
    "entry": ("账本 #{seq} {hash}", "ledger #{seq} {hash}"),
}  # fmt: skip
