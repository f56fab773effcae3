"""What operators do with dead letters: read them, drive them again, set them aside."""
