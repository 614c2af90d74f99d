"""What the demo says once its ledger is made."""

TEXTS = {
    "made": ("示例账本 {path} 已造好：{n} 条命令，{seconds} 秒。接着可以试：", "The sample ledger {path} is made: {n} commands in {seconds} s. Try next:"),
    "board": ("看板，最急的在前", "the board, worst first"),
    "clocks": ("一张工单，含两个时限的算法", "one ticket, with the arithmetic of its clocks"),
    "findings": ("制度逐条查，附证据", "what each clause finds, with the evidence"),
    "notice": ("一份处理告知书", "the notice to the person concerned"),
    "expenses": ("有问题的费用", "the expenses with problems"),
    "complaints": ("投诉，各到哪一步", "the complaints and how far each has come"),
    "export": ("导出派工表（CSV）", "the dispatches as CSV"),
    "verify": ("验账：链条、重放、约束", "check the chain, the replay and the invariants"),
    "language": ("英文月报", "the summary in Chinese"), "other": ("en", "zh"),
}  # fmt: skip
