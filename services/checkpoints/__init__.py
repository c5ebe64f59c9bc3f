"""Checkpoints: what every audit chain said, signed and kept where the database's owner cannot reach.

A chain alone does not show that its tail was cut off or that all of it was written anew; a
checkpoint kept elsewhere does.
"""
