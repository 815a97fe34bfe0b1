"""Tournaments: every attack against every defense, in every scenario and with every seed."""
