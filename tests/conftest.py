"""What holds for all tests."""

import signal

# A shell that starts the suite in the background has SIGINT ignored, and what the tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
