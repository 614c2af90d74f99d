"""What is said beside a receipt: nothing is refused, but somebody should know."""

TEXTS = {
    "unfinished": ("{month} 月还有 {n} 件事未了，数可能会变：svcdesk report monthly --month {month} --check", "{n} things of {month} are unfinished and may change its figures: svcdesk report monthly --month {month} --check"),
    "drift": ("{month} 月报出之后有 {n} 个数变了；对照：svcdesk report monthly --month {month}", "{n} figures of {month} have changed since it was handed in; compare: svcdesk report monthly --month {month}"),
    "calendar_unknown": ("{year} 年的节假日安排尚未公布，工作时间时钟算不出时限", "the working days of {year} are not published yet, so the working clock knows no due time"),
    "entries_lost": ("#{first} 至 #{last} 共 {n} 条不在恢复的账本里", "entries #{first} to #{last} ({n}) are not in the restored ledger"),
    "copies_hold": ("这 {n} 份副本里还有：{paths} → 用 svcdesk ledger backup 另作备份，再删除它们", "{n} copies still hold it: {paths} → make a new one with svcdesk ledger backup, then delete them"),
    "no_copy": ("今天的自动备份没有做成：{reason} → {hint}", "today's copy of the ledger was not made: {reason} → {hint}"),
    "copy_failed": ("{at} 的自动备份没有做成，现在再试 → 用 svcdesk ledger backup 文件 看原因", "the copy of the ledger of {at} failed and is tried again now → svcdesk ledger backup FILE tells why"),
    "appointed_out_of_order": ("{id}：{later} 还有更晚的约定，仍以后约的 {counts} 为准", "{id}: a later appointment was made at {later}; that one counts: {counts}"),
    "repeat": ("{id} 可能是 {earlier}（{closed} 关闭）的重复维修，同为 {same}；若是，请 undo 后加 --repeat-of {earlier}", "{id} may repeat {earlier} (closed {closed}), the same {same}; if so, undo and open it with --repeat-of {earlier}"),
    "passed_over": ("其后的 {what}不受影响：抹去的不能恢复", "the later {what} stands: what it erased does not come back"),
    "problem": ("{id}:{message}", "{id}: {message}"),
    "facts_changed": ("{id} 的事实在记录之后有变，请先看证据", "the facts behind {id} changed since it was recorded; look at the evidence"),
    "wage_unknown": ("{code} 没有登记月工资，本月待扣罚款 {total} 元，请人事核对", "no wage is recorded for {code}; fines of {total} CNY fall on this month: let HR check"),
    "wage_share": ("{code} 本月从工资扣的罚款 {total} 元，超过月工资的 {share}%（至多 {most} 元）", "fines of {total} CNY through payroll this month exceed {share} % of the wage of {code} (at most {most})"),
    "wage_minimum": ("{code} 扣罚款 {total} 元后余 {left} 元，低于最低工资 {least} 元", "after fines of {total} CNY {code} is left with {left}, less than the minimum wage of {least}"),
    "unknown": ("账本里有更新版本写下的内容，按原样显示：{ids} → 升级 svcdesk 后可完整显示", "the ledger holds what a newer svcdesk wrote, shown as it stands: {ids} → upgrade svcdesk to see all of it"),
    "no_reference": ("这些行没有编号也没有外部编号，再导入一次会重复", "these rows carry neither id nor reference: importing them again would add them again"),
}  # fmt: skip
