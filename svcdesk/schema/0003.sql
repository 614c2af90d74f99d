-- Version 3: facts that were overwritten are kept (replies, reopenings, cancelled assignments, former names), complaints name
-- several persons, expenses have refunds and shared invoices, and one view a table shows the rows that stand.

-- An answer is the first in time of the replies and arrivals, so the first reply is kept beside what is worked out (3.4).
ALTER TABLE ticket ADD COLUMN replied_at TEXT CHECK (replied_at IS strftime('%Y-%m-%dT%H:%M:%SZ', replied_at, '+0 days'));
ALTER TABLE ticket ADD COLUMN replied_by TEXT;

-- A ticket asked again: a further answer clock runs from here. replied_at is the first reply after it,
-- answered_at what is worked out from it and from the arrivals since.
CREATE TABLE reopening (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  channel TEXT CHECK (channel IN ('call', 'letter', 'visit', 'email', 'message')),
  reason TEXT NOT NULL CHECK (reason <> ''),
  by TEXT,
  replied_at TEXT CHECK (replied_at IS strftime('%Y-%m-%dT%H:%M:%SZ', replied_at, '+0 days')),
  replied_by TEXT,
  answered_at TEXT CHECK (answered_at IS strftime('%Y-%m-%dT%H:%M:%SZ', answered_at, '+0 days')),
  answered_by TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK (replied_at >= at),
  CHECK (answered_at >= at)
) STRICT;
CREATE INDEX reopening_by_ticket ON reopening (ticket_id);
CREATE INDEX reopening_by_at ON reopening (at) WHERE undone_at IS NULL;

-- First asked, first responsible: a ticket stays with who took it until the next one accepts it.
CREATE TABLE hand_over (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  from_id INTEGER REFERENCES staff (id),
  to_id INTEGER NOT NULL REFERENCES staff (id),
  note TEXT NOT NULL CHECK (note <> ''),
  by TEXT,
  accepted_at TEXT CHECK (accepted_at IS strftime('%Y-%m-%dT%H:%M:%SZ', accepted_at, '+0 days')),
  declined_at TEXT CHECK (declined_at IS strftime('%Y-%m-%dT%H:%M:%SZ', declined_at, '+0 days')),
  reason TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK (accepted_at IS NULL OR declined_at IS NULL)
) STRICT;
CREATE INDEX hand_over_by_ticket ON hand_over (ticket_id);
CREATE INDEX hand_over_pending ON hand_over (at) WHERE accepted_at IS NULL AND declined_at IS NULL;

-- The due time that was typed with the dispatch; due_at is worked out from it and from the customer's appointments.
ALTER TABLE dispatch ADD COLUMN own_due_at TEXT CHECK (own_due_at IS strftime('%Y-%m-%dT%H:%M:%SZ', own_due_at, '+0 days'));
-- One engineer of a crew who did not go after all.
ALTER TABLE crew ADD COLUMN cancelled_at TEXT CHECK (cancelled_at IS strftime('%Y-%m-%dT%H:%M:%SZ', cancelled_at, '+0 days'));
ALTER TABLE crew ADD COLUMN cancel_reason TEXT;

-- Whom a complaint is about, and against whom it was decided. Complaints of earlier versions name one, in about_id.
CREATE TABLE complaint_person (
  id INTEGER PRIMARY KEY,
  complaint_id INTEGER NOT NULL REFERENCES complaint (id),
  staff_id INTEGER NOT NULL REFERENCES staff (id),
  against INTEGER NOT NULL DEFAULT 1 CHECK (against IN (0, 1)),
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE UNIQUE INDEX complaint_person_once ON complaint_person (complaint_id, staff_id) WHERE undone_at IS NULL;
CREATE INDEX complaint_person_by_staff ON complaint_person (staff_id);
ALTER TABLE complaint ADD COLUMN entitled INTEGER CHECK (entitled IN (0, 1));

-- Names that a customer had before, or that a merged one had: they keep leading here.
ALTER TABLE customer ADD COLUMN merged_into INTEGER REFERENCES customer (id);
CREATE TABLE former_name (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  name TEXT NOT NULL CHECK (name <> ''),
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE INDEX former_name_by_name ON former_name (name) WHERE undone_at IS NULL;
CREATE INDEX former_name_by_customer ON former_name (customer_id);

-- A wage, a post or a home city that holds from a date on; before the first, what stands in staff.
CREATE TABLE staff_value (
  id INTEGER PRIMARY KEY,
  staff_id INTEGER NOT NULL REFERENCES staff (id),
  field TEXT NOT NULL CHECK (field IN ('wage', 'role', 'home')),
  value TEXT NOT NULL CHECK (value <> ''),
  from_on TEXT NOT NULL CHECK (from_on IS date(from_on, '+0 days')),
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE INDEX staff_value_by_staff ON staff_value (staff_id, field, from_on);

-- What a contract excludes from the total, where it asks for other categories than the policy.
ALTER TABLE contract ADD COLUMN excludes TEXT;

-- Whether who decided was entitled to (policy roles.check).
ALTER TABLE penalty ADD COLUMN entitled INTEGER CHECK (entitled IN (0, 1));
ALTER TABLE policy ADD COLUMN entitled INTEGER CHECK (entitled IN (0, 1));

-- A late entry that somebody else accepted (policy late.entry = ask).
CREATE TABLE accepted_entry (
  id INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entry (seq),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  by TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason <> ''),
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE UNIQUE INDEX accepted_entry_once ON accepted_entry (entry) WHERE undone_at IS NULL;

-- Headquarters: the centre's code in the company, and the company's number of a person, who may work for several centres.
ALTER TABLE centre ADD COLUMN code TEXT CHECK (code <> '');
ALTER TABLE staff ADD COLUMN company_no TEXT CHECK (company_no <> '');

-- A refund is an expense with a negative amount, one invoice may be shared, and its number is compared without blanks.
-- A CHECK cannot be altered in place: the table is made anew.
DROP TRIGGER expense_keep_delete;
CREATE TABLE expense_3 (
  id INTEGER PRIMARY KEY,
  engineer_id INTEGER NOT NULL REFERENCES staff (id),
  category TEXT NOT NULL CHECK (category IN ('fare', 'lodging', 'allowance', 'local', 'material', 'freight', 'other')),
  amount_fen INTEGER NOT NULL CHECK (amount_fen BETWEEN -99999999999 AND 99999999999),
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
  shared_with INTEGER REFERENCES expense_3 (id),
  refund_of INTEGER REFERENCES expense_3 (id),
  entitled INTEGER CHECK (entitled IN (0, 1)),
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK (amount_fen >= 0 OR refund_of IS NOT NULL)
) STRICT;
INSERT INTO expense_3 (id, engineer_id, category, amount_fen, spent_on, dispatch_id, ticket_id, from_city, to_city, place, invoice,
  status, line, excluded, decided_at, decided_by, override, reason, sanction, refer_legal, evidence,
  falsified_at, falsified_by, reimbursed_at, note, reference, reference_digest, undone_at)
SELECT id, engineer_id, category, amount_fen, spent_on, dispatch_id, ticket_id, from_city, to_city, place, invoice,
  status, line, excluded, decided_at, decided_by, override, reason, sanction, refer_legal, evidence,
  falsified_at, falsified_by, reimbursed_at, note, reference, reference_digest, undone_at FROM expense;
DROP TABLE expense;
ALTER TABLE expense_3 RENAME TO expense;
CREATE INDEX expense_by_date ON expense (spent_on, line, excluded, status, amount_fen) WHERE undone_at IS NULL;
CREATE INDEX expense_by_dispatch ON expense (dispatch_id);
CREATE INDEX expense_by_ticket ON expense (ticket_id);
CREATE INDEX expense_by_engineer ON expense (engineer_id, spent_on);
CREATE INDEX expense_by_invoice ON expense (replace(invoice, ' ', '') COLLATE NOCASE);
CREATE INDEX expense_by_refund ON expense (refund_of) WHERE refund_of IS NOT NULL;
CREATE INDEX expense_by_share ON expense (shared_with) WHERE shared_with IS NOT NULL;
CREATE INDEX expense_by_status ON expense (status, spent_on);
CREATE INDEX expense_by_falsified ON expense (falsified_at);
CREATE UNIQUE INDEX expense_reference_once ON expense (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;
CREATE TRIGGER expense_keep_delete BEFORE DELETE ON expense BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;

CREATE TRIGGER reopening_keep_delete BEFORE DELETE ON reopening BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER hand_over_keep_delete BEFORE DELETE ON hand_over BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER complaint_person_keep_delete BEFORE DELETE ON complaint_person BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER former_name_keep_delete BEFORE DELETE ON former_name BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER staff_value_keep_delete BEFORE DELETE ON staff_value BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE TRIGGER accepted_entry_keep_delete BEFORE DELETE ON accepted_entry BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;

-- The index of words behind search: derived from the texts, outside the journal, kept by the store (svcdesk/finder/index.py).
-- It holds terms alone, no text; a row's document is its number times eight and its table's place.
CREATE VIRTUAL TABLE search_word USING fts5 (words, content='', detail=none, columnsize=0, tokenize='ascii');
-- How a customer's name is spelt in pinyin, in full and by its initials; derived and kept as the index of words is.
CREATE TABLE spelling (
  customer_id INTEGER PRIMARY KEY REFERENCES customer (id),
  name TEXT NOT NULL,
  pinyin TEXT NOT NULL,
  initials TEXT NOT NULL
) STRICT;
CREATE INDEX ticket_by_serial ON ticket (serial) WHERE serial IS NOT NULL;

-- A file kept beside the ledger under its hash (svcdesk/maintenance/attachments.py), with the id of its record.
CREATE TABLE attachment (
  id INTEGER PRIMARY KEY,
  record TEXT NOT NULL CHECK (record GLOB '[A-Z]*[0-9]'),
  kind TEXT NOT NULL CHECK (kind IN ('scan', 'photo', 'invoice', 'recording', 'other')),
  name TEXT NOT NULL CHECK (name <> ''),
  size INTEGER NOT NULL CHECK (size >= 0),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  by TEXT,
  erased_at TEXT CHECK (erased_at IS strftime('%Y-%m-%dT%H:%M:%SZ', erased_at, '+0 days')),
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE INDEX attachment_by_record ON attachment (record);
CREATE TRIGGER attachment_keep_delete BEFORE DELETE ON attachment BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;

-- What the system itself says of an entry beside what its actor claims, and by which formula it is hashed (svcdesk/journal.py):
-- an entry of an earlier version has none of it and is hashed without. wall is the wall clock, at may be a rehearsal's.
ALTER TABLE entry ADD COLUMN formula INTEGER CHECK (formula = 2);
ALTER TABLE entry ADD COLUMN wall TEXT CHECK (wall IS strftime('%Y-%m-%dT%H:%M:%SZ', wall, '+0 days'));
ALTER TABLE entry ADD COLUMN rehearsal INTEGER CHECK (rehearsal IN (0, 1));
ALTER TABLE entry ADD COLUMN uid INTEGER;
ALTER TABLE entry ADD COLUMN host TEXT;
-- Whether times may be made up in this ledger (SVCDESK_NOW): chosen when it is made.
ALTER TABLE centre ADD COLUMN rehearsal INTEGER CHECK (rehearsal IN (0, 1));

-- What stands: reading SQL asks these; only the store, verify, the journal, redaction and migrations see what was taken back.
CREATE VIEW live_accepted_entry AS SELECT * FROM accepted_entry WHERE undone_at IS NULL;
CREATE VIEW live_appointment AS SELECT * FROM appointment WHERE undone_at IS NULL;
CREATE VIEW live_attachment AS SELECT * FROM attachment WHERE undone_at IS NULL;
CREATE VIEW live_centre AS SELECT * FROM centre WHERE undone_at IS NULL;
CREATE VIEW live_complaint AS SELECT * FROM complaint WHERE undone_at IS NULL;
CREATE VIEW live_complaint_person AS
SELECT id, complaint_id, staff_id, against FROM complaint_person WHERE undone_at IS NULL
UNION ALL
SELECT NULL, id, about_id, 1 FROM complaint WHERE about_id IS NOT NULL AND undone_at IS NULL;
CREATE VIEW live_conduct AS SELECT * FROM conduct WHERE undone_at IS NULL;
CREATE VIEW live_contact AS SELECT * FROM contact WHERE undone_at IS NULL;
CREATE VIEW live_contract AS SELECT * FROM contract WHERE undone_at IS NULL;
CREATE VIEW live_crew AS SELECT * FROM crew WHERE undone_at IS NULL AND cancelled_at IS NULL;
CREATE VIEW live_customer AS SELECT * FROM customer WHERE undone_at IS NULL AND merged_into IS NULL;
CREATE VIEW live_dispatch AS SELECT * FROM dispatch WHERE undone_at IS NULL;
CREATE VIEW live_escalation AS SELECT * FROM escalation WHERE undone_at IS NULL;
CREATE VIEW live_expense AS SELECT * FROM expense WHERE undone_at IS NULL;
CREATE VIEW live_former_name AS SELECT * FROM former_name WHERE undone_at IS NULL;
CREATE VIEW live_hand_over AS SELECT * FROM hand_over WHERE undone_at IS NULL;
CREATE VIEW live_hold AS SELECT * FROM hold WHERE undone_at IS NULL;
CREATE VIEW live_penalty AS SELECT * FROM penalty WHERE undone_at IS NULL;
CREATE VIEW live_phone_check AS SELECT * FROM phone_check WHERE undone_at IS NULL;
CREATE VIEW live_policy AS SELECT * FROM policy WHERE undone_at IS NULL;
CREATE VIEW live_reopening AS SELECT * FROM reopening WHERE undone_at IS NULL;
CREATE VIEW live_service_report AS SELECT * FROM service_report WHERE undone_at IS NULL;
CREATE VIEW live_staff AS SELECT * FROM staff WHERE undone_at IS NULL;
CREATE VIEW live_staff_value AS SELECT * FROM staff_value WHERE undone_at IS NULL;
CREATE VIEW live_submission AS SELECT * FROM submission WHERE undone_at IS NULL;
CREATE VIEW live_survey AS SELECT * FROM survey WHERE undone_at IS NULL;
CREATE VIEW live_ticket AS SELECT * FROM ticket WHERE undone_at IS NULL;
