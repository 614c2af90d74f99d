"""What forms on paper say."""

TEXTS = {
    "ticket": ("客户服务受理单", "Service request"), "dispatch": ("派工单", "Dispatch order"),
    "service_report": ("服务报告单", "Service report"), "survey": ("满意度调查表", "Satisfaction survey"),
    "register": ("来电来函登记簿", "Register of calls and letters"), "register_head": ("{centre}　　{month}　　共 {n} 条", "{centre}, {month}, {n} entries"),
    "month": ("{year} 年 {month} 月", "{year}-{month}"), "sign_clerk": ("登记人：", "Kept by:"), "sign_head": ("负责人：", "Head:"), "sign_day": ("日期：", "Date:"),
    "sign_engineer": ("工程师签字：", "Engineer:"), "sign_customer": ("用户签字：", "Customer:"),
    "sign_desk": ("经办人、日期：", "Desk, date:"), "sign_seal": ("盖章：", "Seal:"),
}  # fmt: skip
