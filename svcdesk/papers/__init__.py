"""Paper that is signed: filled from the ledger, with a mark that leads back to it."""
