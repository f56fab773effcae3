"""A retailer's support desk: look up, cancel, change, return and exchange orders."""
