"""HTTP and command line: turns requests into service calls, and answers into JSON."""
