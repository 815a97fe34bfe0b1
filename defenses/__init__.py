"""Defenses, one a file; the file's name is the defense's kind in a scenario.

A defense imports `swarmsec.teams`, `swarmsec.aggregation` and `swarmsec.immunity`, no other part of the engine, and
never another defense. `none`, `random_quarantine`, `quarantine_all` and `oracle` are the nulls to compare defenses
with.
"""
