"""Headquarters: what the centres send, kept in a lake, and every figure recounted from it. No desk command loads it."""
