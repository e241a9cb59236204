"""What can go wrong with the local stack, said so that its user knows what to do."""


class StackError(RuntimeError):
    """The stack cannot be started, found or used; the message is for the user as it stands."""


class UnreachableError(StackError):
    """What the command would ask is not there or does not answer: it has neither failed nor found anything."""


class SettingError(StackError):
    """What the user has set cannot be: a port that is none, or is taken."""


class PortTakenError(StackError):
    """A server or service could not listen on its port, because another program does."""
