"""What travels: contracts, topics as data, codecs and errors."""
