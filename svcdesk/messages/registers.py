"""The texts of flat registers, each register's together: what its noun and verbs are for, its receipt, its headings and words."""

from svcdesk.messages import conduct

TEXTS = {
    "help.phone-check": ("通话检查（4.7）", "phone checks (4.7)"),
    "help.phone-check.log": ("记一次检查", "log a check"),
    "help.phone-check.list": ("列出检查", "list the checks"),
    "help.phone-check.show": ("看一次检查", "show one check"),
    "receipts.phone_checked": ("{id} 已记 {engineer} 通话检查：{result_word}", "logged {id}: {engineer} {result_word}"),
    "values.fact.phone_check": ("通话检查", "phone check"),
    "help.conduct": ("行为记录（4.8、S4 7.2）", "conduct (4.8, S4 7.2)"),
    "help.conduct.record": (
        "记一次行为；只有不服从指挥有定额罚款，其余由人提出处理",
        "record conduct; only disobedience has a fine of its own, for the rest somebody proposes a measure",
    ),
    "help.conduct.record.epilog": conduct.listed(),
    "help.conduct.list": ("列出记录", "list the records"),
    "help.conduct.show": ("看一条行为记录", "show one record of conduct"),
    "receipts.conduct_recorded": ("{id} 已记 {engineer} 的行为", "recorded {id} about {engineer}"),
    "values.record.conduct": ("行为记录", "conduct"),
    "values.fact.conduct": ("行为记录", "conduct"),
}
