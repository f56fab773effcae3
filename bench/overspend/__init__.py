"""The same load under the same cap for Tollway and its peers, judged by the provider's meter."""
