"""What is usually built around the API: each file stands by itself, and uses public methods only."""
