"""What this machine has, refuses and asks for: memory, room for imports, refusals in words, signals."""
