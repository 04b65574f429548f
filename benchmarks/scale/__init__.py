"""What a sweep costs on one machine, and what it would be on a thousand: `python -m benchmarks.scale`."""
