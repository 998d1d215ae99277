"""The methods of both clients, a file for each group."""
