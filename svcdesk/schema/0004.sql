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
CREATE TRIGGER penalty_keep_delete BEFORE DELETE ON penalty BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
CREATE VIEW live_penalty AS SELECT * FROM penalty WHERE undone_at IS NULL;

-- Plans, inspections, rectifications, visits, suggestions.

-- Promises, quality problems, equipment.

-- Complaints, surveys and persons.
