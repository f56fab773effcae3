"""The whole system in one process on a simulated log with a virtual clock, driven by one seed.

The decisions, processors, forwarders, clocks, pools, audit and sink are the production code; the
broker, the clock and what lies outside (models, retrievers, tools) are simulated here.
"""
