"""Addresses of pods."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface


class Addresses:
    """Hands out a subnet's addresses in turn, so that one is not soon used again; the first is the gateway's."""

    def __init__(self, gateway: IPv4Interface) -> None:
        """Use the subnet of `gateway`."""
        self._gateway = gateway
        self._taken: set[IPv4Address] = {gateway.ip}
        self._newest = gateway.ip

    def take(self) -> IPv4Interface:
        """Reserve the next free address. Raises LookupError when there is none."""
        network = self._gateway.network
        for step in range(1, network.num_addresses):
            offset = (int(self._newest) - int(network.network_address) + step) % network.num_addresses
            address = network[offset]
            if address not in self._taken and address not in (network.network_address, network.broadcast_address):
                self._taken.add(address)
                self._newest = address
                return IPv4Interface((address, network.prefixlen))
        raise LookupError(f"every address of {network} is taken")

    def give_back(self, address: IPv4Interface) -> None:
        """Free an address."""
        self._taken.discard(address.ip)
