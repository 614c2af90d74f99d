-- Version 2: appointments, escalations and holds of a month are found without reading all of them.
CREATE INDEX appointment_by_at ON appointment (at) WHERE undone_at IS NULL;
CREATE INDEX escalation_by_at ON escalation (at) WHERE undone_at IS NULL;
CREATE INDEX hold_by_at ON hold (at) WHERE undone_at IS NULL;
