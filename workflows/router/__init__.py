"""The router: classifies events that name no workflow, under a contract of its own."""
