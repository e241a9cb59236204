"""The public record of an order: its view, and the events of its stages."""
