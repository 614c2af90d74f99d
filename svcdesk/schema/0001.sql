-- Version 1 of the ledger. Applied inside one transaction by store.create.
-- Tables are named after the record in the singular; the integer primary key is the id's number; *_fen is money in integer
-- fen, *_at an instant in UTC, *_on a date in centre time. A real date is checked with date(d, '+0 days'): date(d) alone
-- passes 2026-02-30. Nothing is ever deleted: what undo takes back keeps its row with undone_at set.

-- The journal: one entry a command, one change a row written, chained by hash.
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  actor TEXT NOT NULL,
  command TEXT NOT NULL,
  note TEXT,
  request_id TEXT,
  undoes INTEGER REFERENCES entry (seq),
  prev TEXT NOT NULL,
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
CREATE UNIQUE INDEX entry_request_once ON entry (request_id) WHERE request_id IS NOT NULL;
CREATE UNIQUE INDEX entry_undone_once ON entry (undoes) WHERE undoes IS NOT NULL;

CREATE TABLE change (
  entry INTEGER NOT NULL REFERENCES entry (seq),
  n INTEGER NOT NULL,
  "table" TEXT NOT NULL,
  row INTEGER NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (entry, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_by_row ON change ("table", row, entry);

-- Outside the journal's images, so that it can be erased: records carry a salted SHA-256 of it (personal_hash).
CREATE TABLE personal (
  id INTEGER PRIMARY KEY,
  name TEXT,
  phone TEXT,
  address TEXT,
  salt BLOB
) STRICT;

-- What was typed with a request id, salted; erased with the personal data it may hold.
CREATE TABLE request (
  entry INTEGER PRIMARY KEY REFERENCES entry (seq),
  salt BLOB,
  digest TEXT NOT NULL
) STRICT;

CREATE TABLE centre (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL CHECK (name <> ''),
  timezone TEXT NOT NULL CHECK (timezone <> ''),
  home TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;

CREATE TABLE staff (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL CHECK (code <> ''),
  name TEXT NOT NULL CHECK (name <> ''),
  department TEXT,
  role TEXT NOT NULL CHECK (role IN ('engineer', 'agent', 'coordinator', 'head', 'director')),
  home TEXT,
  wage_fen INTEGER CHECK (wage_fen >= 0),
  retired_at TEXT CHECK (retired_at IS strftime('%Y-%m-%dT%H:%M:%SZ', retired_at, '+0 days')),
  personal_id INTEGER REFERENCES personal (id),
  personal_hash TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK ((personal_id IS NULL) = (personal_hash IS NULL))
) STRICT;
CREATE UNIQUE INDEX staff_code_once ON staff (code) WHERE undone_at IS NULL;

CREATE TABLE customer (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL CHECK (name <> ''),
  region TEXT,
  city TEXT,
  key INTEGER NOT NULL DEFAULT 0 CHECK (key IN (0, 1)),
  personal_id INTEGER REFERENCES personal (id),
  personal_hash TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK ((personal_id IS NULL) = (personal_hash IS NULL))
) STRICT;
CREATE UNIQUE INDEX customer_name_once ON customer (name) WHERE undone_at IS NULL;

CREATE TABLE contract (
  id INTEGER PRIMARY KEY,
  no TEXT NOT NULL CHECK (no <> ''),
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  project TEXT,
  includes_installation INTEGER NOT NULL DEFAULT 0 CHECK (includes_installation IN (0, 1)),
  warranty_until TEXT CHECK (warranty_until IS date(warranty_until, '+0 days')),
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE UNIQUE INDEX contract_no_once ON contract (no) WHERE undone_at IS NULL;
CREATE INDEX contract_by_customer ON contract (customer_id);

CREATE TABLE ticket (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  kind TEXT NOT NULL CHECK (kind IN ('repair', 'installation', 'training', 'consultation', 'visit')),
  channel TEXT NOT NULL CHECK (channel IN ('call', 'letter', 'visit', 'email', 'message')),
  summary TEXT NOT NULL CHECK (summary <> ''),
  status TEXT NOT NULL CHECK (status IN ('open', 'answered', 'on_hold', 'closed', 'cancelled')),
  contract_id INTEGER REFERENCES contract (id),
  product TEXT,
  serial TEXT,
  received_at TEXT NOT NULL CHECK (received_at IS strftime('%Y-%m-%dT%H:%M:%SZ', received_at, '+0 days')),
  answered_at TEXT CHECK (answered_at IS strftime('%Y-%m-%dT%H:%M:%SZ', answered_at, '+0 days')),
  answered_by TEXT,
  on_site_by TEXT CHECK (on_site_by IS strftime('%Y-%m-%dT%H:%M:%SZ', on_site_by, '+0 days')),
  closed_at TEXT CHECK (closed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', closed_at, '+0 days')),
  first_closed_at TEXT CHECK (first_closed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', first_closed_at, '+0 days')),
  reopen_count INTEGER NOT NULL DEFAULT 0 CHECK (reopen_count >= 0),
  repeat_of INTEGER REFERENCES ticket (id),
  taken_by INTEGER REFERENCES staff (id),
  resolution TEXT,
  no_survey TEXT,
  cancelled_at TEXT CHECK (cancelled_at IS strftime('%Y-%m-%dT%H:%M:%SZ', cancelled_at, '+0 days')),
  cancel_reason TEXT,
  notes TEXT NOT NULL DEFAULT '[]',
  reference TEXT,
  reference_digest TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK (answered_at >= received_at),
  CHECK (closed_at >= received_at),
  CHECK (first_closed_at <= closed_at OR closed_at IS NULL)
) STRICT;
CREATE INDEX ticket_by_received ON ticket (received_at, answered_at) WHERE undone_at IS NULL;
CREATE INDEX ticket_by_closed ON ticket (closed_at) WHERE undone_at IS NULL;
CREATE INDEX ticket_by_first_closed ON ticket (first_closed_at) WHERE undone_at IS NULL;
CREATE INDEX ticket_by_customer ON ticket (customer_id, closed_at);
CREATE INDEX ticket_by_contract ON ticket (contract_id);
CREATE INDEX ticket_by_repeat ON ticket (repeat_of) WHERE repeat_of IS NOT NULL;
CREATE INDEX ticket_unanswered ON ticket (received_at) WHERE answered_at IS NULL;
CREATE INDEX ticket_by_status ON ticket (status, received_at);
CREATE UNIQUE INDEX ticket_reference_once ON ticket (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;

CREATE TABLE appointment (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  on_site_by TEXT NOT NULL CHECK (on_site_by IS strftime('%Y-%m-%dT%H:%M:%SZ', on_site_by, '+0 days')),
  asked_by TEXT NOT NULL CHECK (asked_by IN ('customer', 'us')),
  moved INTEGER NOT NULL DEFAULT 0 CHECK (moved IN (0, 1)),
  previous TEXT CHECK (previous IS strftime('%Y-%m-%dT%H:%M:%SZ', previous, '+0 days')),
  by TEXT,
  note TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE INDEX appointment_by_ticket ON appointment (ticket_id);

CREATE TABLE escalation (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  "to" TEXT NOT NULL CHECK ("to" <> ''),
  major_quality INTEGER NOT NULL DEFAULT 0 CHECK (major_quality IN (0, 1)),
  by TEXT,
  note TEXT,
  settled_at TEXT CHECK (settled_at IS strftime('%Y-%m-%dT%H:%M:%SZ', settled_at, '+0 days')),
  settled_by TEXT,
  settled_note TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK (settled_at >= at)
) STRICT;
CREATE INDEX escalation_by_ticket ON escalation (ticket_id);
CREATE INDEX escalation_unsettled ON escalation (at) WHERE settled_at IS NULL;

CREATE TABLE hold (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  reason TEXT NOT NULL CHECK (reason <> ''),
  by TEXT,
  resumed_at TEXT CHECK (resumed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', resumed_at, '+0 days')),
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK (resumed_at >= at)
) STRICT;
CREATE INDEX hold_by_ticket ON hold (ticket_id);

CREATE TABLE dispatch (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  kind TEXT NOT NULL CHECK (kind IN ('installation', 'service')),
  place TEXT NOT NULL CHECK (place <> ''),
  transit TEXT NOT NULL DEFAULT '[]',
  sent_at TEXT NOT NULL CHECK (sent_at IS strftime('%Y-%m-%dT%H:%M:%SZ', sent_at, '+0 days')),
  due_at TEXT CHECK (due_at IS strftime('%Y-%m-%dT%H:%M:%SZ', due_at, '+0 days')),
  status TEXT NOT NULL CHECK (status IN ('sent', 'travelling', 'on_site', 'left', 'returned', 'cancelled')),
  cancelled_at TEXT CHECK (cancelled_at IS strftime('%Y-%m-%dT%H:%M:%SZ', cancelled_at, '+0 days')),
  cancel_reason TEXT,
  note TEXT,
  reference TEXT,
  reference_digest TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE INDEX dispatch_by_ticket ON dispatch (ticket_id);
CREATE INDEX dispatch_by_sent ON dispatch (sent_at);
CREATE INDEX dispatch_by_status ON dispatch (status);
CREATE UNIQUE INDEX dispatch_reference_once ON dispatch (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;

CREATE TABLE crew (
  id INTEGER PRIMARY KEY,
  dispatch_id INTEGER NOT NULL REFERENCES dispatch (id),
  engineer_id INTEGER NOT NULL REFERENCES staff (id),
  due_at TEXT CHECK (due_at IS strftime('%Y-%m-%dT%H:%M:%SZ', due_at, '+0 days')),
  departed_at TEXT CHECK (departed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', departed_at, '+0 days')),
  arrived_at TEXT CHECK (arrived_at IS strftime('%Y-%m-%dT%H:%M:%SZ', arrived_at, '+0 days')),
  callback_at TEXT CHECK (callback_at IS strftime('%Y-%m-%dT%H:%M:%SZ', callback_at, '+0 days')),
  left_at TEXT CHECK (left_at IS strftime('%Y-%m-%dT%H:%M:%SZ', left_at, '+0 days')),
  returned_at TEXT CHECK (returned_at IS strftime('%Y-%m-%dT%H:%M:%SZ', returned_at, '+0 days')),
  late_cause TEXT CHECK (late_cause IN ('personal', 'transport', 'weather', 'customer', 'company', 'other')),
  note TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK (arrived_at >= departed_at),
  CHECK (left_at >= arrived_at),
  CHECK (returned_at >= departed_at),
  CHECK (returned_at >= left_at)
) STRICT;
CREATE INDEX crew_by_dispatch ON crew (dispatch_id);
CREATE INDEX crew_by_departed ON crew (departed_at, returned_at, engineer_id, dispatch_id) WHERE undone_at IS NULL;
CREATE INDEX crew_by_returned ON crew (returned_at, departed_at, engineer_id, dispatch_id) WHERE undone_at IS NULL;
CREATE INDEX crew_by_arrived ON crew (arrived_at);
CREATE INDEX crew_by_left ON crew (left_at);
CREATE INDEX crew_by_engineer ON crew (engineer_id, departed_at);
CREATE INDEX crew_not_arrived ON crew (due_at) WHERE arrived_at IS NULL;
CREATE INDEX crew_not_returned ON crew (departed_at) WHERE returned_at IS NULL;

CREATE TABLE service_report (
  id INTEGER PRIMARY KEY,
  dispatch_id INTEGER NOT NULL REFERENCES dispatch (id),
  filed_by INTEGER NOT NULL REFERENCES staff (id),
  filed_at TEXT NOT NULL CHECK (filed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', filed_at, '+0 days')),
  fault_cause TEXT,
  solution TEXT,
  parts TEXT NOT NULL DEFAULT '[]',
  no_parts INTEGER NOT NULL DEFAULT 0 CHECK (no_parts IN (0, 1)),
  customer_opinion TEXT,
  versions TEXT NOT NULL DEFAULT '[]',
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE UNIQUE INDEX service_report_dispatch_once ON service_report (dispatch_id) WHERE undone_at IS NULL;
CREATE INDEX service_report_by_filed ON service_report (filed_at);

CREATE TABLE survey (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  score INTEGER NOT NULL CHECK (score BETWEEN 1 AND 5),
  comment TEXT,
  via TEXT CHECK (via IN ('paper', 'call', 'message')),
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE INDEX survey_by_ticket ON survey (ticket_id);
CREATE INDEX survey_by_at ON survey (at, score) WHERE undone_at IS NULL;

CREATE TABLE complaint (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  channel TEXT NOT NULL CHECK (channel IN ('call', 'letter', 'visit')),
  personal_id INTEGER REFERENCES personal (id),
  personal_hash TEXT,
  about_id INTEGER REFERENCES staff (id),
  ticket_id INTEGER REFERENCES ticket (id),
  summary TEXT NOT NULL CHECK (summary <> ''),
  department TEXT,
  status TEXT NOT NULL CHECK (status IN ('registered', 'assigned', 'investigating', 'decided', 'remedied', 'fed_back', 'closed')),
  round INTEGER NOT NULL DEFAULT 1 CHECK (round >= 1),
  finding TEXT CHECK (finding IN ('upheld', 'partly', 'not_upheld', 'unverifiable')),
  cause TEXT CHECK (cause IN ('quarrel', 'solicitation', 'untimely', 'repeat_repair', 'other')),
  decided_at TEXT CHECK (decided_at IS strftime('%Y-%m-%dT%H:%M:%SZ', decided_at, '+0 days')),
  decided_by TEXT,
  steps TEXT NOT NULL DEFAULT '[]',
  reference TEXT,
  reference_digest TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK ((personal_id IS NULL) = (personal_hash IS NULL))
) STRICT;
CREATE INDEX complaint_by_at ON complaint (at);
CREATE INDEX complaint_by_decided ON complaint (decided_at);
CREATE INDEX complaint_by_ticket ON complaint (ticket_id);
CREATE INDEX complaint_by_about ON complaint (about_id);
CREATE INDEX complaint_by_status ON complaint (status);
CREATE UNIQUE INDEX complaint_reference_once ON complaint (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;

CREATE TABLE contact (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  customer_id INTEGER REFERENCES customer (id),
  channel TEXT NOT NULL CHECK (channel IN ('call', 'letter', 'visit', 'email', 'message')),
  summary TEXT NOT NULL CHECK (summary <> ''),
  personal_id INTEGER REFERENCES personal (id),
  personal_hash TEXT,
  taken_by INTEGER REFERENCES staff (id),
  ticket_id INTEGER REFERENCES ticket (id),
  complaint_id INTEGER REFERENCES complaint (id),
  reference TEXT,
  reference_digest TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK ((personal_id IS NULL) = (personal_hash IS NULL))
) STRICT;
CREATE INDEX contact_by_at ON contact (at) WHERE undone_at IS NULL;
CREATE INDEX contact_by_customer ON contact (customer_id);
CREATE INDEX contact_by_ticket ON contact (ticket_id);
CREATE INDEX contact_by_complaint ON contact (complaint_id);
CREATE UNIQUE INDEX contact_reference_once ON contact (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;

CREATE TABLE phone_check (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  engineer_id INTEGER NOT NULL REFERENCES staff (id),
  result TEXT NOT NULL CHECK (result IN ('answered', 'off', 'refused')),
  excused TEXT,
  by TEXT,
  note TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE INDEX phone_check_by_at ON phone_check (at);
CREATE INDEX phone_check_by_engineer ON phone_check (engineer_id, at);

CREATE TABLE conduct (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  engineer_id INTEGER NOT NULL REFERENCES staff (id),
  rule TEXT NOT NULL CHECK (rule IN ('disobedience', 'quarrel', 'solicitation', 'confidentiality', 'other')),
  note TEXT NOT NULL CHECK (note <> ''),
  ticket_id INTEGER REFERENCES ticket (id),
  dispatch_id INTEGER REFERENCES dispatch (id),
  by TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE INDEX conduct_by_at ON conduct (at);
CREATE INDEX conduct_by_engineer ON conduct (engineer_id, at);
CREATE INDEX conduct_by_ticket ON conduct (ticket_id);
CREATE INDEX conduct_by_dispatch ON conduct (dispatch_id);

CREATE TABLE expense (
  id INTEGER PRIMARY KEY,
  engineer_id INTEGER NOT NULL REFERENCES staff (id),
  category TEXT NOT NULL CHECK (category IN ('fare', 'lodging', 'allowance', 'local', 'material', 'freight', 'other')),
  amount_fen INTEGER NOT NULL CHECK (amount_fen BETWEEN 0 AND 99999999999),
  spent_on TEXT NOT NULL CHECK (spent_on IS date(spent_on, '+0 days')),
  dispatch_id INTEGER REFERENCES dispatch (id),
  ticket_id INTEGER REFERENCES ticket (id),
  from_city TEXT,
  to_city TEXT,
  place TEXT,
  invoice TEXT,
  status TEXT NOT NULL CHECK (status IN ('submitted', 'approved', 'rejected', 'reimbursed', 'falsified')),
  line TEXT NOT NULL CHECK (line IN ('installation', 'dispatch', 'material', 'transport')),
  excluded INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1)),
  decided_at TEXT CHECK (decided_at IS strftime('%Y-%m-%dT%H:%M:%SZ', decided_at, '+0 days')),
  decided_by TEXT,
  override TEXT,
  reason TEXT,
  sanction TEXT CHECK (sanction IN ('demerit', 'major_demerit', 'dismissal')),
  refer_legal INTEGER NOT NULL DEFAULT 0 CHECK (refer_legal IN (0, 1)),
  evidence TEXT,
  falsified_at TEXT CHECK (falsified_at IS strftime('%Y-%m-%dT%H:%M:%SZ', falsified_at, '+0 days')),
  falsified_by TEXT,
  reimbursed_at TEXT CHECK (reimbursed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', reimbursed_at, '+0 days')),
  note TEXT,
  reference TEXT,
  reference_digest TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE INDEX expense_by_date ON expense (spent_on, line, excluded, status, amount_fen) WHERE undone_at IS NULL;
CREATE INDEX expense_by_dispatch ON expense (dispatch_id);
CREATE INDEX expense_by_ticket ON expense (ticket_id);
CREATE INDEX expense_by_engineer ON expense (engineer_id, spent_on);
CREATE INDEX expense_by_invoice ON expense (invoice COLLATE NOCASE);
CREATE INDEX expense_by_status ON expense (status, spent_on);
CREATE INDEX expense_by_falsified ON expense (falsified_at);
CREATE UNIQUE INDEX expense_reference_once ON expense (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;

CREATE TABLE penalty (
  id INTEGER PRIMARY KEY,
  clause TEXT NOT NULL CHECK (clause <> ''),
  subject TEXT NOT NULL CHECK (subject <> ''),
  natural_key TEXT NOT NULL CHECK (natural_key <> ''),
  engineer_id INTEGER NOT NULL REFERENCES staff (id),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  sanction TEXT NOT NULL CHECK (sanction IN ('fine', 'demerit', 'major_demerit', 'dismissal', 'notice', 'none')),
  amount_fen INTEGER CHECK (amount_fen >= 0),
  evidence TEXT NOT NULL,
  facts TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('proposed', 'confirmed', 'waived', 'appealed', 'overturned', 'settled')),
  decided_at TEXT CHECK (decided_at IS strftime('%Y-%m-%dT%H:%M:%SZ', decided_at, '+0 days')),
  decided_by TEXT,
  reason TEXT,
  via TEXT CHECK (via IN ('payroll', 'cash', 'allowance')),
  settled_at TEXT CHECK (settled_at IS strftime('%Y-%m-%dT%H:%M:%SZ', settled_at, '+0 days')),
  history TEXT NOT NULL DEFAULT '[]',
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE UNIQUE INDEX penalty_key_once ON penalty (clause, natural_key, engineer_id) WHERE undone_at IS NULL;
CREATE INDEX penalty_by_at ON penalty (at);
CREATE INDEX penalty_by_engineer ON penalty (engineer_id, at);
CREATE INDEX penalty_by_status ON penalty (status, at);

CREATE TABLE policy (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL CHECK (key <> ''),
  value TEXT NOT NULL CHECK (value <> ''),
  from_on TEXT NOT NULL CHECK (from_on IS date(from_on, '+0 days')),
  reason TEXT NOT NULL CHECK (reason <> ''),
  set_at TEXT NOT NULL CHECK (set_at IS strftime('%Y-%m-%dT%H:%M:%SZ', set_at, '+0 days')),
  by TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE INDEX policy_by_key ON policy ("key", from_on);

CREATE TABLE submission (
  id INTEGER PRIMARY KEY,
  report TEXT NOT NULL CHECK (report IN ('monthly', 'projects')),
  month TEXT NOT NULL CHECK (month <> ''),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  by TEXT,
  "to" TEXT NOT NULL,
  figures TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (digest <> ''),
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE UNIQUE INDEX submission_once ON submission (report, month) WHERE undone_at IS NULL;

-- The journal is only ever appended to, and no record is deleted.
CREATE TRIGGER entry_keep_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_keep_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER change_keep_update BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER change_keep_delete BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_keep_replace BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER change_keep_replace BEFORE INSERT ON change
WHEN EXISTS (SELECT 1 FROM change WHERE entry = NEW.entry AND n = NEW.n)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER centre_keep_delete BEFORE DELETE ON centre BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER staff_keep_delete BEFORE DELETE ON staff BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER customer_keep_delete BEFORE DELETE ON customer BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER contract_keep_delete BEFORE DELETE ON contract BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER ticket_keep_delete BEFORE DELETE ON ticket BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER appointment_keep_delete BEFORE DELETE ON appointment BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER escalation_keep_delete BEFORE DELETE ON escalation BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER hold_keep_delete BEFORE DELETE ON hold BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER dispatch_keep_delete BEFORE DELETE ON dispatch BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER crew_keep_delete BEFORE DELETE ON crew BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER service_report_keep_delete BEFORE DELETE ON service_report BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER survey_keep_delete BEFORE DELETE ON survey BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER complaint_keep_delete BEFORE DELETE ON complaint BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER contact_keep_delete BEFORE DELETE ON contact BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER phone_check_keep_delete BEFORE DELETE ON phone_check BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER conduct_keep_delete BEFORE DELETE ON conduct BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER expense_keep_delete BEFORE DELETE ON expense BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER penalty_keep_delete BEFORE DELETE ON penalty BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER policy_keep_delete BEFORE DELETE ON policy BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER submission_keep_delete BEFORE DELETE ON submission BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
