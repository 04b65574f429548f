"""One HTML page that shows a run, a sweep or data: no server, no request, no library."""
