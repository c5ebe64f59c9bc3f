"""Handoffs (移送): envelopes signed by the sender, receipts signed by the receiver.

``sending`` and ``receiving`` meet only in the bytes of the two documents, so that they serve one
installation and two alike; inside one the transport is a function call.
"""
