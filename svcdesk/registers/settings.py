"""What the desk is run by: the policy; and what it handed in."""

from svcdesk.columns import NOW, Column
from svcdesk.registers.declaring import Register

POLICY = Register(
    "policy", "policy", "live_policy r", "r.set_at",
    (
        Column("key", 'r."key"', brief=True, need=True),
        Column("value", "r.value", brief=True, need=True),
        Column("from", "r.from_on", "date", brief=True, need=True),
        Column("reason", "r.reason", brief=True, need=True),
        Column("set_at", "r.set_at", "instant", brief=True, default=NOW),
        Column("by", 'r."by"', brief=True),
    ),
    filters=("key",),
    called="key",
)  # fmt: skip

# What was handed in stays on its list, corrected or not: one that a later took the place of no longer stands.
SUBMISSIONS = Register(
    "submission", "", "submission r", "r.at",
    (
        Column("report", "r.report", "word:report", brief=True),
        Column("month", "r.month", brief=True),
        Column("at", "r.at", "instant", brief=True),
        Column("by", 'r."by"', brief=True),
        Column("to", 'r."to"', "json", brief=True),
        Column("digest", "r.digest", brief=True, quiet=True),
        Column("digest_of", "iif(json_extract(r.figures, '$.file'), 'file', 'figures')", "word:digest_of"),
        Column("entry", "json_extract(r.figures, '$.entry')", "int", brief=True),
        Column("ledger_hash", "json_extract(r.figures, '$.ledger_hash')"),
        Column("corrects", "json_extract(r.figures, '$.corrects')", brief=True),
        Column("standing", "r.undone_at IS NULL", "flag", brief=True),
        Column("figures", "json_extract(r.figures, '$.figures')", "json", quiet=True),
    ),
)  # fmt: skip

ACCEPTED_ENTRIES = Register(
    "accepted_entry", "", "live_accepted_entry r", "r.at",
    (
        Column("entry", "r.entry", "int", brief=True, need=True),
        Column("at", "r.at", "instant", brief=True, default=NOW),
        Column("by", 'r."by"', brief=True),
        Column("reason", "r.reason", brief=True, need=True),
    ),
    called="entry",
)  # fmt: skip

ATTACHMENTS = Register(
    "attachment", "", "live_attachment r", "r.at",
    (
        Column("id", "r.id", "int", brief=True),
        Column("record", "r.record", brief=True),
        Column("kind", "r.kind", "word:attachment_kind", brief=True),
        Column("name", "r.name", brief=True),
        Column("size", "r.size", "int", brief=True),
        Column("sha256", "r.sha256"),
        Column("at", "r.at", "instant", brief=True),
    ),
)  # fmt: skip

CENTRE = Register(
    "centre", "", "live_centre r", "",
    (
        Column("name", "r.name", brief=True),
        Column("timezone", "r.timezone", brief=True),
        Column("home", "r.home", brief=True),
        Column("code", "r.code", brief=True),
        Column("_rehearsal", "r.rehearsal"),
    ),
)  # fmt: skip
