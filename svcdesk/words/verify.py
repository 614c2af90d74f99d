"""What verify finds and says."""

TEXTS = {
    "page": ("文件页面损坏：{detail}", "damaged pages: {detail}"),
    "schema_missing": ("少了 {subject}", "{subject} is missing"),
    "schema_added": ("多了 {subject}", "{subject} was added"),
    "schema_changed": ("{subject} 被改过", "{subject} was changed"),
    "dangling": ("{subject} 指向不存在的 {detail}", "{subject} refers to a {detail} that is not there"),
    "gap": ("日志缺 {subject}", "the journal lacks {subject}"),
    "prev": ("{subject} 与前一条接不上", "{subject} does not follow the entry before it"),
    "hash": ("{subject} 的内容与其哈希不符", "{subject} does not match its hash"),
    "unjournaled": ("{subject} 不是经日志写入的", "{subject} was not written through the journal"),
    "edited": ("{subject} 与日志不符（{detail}）", "{subject} differs from the journal ({detail})"),
    "vanished": ("{subject} 在日志里有，表里没有", "{subject} is in the journal but not in its table"),
    "personal": ("{subject} 的个人信息与其承诺不符", "the personal data of {subject} does not match its commitment"),
    "invariant": ("{subject} 自相矛盾：{detail}", "{subject} contradicts itself: {detail}"),
    "checked": ("已查：页面、结构、引用、日志链、重放、个人信息、业务约束；未查：索引内容（--full）。", "Checked: pages, schema, references, chain, replay, personal data, invariants; not checked: the indexes' content (--full)."),
    "checked_full": ("已查：页面及索引、结构、引用、日志链、重放、个人信息、业务约束。", "Checked: pages and indexes, schema, references, chain, replay, personal data, invariants."),
    "consistent": ("账本前后一致，至 {entry}；没有锚点，截尾或整链重算查不出。", "the ledger agrees with itself up to {entry}; without anchors a cut tail or a re-hashed chain would not show."),
    "broken": ("{n} 处不符。", "{n} faults."),
    "next": ("勿再写入；另存一份，取最近的备份对照", "write no more to it; keep a copy, and compare it with the newest backup"),
}  # fmt: skip
