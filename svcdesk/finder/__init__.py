"""Finding what somebody means: one index of words, one reader of names, one search."""
