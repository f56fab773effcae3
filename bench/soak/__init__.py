"""A steady load for an hour: whether memory stays flat and tables stay bounded."""
