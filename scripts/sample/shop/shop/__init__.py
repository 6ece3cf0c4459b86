"""A small web shop of the standard library alone: the sample that winnow profiles."""
