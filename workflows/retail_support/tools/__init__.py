"""The 15 tools of the support desk, as data. Importing them needs no database."""

from __future__ import annotations

from agents.tools.spec import ToolSpec
from workflows.retail_support.tools import delivered, desk, lookups, pending

TOOLS: tuple[ToolSpec, ...] = (
    desk.CALCULATE,
    pending.CANCEL_PENDING_ORDER,
    delivered.EXCHANGE_DELIVERED_ORDER_ITEMS,
    lookups.FIND_USER_ID_BY_EMAIL,
    lookups.FIND_USER_ID_BY_NAME_ZIP,
    lookups.GET_ORDER_DETAILS,
    lookups.GET_PRODUCT_DETAILS,
    lookups.GET_USER_DETAILS,
    lookups.LIST_ALL_PRODUCT_TYPES,
    pending.MODIFY_PENDING_ORDER_ADDRESS,
    pending.MODIFY_PENDING_ORDER_ITEMS,
    pending.MODIFY_PENDING_ORDER_PAYMENT,
    desk.MODIFY_USER_ADDRESS,
    delivered.RETURN_DELIVERED_ORDER_ITEMS,
    desk.TRANSFER_TO_HUMAN_AGENTS,
)
