"""Headquarters: the consolidated report, and headings that mean something of their own there."""

TEXTS = {
    "title": ("{period} 客服支撑汇总表", "Customer support of all centres, {period}"),
    "centres": ("中心", "centres"), "covered": ("{of} 个中心中的 {n} 个", "{n} of {of} centres"), "as_of": ("未返回的出差算到", "open trips count up to"),
    "by_centre": ("各中心", "By centre"), "by_region": ("各区域", "By region"), "by_product": ("各产品", "By product"),
    "not_stated": ("未注明", "not stated"), "missing": ("未报", "missing"), "excluded": ("合同内不计（元）", "excluded (CNY)"),
    "recounted": ("各数由各中心的事实重算，不是各表相加；人、人次、人天为安装调试加客服派人；同一人同一天只计一次", "every figure is recounted from the facts of the centres, not added up; persons, trips and days are installation + dispatch; a person's day counts once"),
    "missing_from": ("没有收到：{names}；合计不含它们", "nothing was received of {names}; the totals are without them"),
    "mark": ("数据湖 {mark}", "lake {mark}"),
    "taken": ("已收 {centre}，至第 {entry} 条，存入 {path}{first}", "took {centre} up to entry {entry} into {path}{first}"), "first_feed": ("（首次）", " (the first of it)"),
    "column_missing": ("未报", "missing"), "column_at": ("最后一条", "newest entry"), "column_hash": ("哈希", "hash"), "column_name": ("名称", "name"),
    "column_code": ("代码", "code"), "column_codes": ("工号", "codes"), "column_rows": ("行数", "rows"),
}  # fmt: skip
