"""Keeping the file: verify, anchors, backups, migrations, redaction, doctor."""
