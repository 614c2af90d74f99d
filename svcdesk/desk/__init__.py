"""What happens at the desk: functions over a ledger and a basis, used by commands, the importer and the demo alike."""
