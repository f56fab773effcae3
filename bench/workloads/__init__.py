"""What Tollway is given to do."""
