"""Short words of the frame: yes and no, headings of help and lists, lines of a record's explanation."""

TEXTS = {
    "yes": ("是", "yes"), "no": ("否", "no"), "none": ("无", "none"), "not_yet": ("未定", "not yet"),
    "field": ("项目", "field"), "value": ("内容", "value"), "warning": ("注意", "warning"), "always": ("首日", "the first day"),
    "usage": ("用法", "Usage"), "commands": ("命令", "Commands"), "options": ("选项", "Options"),
    "arguments": ("参数", "Arguments"), "required": ("必填", "required"),
    "more_rows": ("另有 {n} 行未画(上限 {cap} 行);用 --limit、--month,或 -f csv 取全部", "{n} more rows are not drawn (cap {cap}); use --limit or --month, or -f csv for all"),
    "policy": ("{key} = {value}(自 {since})", "{key} = {value} (from {since})"), "policy_always": ("{key} = {value}", "{key} = {value}"),
    "evidence_joint": (",", ", "),
    "appointments_entered_late": ("有 {n} 次改约是原约过后才录入的", "{n} appointment(s) were entered after the old time had passed"),
    "answer_clock": ("答复时钟", "answer clock"),
    "clock": ("{received} 受理 + {hours} 小时({reading},自 {since})= {due};{verdict}", "received {received} + {hours} h ({reading}, from {since}) = {due}; {verdict}"),
    "clock_unknown": ("{received} 受理,{hours} 工作小时;{year} 年节假日未公布,时限未知", "received {received}, {hours} working hours; the calendar of {year} is not published, so the due time is unknown"),
    "verdict_in_time": ("按时", "in time"), "verdict_late": ("超时", "late"), "verdict_open": ("未到时限", "still open"),
    "appointment": ("约定", "appointment"),
    "appointment_moved": ("{at} {asked_by}约定 {wanted}", "{at}: {asked_by} asked for {wanted}"),
    "appointment_kept": ("{at} {asked_by}提出 {wanted}(不改变应到时间)", "{at}: {asked_by} named {wanted} (does not move the target)"),
    "crew_line": ("应到 {due},出发 {departed},到场 {arrived},来电 {callback},离场 {left},返回 {returned};{days} 天,迟 {late} 分钟 {cause}", "due {due}, departed {departed}, arrived {arrived}, called HQ {callback}, left {left}, returned {returned}; {days} days, {late} min late {cause}"),
    "round": ("第 {n} 轮", "round {n}"),
    "undo_question": ("要收回 {what} 吗?", "Take back {what}?"),
    "entry": ("#{seq} {at} {actor} {command}({rows} 行)", "#{seq} {at} {actor} {command} ({rows} rows)"),
    "clause_text": ("条款内容", "what it says"), "history": ("经过", "history"), "attention": ("注意", "attention"),
}  # fmt: skip
