"""One folder per capability: the function, its pure rules, its store."""
