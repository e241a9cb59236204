"""What can go wrong with the local stack, said so that its user knows what to do."""


class StackError(RuntimeError):
    """The stack cannot be started, found or used; the message is for the user as it stands."""


class PortTakenError(StackError):
    """A server or service could not listen on its port, because another program does."""
