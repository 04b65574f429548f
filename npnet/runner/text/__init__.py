"""Runs on texts: continue a prompt, and measure how well each character of another text is predicted."""
