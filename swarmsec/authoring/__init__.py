"""Tools for authors of scenarios: lint, explain, schema, diff, fmt, migrate, new and resolve.

`lint --deep` runs the scenario that it checks. Reading and checking scenario files belongs to `swarmsec.scenario`;
printing belongs to `swarmsec.cli`.
"""
