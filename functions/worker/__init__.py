"""The Temporal worker as a Lambda."""
