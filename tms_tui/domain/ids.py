"""Ids as types: mixing two of them is a type error."""

from typing import NewType

TenantId = NewType("TenantId", str)
AgentId = NewType("AgentId", str)
SessionId = NewType("SessionId", str)
MessageId = NewType("MessageId", str)

SendId = NewType("SendId", str)
"""Names one intent to send (a UUIDv4 made when Enter is pressed); on the wire it is the `client_message_id`."""

Cursor = NewType("Cursor", str)
"""A place in the tenant's event log. Opaque: only ever compared for equality and handed back."""

PageToken = NewType("PageToken", str)
"""Where the next page of a listing begins. Opaque."""
