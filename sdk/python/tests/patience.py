#: Seconds, of which no wait in these tests needs many: what hangs is then told by its name.
PATIENCE = 30.0
