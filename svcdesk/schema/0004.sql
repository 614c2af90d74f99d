-- Version 4: what was promised is kept, what is wrong is put right (plans, rectifications, inspections, promises, quality problems,
-- equipment, visits, suggestions); measures without a tariff. A view a table shows the rows that stand, as since version 3.

-- Conduct and penalties: more rules of conduct, and measures that somebody proposes because no article names one (S4 2.2, S4 7.2).
-- A CHECK cannot be altered in place: the tables are made anew.
DROP VIEW live_conduct;
DROP TRIGGER conduct_keep_delete;
CREATE TABLE conduct_4 (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  engineer_id INTEGER NOT NULL REFERENCES staff (id),
  rule TEXT NOT NULL CHECK (rule IN ('disobedience', 'quarrel', 'solicitation', 'confidentiality', 'off_post', 'swapped_post',
    'substituted', 'unrelated_activity', 'evasion', 'conflict', 'discourtesy', 'discrimination', 'dress', 'dangerous_goods',
    'hygiene', 'privacy', 'absence', 'other')),
  note TEXT NOT NULL CHECK (note <> ''),
  ticket_id INTEGER REFERENCES ticket (id),
  dispatch_id INTEGER REFERENCES dispatch (id),
  by TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
INSERT INTO conduct_4 (id, at, engineer_id, rule, note, ticket_id, dispatch_id, by, undone_at)
SELECT id, at, engineer_id, rule, note, ticket_id, dispatch_id, by, undone_at FROM conduct;
DROP TABLE conduct;
ALTER TABLE conduct_4 RENAME TO conduct;
CREATE INDEX conduct_by_at ON conduct (at);
CREATE INDEX conduct_by_engineer ON conduct (engineer_id, at);
CREATE INDEX conduct_by_ticket ON conduct (ticket_id);
CREATE INDEX conduct_by_dispatch ON conduct (dispatch_id);
CREATE TRIGGER conduct_keep_delete BEFORE DELETE ON conduct BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_conduct AS SELECT * FROM conduct WHERE undone_at IS NULL;

DROP VIEW live_penalty;
DROP TRIGGER penalty_keep_delete;
CREATE TABLE penalty_4 (
  id INTEGER PRIMARY KEY,
  clause TEXT NOT NULL CHECK (clause <> ''),
  subject TEXT NOT NULL CHECK (subject <> ''),
  natural_key TEXT NOT NULL CHECK (natural_key <> ''),
  engineer_id INTEGER NOT NULL REFERENCES staff (id),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  sanction TEXT NOT NULL CHECK (sanction IN ('warning', 'fine', 'demerit', 'major_demerit', 'dismissal', 'notice', 'open', 'none')),
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
  entitled INTEGER CHECK (entitled IN (0, 1)),
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
INSERT INTO penalty_4 (id, clause, subject, natural_key, engineer_id, at, sanction, amount_fen, evidence, facts, status,
  decided_at, decided_by, reason, via, settled_at, history, entitled, undone_at)
SELECT id, clause, subject, natural_key, engineer_id, at, sanction, amount_fen, evidence, facts, status,
  decided_at, decided_by, reason, via, settled_at, history, entitled, undone_at FROM penalty;
DROP TABLE penalty;
ALTER TABLE penalty_4 RENAME TO penalty;
CREATE UNIQUE INDEX penalty_key_once ON penalty (clause, natural_key, engineer_id) WHERE undone_at IS NULL;
CREATE INDEX penalty_by_at ON penalty (at);
CREATE INDEX penalty_by_engineer ON penalty (engineer_id, at);
CREATE INDEX penalty_by_status ON penalty (status, at);
CREATE INDEX penalty_by_subject ON penalty (subject);
CREATE TRIGGER penalty_keep_delete BEFORE DELETE ON penalty BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_penalty AS SELECT * FROM penalty WHERE undone_at IS NULL;

-- Plans, inspections, rectifications, visits, suggestions.
-- A plan keeps facts alone: which occurrence is open, when it is due and what was late follows from them and from what fulfilled
-- it (svcdesk/regulation/occurrences.py). steps are what was skipped, moved or done beside visits and inspections.
CREATE TABLE plan (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  kind TEXT NOT NULL CHECK (kind IN ('visit', 'inspection', 'training', 'review')),
  title TEXT NOT NULL CHECK (title <> ''),
  every TEXT NOT NULL CHECK (every = 'once' OR every GLOB '[1-9]*[wm]'),
  from_on TEXT NOT NULL CHECK (from_on IS date(from_on, '+0 days')),
  anchor TEXT NOT NULL DEFAULT 'done' CHECK (anchor IN ('done', 'calendar')),
  customer_id INTEGER REFERENCES customer (id),
  region TEXT,
  area TEXT,
  department TEXT,
  for_key INTEGER NOT NULL DEFAULT 0 CHECK (for_key IN (0, 1)),
  by_id INTEGER REFERENCES staff (id),
  steps TEXT NOT NULL DEFAULT '[]',
  ended_at TEXT CHECK (ended_at IS strftime('%Y-%m-%dT%H:%M:%SZ', ended_at, '+0 days')),
  note TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK ((customer_id IS NOT NULL) + (region IS NOT NULL) + (area IS NOT NULL) + (department IS NOT NULL) <= 1)
) STRICT;
CREATE INDEX plan_by_customer ON plan (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX plan_by_end ON plan (ended_at);
CREATE TRIGGER plan_keep_delete BEFORE DELETE ON plan BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_plan AS SELECT * FROM plan WHERE undone_at IS NULL;
CREATE INDEX customer_by_region ON customer (region) WHERE region IS NOT NULL;

CREATE TABLE inspection (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  kind TEXT NOT NULL CHECK (kind IN ('safety', 'hygiene', 'dress', 'attitude', 'process')),
  area TEXT NOT NULL CHECK (area <> ''),
  by_id INTEGER NOT NULL REFERENCES staff (id),
  plan_id INTEGER REFERENCES plan (id),
  clean INTEGER NOT NULL DEFAULT 0 CHECK (clean IN (0, 1)),
  items TEXT NOT NULL DEFAULT '[]',
  person_id INTEGER REFERENCES staff (id),
  personal_id INTEGER REFERENCES personal (id),
  personal_hash TEXT,
  ticket_id INTEGER REFERENCES ticket (id),
  note TEXT,
  reference TEXT,
  reference_digest TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK ((personal_id IS NULL) = (personal_hash IS NULL))
) STRICT;
CREATE INDEX inspection_by_at ON inspection (at);
CREATE INDEX inspection_by_plan ON inspection (plan_id, at) WHERE plan_id IS NOT NULL;
CREATE INDEX inspection_by_ticket ON inspection (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE UNIQUE INDEX inspection_reference_once ON inspection (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;
CREATE TRIGGER inspection_keep_delete BEFORE DELETE ON inspection BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_inspection AS SELECT * FROM inspection WHERE undone_at IS NULL;

-- due_on is the due day in force, by dues: every due day with when it was set. source is the id of the record that it came from.
CREATE TABLE rectification (
  id INTEGER PRIMARY KEY,
  opened_at TEXT NOT NULL CHECK (opened_at IS strftime('%Y-%m-%dT%H:%M:%SZ', opened_at, '+0 days')),
  source TEXT CHECK (source GLOB '[A-Z]*[0-9]'),
  summary TEXT NOT NULL CHECK (summary <> ''),
  owner_id INTEGER REFERENCES staff (id),
  department TEXT,
  level TEXT CHECK (level IN ('minor', 'general', 'major')),
  measure TEXT,
  due_on TEXT NOT NULL CHECK (due_on IS date(due_on, '+0 days')),
  dues TEXT NOT NULL DEFAULT '[]',
  done_at TEXT CHECK (done_at IS strftime('%Y-%m-%dT%H:%M:%SZ', done_at, '+0 days')),
  verified_at TEXT CHECK (verified_at IS strftime('%Y-%m-%dT%H:%M:%SZ', verified_at, '+0 days')),
  verified_by TEXT,
  cancelled_at TEXT CHECK (cancelled_at IS strftime('%Y-%m-%dT%H:%M:%SZ', cancelled_at, '+0 days')),
  round INTEGER NOT NULL DEFAULT 1 CHECK (round >= 1),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done', 'closed', 'cancelled')),
  steps TEXT NOT NULL DEFAULT '[]',
  by TEXT,
  reference TEXT,
  reference_digest TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK ((owner_id IS NULL) <> (department IS NULL))
) STRICT;
CREATE INDEX rectification_by_opened ON rectification (opened_at);
CREATE INDEX rectification_by_due ON rectification (due_on, status);
CREATE INDEX rectification_by_status ON rectification (status, due_on);
CREATE INDEX rectification_by_closed ON rectification (verified_at) WHERE verified_at IS NOT NULL;
CREATE INDEX rectification_by_cancelled ON rectification (cancelled_at) WHERE cancelled_at IS NOT NULL;
CREATE INDEX rectification_by_source ON rectification (source) WHERE source IS NOT NULL;
CREATE UNIQUE INDEX rectification_reference_once ON rectification (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;
CREATE TRIGGER rectification_keep_delete BEFORE DELETE ON rectification BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_rectification AS SELECT * FROM rectification WHERE undone_at IS NULL;

CREATE TABLE visit (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  by_id INTEGER NOT NULL REFERENCES staff (id),
  way TEXT NOT NULL CHECK (way IN ('on_site', 'call', 'message')),
  plan_id INTEGER REFERENCES plan (id),
  dispatch_id INTEGER REFERENCES dispatch (id),
  ticket_id INTEGER REFERENCES ticket (id),
  summary TEXT NOT NULL CHECK (summary <> ''),
  use TEXT,
  introduced TEXT,
  score INTEGER CHECK (score BETWEEN 1 AND 5),
  note TEXT,
  reference TEXT,
  reference_digest TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE INDEX visit_by_at ON visit (at);
CREATE INDEX visit_by_customer ON visit (customer_id, at);
CREATE INDEX visit_by_plan ON visit (plan_id, at) WHERE plan_id IS NOT NULL;
CREATE INDEX visit_by_ticket ON visit (ticket_id, at) WHERE ticket_id IS NOT NULL;
CREATE INDEX visit_by_dispatch ON visit (dispatch_id) WHERE dispatch_id IS NOT NULL;
CREATE UNIQUE INDEX visit_reference_once ON visit (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;
CREATE TRIGGER visit_keep_delete BEFORE DELETE ON visit BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_visit AS SELECT * FROM visit WHERE undone_at IS NULL;

-- source is the id of the visit, report or survey in which it was said.
CREATE TABLE suggestion (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  customer_id INTEGER REFERENCES customer (id),
  person_id INTEGER REFERENCES staff (id),
  aspect TEXT NOT NULL CHECK (aspect IN ('design', 'function', 'quality', 'service', 'documents', 'other')),
  product TEXT,
  serial TEXT,
  text TEXT NOT NULL CHECK (text <> ''),
  source TEXT CHECK (source GLOB '[A-Z]*[0-9]'),
  department TEXT,
  sent_at TEXT CHECK (sent_at IS strftime('%Y-%m-%dT%H:%M:%SZ', sent_at, '+0 days')),
  due_on TEXT CHECK (due_on IS date(due_on, '+0 days')),
  answer TEXT CHECK (answer IN ('accepted', 'declined', 'later')),
  answered_at TEXT CHECK (answered_at IS strftime('%Y-%m-%dT%H:%M:%SZ', answered_at, '+0 days')),
  told_at TEXT CHECK (told_at IS strftime('%Y-%m-%dT%H:%M:%SZ', told_at, '+0 days')),
  closed_at TEXT CHECK (closed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', closed_at, '+0 days')),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'sent', 'answered', 'told', 'closed')),
  steps TEXT NOT NULL DEFAULT '[]',
  by TEXT,
  reference TEXT,
  reference_digest TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK ((customer_id IS NULL) <> (person_id IS NULL))
) STRICT;
CREATE INDEX suggestion_by_at ON suggestion (at);
CREATE INDEX suggestion_by_due ON suggestion (due_on) WHERE due_on IS NOT NULL;
CREATE INDEX suggestion_by_status ON suggestion (status, due_on);
CREATE INDEX suggestion_by_answer ON suggestion (answered_at) WHERE answered_at IS NOT NULL;
CREATE INDEX suggestion_by_customer ON suggestion (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX suggestion_by_source ON suggestion (source) WHERE source IS NOT NULL;
CREATE UNIQUE INDEX suggestion_reference_once ON suggestion (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;
CREATE TRIGGER suggestion_keep_delete BEFORE DELETE ON suggestion BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_suggestion AS SELECT * FROM suggestion WHERE undone_at IS NULL;

-- Promises, quality problems, equipment.
CREATE TABLE promise (
  id INTEGER PRIMARY KEY,
  contract_id INTEGER REFERENCES contract (id),
  ticket_id INTEGER REFERENCES ticket (id),
  kind TEXT NOT NULL CHECK (kind IN ('commissioning', 'user_training', 'other')),
  text TEXT CHECK (text <> ''),
  quantity INTEGER CHECK (quantity >= 1),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  first_due TEXT NOT NULL CHECK (first_due IS strftime('%Y-%m-%dT%H:%M:%SZ', first_due, '+0 days')),
  moves TEXT NOT NULL DEFAULT '[]',
  by TEXT,
  note TEXT,
  kept_at TEXT CHECK (kept_at IS strftime('%Y-%m-%dT%H:%M:%SZ', kept_at, '+0 days')),
  kept_by TEXT,
  kept_ticket_id INTEGER REFERENCES ticket (id),
  dispatch_id INTEGER REFERENCES dispatch (id),
  trainees INTEGER CHECK (trainees >= 0),
  personal_id INTEGER REFERENCES personal (id),
  personal_hash TEXT,
  dropped_at TEXT CHECK (dropped_at IS strftime('%Y-%m-%dT%H:%M:%SZ', dropped_at, '+0 days')),
  dropped_by TEXT,
  drop_reason TEXT,
  reference TEXT,
  reference_digest TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK ((personal_id IS NULL) = (personal_hash IS NULL))
) STRICT;
CREATE INDEX promise_by_contract ON promise (contract_id);
CREATE INDEX promise_by_ticket ON promise (ticket_id);
CREATE INDEX promise_by_due ON promise (first_due);
CREATE UNIQUE INDEX promise_reference_once ON promise (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;
CREATE TRIGGER promise_keep_delete BEFORE DELETE ON promise BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_promise AS SELECT * FROM promise WHERE undone_at IS NULL;

CREATE TABLE problem (
  id INTEGER PRIMARY KEY,
  opened_at TEXT NOT NULL CHECK (opened_at IS strftime('%Y-%m-%dT%H:%M:%SZ', opened_at, '+0 days')),
  summary TEXT NOT NULL CHECK (summary <> ''),
  product TEXT,
  fault_cause TEXT,
  tickets TEXT NOT NULL,
  verifications TEXT NOT NULL DEFAULT '[]',
  by TEXT,
  note TEXT,
  closed_at TEXT CHECK (closed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', closed_at, '+0 days')),
  closed_by TEXT,
  reference TEXT,
  reference_digest TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK (closed_at >= opened_at)
) STRICT;
CREATE INDEX problem_by_opened ON problem (opened_at);
CREATE UNIQUE INDEX problem_reference_once ON problem (reference) WHERE reference IS NOT NULL AND undone_at IS NULL;
CREATE TRIGGER problem_keep_delete BEFORE DELETE ON problem BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_problem AS SELECT * FROM problem WHERE undone_at IS NULL;
-- What each department was asked and answered; what it answered before a verification failed stands in earlier.
CREATE TABLE problem_department (
  id INTEGER PRIMARY KEY,
  problem_id INTEGER NOT NULL REFERENCES problem (id),
  department TEXT NOT NULL CHECK (department <> ''),
  sent_at TEXT NOT NULL CHECK (sent_at IS strftime('%Y-%m-%dT%H:%M:%SZ', sent_at, '+0 days')),
  due_on TEXT NOT NULL CHECK (due_on IS date(due_on, '+0 days')),
  answered_at TEXT CHECK (answered_at IS strftime('%Y-%m-%dT%H:%M:%SZ', answered_at, '+0 days')),
  answered_by TEXT,
  cause TEXT,
  measure TEXT,
  from_serial TEXT,
  earlier TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK (answered_at >= sent_at)
) STRICT;
CREATE UNIQUE INDEX problem_department_once ON problem_department (problem_id, department) WHERE undone_at IS NULL;
CREATE INDEX problem_department_by_due ON problem_department (due_on);
CREATE TRIGGER problem_department_keep_delete BEFORE DELETE ON problem_department BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_problem_department AS SELECT * FROM problem_department WHERE undone_at IS NULL;
-- A major quality problem that was handed on from a ticket is one of these.
ALTER TABLE escalation ADD COLUMN problem_id INTEGER REFERENCES problem (id);
CREATE INDEX escalation_by_problem ON escalation (problem_id) WHERE problem_id IS NOT NULL;
-- Two texts that name one fault cause.
CREATE TABLE cause_alias (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  text TEXT NOT NULL CHECK (text <> ''),
  means TEXT NOT NULL CHECK (means <> ''),
  by TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE TRIGGER cause_alias_keep_delete BEFORE DELETE ON cause_alias BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_cause_alias AS SELECT * FROM cause_alias WHERE undone_at IS NULL;

-- A machine, or a part of one, by its serial. part_of is what it was part of at first: where it went since follows from its
-- moves and from the parts of reports. They name each other by serial, so that a register comes back in any order.
CREATE TABLE equipment (
  id INTEGER PRIMARY KEY,
  serial TEXT NOT NULL CHECK (serial <> ''),
  product TEXT,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  contract_id INTEGER REFERENCES contract (id),
  installed_on TEXT CHECK (installed_on IS date(installed_on, '+0 days')),
  warranty_until TEXT CHECK (warranty_until IS date(warranty_until, '+0 days')),
  part_of TEXT CHECK (part_of <> serial),
  place TEXT,
  retired_at TEXT CHECK (retired_at IS strftime('%Y-%m-%dT%H:%M:%SZ', retired_at, '+0 days')),
  note TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days'))
) STRICT;
CREATE UNIQUE INDEX equipment_serial_once ON equipment (serial) WHERE undone_at IS NULL;
CREATE INDEX equipment_by_customer ON equipment (customer_id);
CREATE INDEX equipment_by_contract ON equipment (contract_id);
CREATE INDEX equipment_by_part ON equipment (part_of) WHERE part_of IS NOT NULL;
CREATE TRIGGER equipment_keep_delete BEFORE DELETE ON equipment BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_equipment AS SELECT * FROM equipment WHERE undone_at IS NULL;
CREATE TABLE equipment_move (
  id INTEGER PRIMARY KEY,
  equipment_id INTEGER NOT NULL REFERENCES equipment (id),
  at TEXT NOT NULL CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at, '+0 days')),
  customer_id INTEGER REFERENCES customer (id),
  place TEXT,
  part_of TEXT,
  taken_out INTEGER NOT NULL DEFAULT 0 CHECK (taken_out IN (0, 1)),
  by TEXT,
  note TEXT,
  undone_at TEXT CHECK (undone_at IS strftime('%Y-%m-%dT%H:%M:%SZ', undone_at, '+0 days')),
  CHECK (part_of IS NULL OR NOT taken_out)
) STRICT;
CREATE INDEX equipment_move_of ON equipment_move (equipment_id, at);
CREATE INDEX equipment_move_by_customer ON equipment_move (customer_id) WHERE customer_id IS NOT NULL;
CREATE TRIGGER equipment_move_keep_delete BEFORE DELETE ON equipment_move BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_equipment_move AS SELECT * FROM equipment_move WHERE undone_at IS NULL;
-- The few reports that name a part by its serial.
CREATE INDEX service_report_with_serials ON service_report (filed_at) WHERE instr(parts, '_serial"') > 0 AND undone_at IS NULL;

-- Complaints, surveys and persons.

-- A complaint names by code everybody whom it is about, and against whom it was decided where that is not all (4.2). Those of
-- earlier versions name one, in about_id. Nothing ever wrote complaint_person.
DROP VIEW live_complaint_person;
DROP TABLE complaint_person;
ALTER TABLE complaint ADD COLUMN about TEXT;
ALTER TABLE complaint ADD COLUMN against TEXT;
CREATE VIEW live_complaint_person AS
SELECT r.id AS complaint_id, e.id AS staff_id,
  r.against IS NULL OR EXISTS (SELECT 1 FROM json_each(r.against) a WHERE a.value = e.code) AS against
FROM complaint r JOIN json_each(r.about) p JOIN staff e ON e.code = p.value
WHERE r.undone_at IS NULL AND e.undone_at IS NULL
UNION ALL
SELECT id, about_id, 1 FROM complaint WHERE about_id IS NOT NULL AND about IS NULL AND undone_at IS NULL;
-- How content a complainant was when told the result, of the last round (S3 7).
ALTER TABLE complaint ADD COLUMN score INTEGER CHECK (score BETWEEN 1 AND 5);

-- People: the name, the home and the wage of staff stand in personal from here on, as the contact data of customers does, so
-- that they can be erased; in their place the row has the code, or nothing. What was written before stands where it stood.
ALTER TABLE personal ADD COLUMN home TEXT CHECK (home <> '');
ALTER TABLE personal ADD COLUMN wage_fen INTEGER CHECK (wage_fen >= 0);
ALTER TABLE staff_value ADD COLUMN personal_id INTEGER REFERENCES personal (id);
ALTER TABLE staff_value ADD COLUMN personal_hash TEXT;
DROP VIEW live_staff;
CREATE VIEW live_staff AS
SELECT id, code, coalesce((SELECT p.name FROM personal p WHERE p.id = s.personal_id), name) AS name, department, role,
  coalesce((SELECT p.home FROM personal p WHERE p.id = s.personal_id), home) AS home,
  coalesce((SELECT p.wage_fen FROM personal p WHERE p.id = s.personal_id), wage_fen) AS wage_fen,
  retired_at, personal_id, personal_hash, undone_at, company_no
FROM staff s WHERE undone_at IS NULL;
DROP VIEW live_staff_value;
CREATE VIEW live_staff_value AS
SELECT id, staff_id, field,
  coalesce((SELECT coalesce(p.home, CAST(p.wage_fen AS TEXT)) FROM personal p WHERE p.id = v.personal_id), value) AS value,
  from_on, undone_at, personal_id, personal_hash
FROM staff_value v WHERE undone_at IS NULL;
