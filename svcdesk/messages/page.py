"""What the writers of a report add to it: a workbook's and a page's own words."""

TEXTS = {
    "capitals": ("合计大写：人民币{amount}", "Total in Chinese capitals: CNY {amount}"),
    "line": ("{heading}：{text}", "{heading}: {text}"),
    "notes": ("说明", "Notes"), "attention": ("请注意", "Needs attention"),
    "signed_by": ("签字", "Signature"), "signed_on": ("日期", "Date"), "day": ("　　　　年　　月　　日", "Date:"),
    "annex": ("附表", "Annex"), "sheet_monthly": ("统计表", "statistics"), "sheet_projects": ("项目表", "projects"), "sheet_staff": ("人员情况", "staff"), "sheet_annex": ("附表", "annex"), "sheet_charts": ("图表", "charts"),
    "charts": ("图表", "Charts"), "category": ("项目", "Item"), "value": ("数值", "Value"), "unit": ("单位：{unit}", "Unit: {unit}"),
    "page_of": ("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
    "rows": ("{title}（{n} 行）", "{title} ({n} rows)"), "behind": ("明细", "The rows behind the figures"), "figures": ("图中数值", "The chart's values"),
    "range": ("{name}：{least} 至 {most}", "{name}: {least} to {most}"),
    "no_data": ("没有数据", "No data"), "sign": ("签字", "Signatures"),
}  # fmt: skip
