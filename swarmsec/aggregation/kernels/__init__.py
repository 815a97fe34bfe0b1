"""Kernels: each rule of a daemon, compiled over all inboxes at once, and a plain-Python reference of one inbox.

Here belong loops over edges and their array layout. What a rule means and promises is in `swarmsec.aggregation.rules`.
"""
