"""Kernels: each rule of a daemon, compiled over all inboxes at once, and a plain-Python reference of one inbox.

This package holds the loops over edges and their array layout; `swarmsec.aggregation.rules` documents the rules.
"""
