"""What is wrong with an expense, in words for the engineer."""

TEXTS = {
    "no_invoice": ("没有发票号，请补发票", "there is no invoice number; please hand in the invoice"),
    "duplicate_invoice": ("发票 {invoice} 已在 {earlier} 报过，请核对", "invoice {invoice} already stands on {earlier}; please check"),
    "place_mismatch": ("{wrong} 与行程不符（可为 {allowed}），请说明或换票", "{wrong} does not match the journey ({allowed}); please explain or hand in the right ticket"),
    "outside_trip": ("{date} 不在出差期间（{departed} 至 {returned}），请核对日期", "{date} is outside the trip ({departed} to {returned}); please check the date"),
    "cancelled_trip": ("{date} 不在出差期间（派工已取消，没有出发），请说明", "{date} is outside the trip (it was cancelled, and nobody departed); please explain"),
    "over_limit": ("超过标准 {limit} 元（{key}），超出部分须说明", "over the limit of {limit} CNY ({key}); please explain the excess"),
}  # fmt: skip
