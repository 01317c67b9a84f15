"""How a process is told to end, by a signal as well."""

import select
import socket


class Stop:
    """Told once, and for good.

    A signal's handler runs between any two steps of the main thread. `threading.Event.set` takes the lock that `wait`
    takes too: told at the wrong moment, that process would wait for itself forever. Here nothing is locked.
    """

    def __init__(self) -> None:
        self._is_told = False
        self._ear, self._mouth = socket.socketpair()

    def tell(self) -> None:
        """Whoever waits wakes up."""
        if not self._is_told:
            self._is_told = True
            self._mouth.send(b".")  # nobody reads it: it wakes everybody, now and later

    def is_told(self) -> bool:
        """Whether it is time to end."""
        return self._is_told

    def wait(self, seconds: float) -> bool:
        """Until told, or for so many seconds; whether it was told."""
        if not self._is_told:
            select.select([self._ear], [], [], seconds)
        return self._is_told
