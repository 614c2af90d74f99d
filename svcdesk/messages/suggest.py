"""The comments in a suggested rules file."""

TEXTS = {
    "head": ("按 {file} 的标题和前面的行拟的规则，请核对；试运行：", "rules drafted from the headings and first rows of {file}: check them, then try"),
    "ours": ("{file} 是 svcdesk 自己导出的，不需要规则：", "{file} is svcdesk's own export and needs no rules:"),
    "or": ("也可能是这一列", "this column may be meant instead"),
    "unused": ("未用的列：{names}", "columns not used: {names}"),
    "follows": ("由其他各列得出，不必导入", "follows from the other columns"),
    "not_known": ("账本里没有这些值；登记后再用", "the ledger does not know these yet; register them first"),
    "zone": ("这份登记所用的时区；若是别处的，请改", "the zone in which these times were written: change it if they come from elsewhere"),
    "ambiguous": ("日和月分不清，请留下对的一行：", "day and month could change places: keep the line that is right"),
    "no_format": ("各列时间的格式不一，或认不出；规则只能写一种：", "the times have no one form that is known here; a rules file takes one:"),
    "seen": ("{n} 次", "{n} times"),
    "words": ("请填：{words}", "fill in one of: {words}"),
    "one_of": ("必填，取其一：{words}", "needed, one of: {words}"),
    "needed": ("必填：在此写定值，或在 [columns] 写明标题", "needed: a value for all rows here, or a heading in [columns]"),
    "gaps": ("前 {rows} 行里有 {n} 行为空", "{n} of the first {rows} rows are empty"),
    "made": ("账本里没有的会新建", "whoever the ledger does not know is made"),
    "last_row": ("同一编号有几行，以最后一行为准", "a reference stands on several rows; the last one counts"),
    "round": ("金额多于两位小数，四舍五入", "amounts have more than two decimals"),
}  # fmt: skip
