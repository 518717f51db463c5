"""Wrong passwords, counted by account and network: strangers are slowed down, and lock no known network out."""

from tms_tui.server.errors import Refusal
from tms_tui.server.limits import Gate

CODE = "too_many_attempts"


class SignInGuard:
    """Each attempt is counted before the password is looked at; one that was right is given back."""

    def __init__(self, of_network: Gate, of_account_there: Gate, of_account: Gate) -> None:
        self._of_network = of_network
        self._of_account_there = of_account_there
        self._of_account = of_account

    async def enter(self, network: str) -> None:
        """Counts an attempt of a network; raises the 429."""
        await self._of_network.require(network, CODE)

    async def attempt(self, network: str, email: str, *, known: bool) -> None:
        """Counts it for the account; raises the 429.

        `known`: the agent has signed in from that network before. Then only what failed there counts.
        """
        there = f"{email} {network}"
        await self._of_account_there.require(there, CODE)
        if known:
            return
        try:
            await self._of_account.require(email, CODE)
        except Refusal:  # for what others guessed elsewhere
            await self._of_account_there.give_back(there)
            raise

    async def give_back(self, network: str, email: str, *, known: bool) -> None:
        """The attempt was no guess, or nobody looked at it: it does not count."""
        await self._of_network.give_back(network)
        await self._of_account_there.give_back(f"{email} {network}")
        if not known:
            await self._of_account.give_back(email)
