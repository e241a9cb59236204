"""The contract: everything that crosses our border. Models, codes, the customs message standard. No I/O."""
