"""Aggregation rules over the rows of one (n, d) matrix, as papers on Byzantine learning state them.

Nothing here knows a network; rules that a daemon listens with are in `swarmsec.aggregation.rules`.
"""
