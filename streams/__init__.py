"""How it moves: a pure core that decides, under adapters that touch Kafka."""
