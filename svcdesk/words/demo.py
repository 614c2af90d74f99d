"""What the demo says once its ledger is made."""

TEXTS = {
    "made": ("以上是示例账本 {path}：{n} 条命令，{seconds} 秒。接着可以试：", "This was the sample ledger {path}: {n} commands in {seconds} s. Try next:"),
    "status": ("{svcdesk} status                        # 看板：最急的在前", "{svcdesk} status                        # the board, worst first"),
    "find": ("{svcdesk} ticket list --overdue         # 超时未答复的", "{svcdesk} ticket list --overdue         # not answered in time"),
    "show": ("{svcdesk} ticket show T1                # 一张工单，含时钟的算法", "{svcdesk} ticket show T1                # one ticket, with its clocks"),
    "late": ("{svcdesk} penalty check --month {month}   # 制度逐条查，附证据", "{svcdesk} penalty check --month {month}   # what the clauses find, with evidence"),
    "expenses": ("{svcdesk} expense check                 # 有问题的费用", "{svcdesk} expense check                 # expenses with problems"),
    "penalties": ("{svcdesk} penalty list                  # 已记的处理", "{svcdesk} penalty list                  # recorded penalties"),
    "appeal": ("{svcdesk} penalty notice P1             # 处理告知书", "{svcdesk} penalty notice P1             # the notice to the person concerned"),
    "verify": ("{svcdesk} ledger verify                 # 验账", "{svcdesk} ledger verify                 # check chain, replay and invariants"),
    "zh": ("{svcdesk} --lang en report monthly      # 英文月报", "{svcdesk} --lang zh report monthly      # the summary in Chinese"),
}  # fmt: skip
