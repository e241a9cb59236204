"""The local stack: a Temporal dev server, an AWS emulator and our own services, without Docker or a network."""
