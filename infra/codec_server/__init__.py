"""The codec server: shows the Temporal UI the payloads in clear, to whom it may, and notes who has looked at what."""
