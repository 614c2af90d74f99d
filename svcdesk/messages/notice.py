"""The notice to the person concerned."""

TEXTS = {
    "title": ("处理告知书 {id}", "Notice of proposed measure {id}"),
    "facts": ("一、事实", "1. What happened"),
    "fact": ("{name}({code}),{at},{clause}。", "{name} ({code}), {at}: {clause}."),
    "evidence": ("二、证据", "2. Evidence"),
    "clause": ("三、依据条款", "3. Clause"),
    "sanction": ("四、拟作处理", "4. Proposed measure"),
    "proposed": ("拟处理：{sanction}。在有人确认之前不生效。", "Proposed: {sanction}. It has no effect until somebody confirms it."),
    "amount": ("{kind} {amount} 元", "{kind} of {amount} CNY"),
    "statement": ("五、陈述与申诉", "5. How to state your case"),
    "how": ("如对事实或处理有异议，可在收到之日起向本中心主任书面或当面陈述，并附证明；中心须记录、核对并答复。此件编号 {id}。", "If you dispute the facts or the measure, state your case to the director, in writing or in person, with what proves it; the centre records it, checks it and replies. This notice is {id}."),
    "caution": ("六、提示", "6. Caution"),
    "law": ("有的地区不承认用人单位的罚款权；执行前须由人事或法务核对。从工资中扣除的，每月不得超过当月工资的 20%，且余额不得低于当地最低工资。", "In some places an employer's fines have no legal basis: HR or counsel checks before it is carried out. What is withheld from wages may not exceed 20 % of the month's wage nor leave less than the local minimum wage."),
    "footer": ("{centre} {date} · 账本 {entry}", "{centre} {date} · ledger {entry}"),
}  # fmt: skip
