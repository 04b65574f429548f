"""One HTML page that shows a run: no server, no request, no library."""
