"""Topologies: how the network of a swarm is drawn, one kind a file.

A file's name is the kind, and `swarmsec.registry` finds it; nothing imports it by name. The base class is
`swarmsec.network.Topology`. Files that start with an underscore are helpers.
"""
