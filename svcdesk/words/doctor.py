"""What stands around the ledger that could harm it, and how to mend it."""

TEXTS = {
    "readable": ("别人能读 {path}（{mode}） → chmod 600 {path}", "others can read {path} ({mode}) → chmod 600 {path}"),
    "not_writable": ("你不能写 {path} → 检查它的权限和属主", "you cannot write {path} → check its permissions and owner"),
    "folder_open": ("别人能在 {path} 里换掉账本（{mode}） → chmod go-w {path}", "others can replace the ledger in {path} ({mode}) → chmod go-w {path}"),
    "folder_not_writable": ("文件夹 {path} 不能写，只能看不能记 → 检查它的权限", "the folder {path} cannot be written: reading works, recording does not → check its permissions"),
    "network": ("{path} 在网络盘上（{kind}），加锁靠不住 → 移到本机磁盘", "{path} lies on a network file system ({kind}), whose locks cannot be relied on → move it to a local disk"),
    "journal_left": ("有 {path}：正在写，或上次写到一半断了 → svcdesk status 会自动回滚；切勿单独删除或移走它", "{path} is there: somebody is writing, or a write was cut short → svcdesk status rolls it back; never delete or move it by itself"),
    "wal_left": ("有 {path}：别的程序改过写入方式 → 勿删；先 svcdesk ledger backup 备份", "{path} is there: another program changed how the file is written → do not delete it; svcdesk ledger backup first"),
    "wal": ("{path} 是 WAL 方式（SQLite {version}） → sqlite3 {path} 'PRAGMA journal_mode = DELETE'", "{path} is in WAL mode (SQLite {version}) → sqlite3 {path} 'PRAGMA journal_mode = DELETE'"),
    "wal_race": ("{path} 是 WAL 方式，而 SQLite {version} 在此方式下会丢失提交 → sqlite3 {path} 'PRAGMA journal_mode = DELETE'", "{path} is in WAL mode, in which SQLite {version} can lose a commit → sqlite3 {path} 'PRAGMA journal_mode = DELETE'"),
    "room": ("磁盘只剩 {free} MB（账本 {size} MB） → 腾出空间", "only {free} MB are free (the ledger has {size} MB) → make room"),
    "sqlite_old": ("SQLite {version} 太旧 → 换用较新的 Python", "SQLite {version} is too old → use a newer Python"),
    "anchor_behind": ("最新的锚点是 #{seq}，其后又有 {n} 条 → svcdesk ledger anchor --to 锚点文件", "the newest anchor is #{seq}; {n} entries are newer → svcdesk ledger anchor --to ANCHORS"),
    "found": ("{path}：{n} 处要看", "{path}: {n} to look at"),
    "well": ("{path}：周围一切正常；内容用 svcdesk ledger verify 查", "{path}: nothing around it is amiss; what it holds is checked by svcdesk ledger verify"),
}  # fmt: skip
