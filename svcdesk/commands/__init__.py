"""One file a noun: options in, one call down, one result out. No SQL, no rules."""
