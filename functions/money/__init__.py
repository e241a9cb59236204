"""Orders to move money, posted to payment firms and banks: signed, and the same under the same key."""
