"""Tools for authors of scenarios: lint, explain, schema, diff, fmt, migrate, new and resolve.

A module here may run a scenario to say something about it (`lint --deep`). What a run needs of a scenario file is in
`swarmsec.scenario`; printing is the command line's.
"""
