"""Attacks, one a file; the file's name is the attack's kind in a scenario.

An attack imports `swarmsec.teams` and no other part of the engine, and never another attack. To add one, copy the file
that is closest, and run `pytest tests/contract -k your_kind`.
"""
