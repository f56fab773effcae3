"""Shared caps as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tollway.cli.tabular import aligned, usd

if TYPE_CHECKING:
    from tollway.budget.shared import Holder, SharedStanding

HEAD = ("shared cap", "window", "cap", "handed out", "spent", "reserved", "left")


def shared_in_words(rows: list[SharedStanding]) -> list[str]:
    """One line a cap, and one a holder; none when nothing is shared."""
    table: list[tuple[str, ...]] = [HEAD]
    for row in rows:
        table.append(_row(row))
        table += [_holder(holder) for holder in row.holders]
    return ["", *aligned(table, [False, False, *[True] * 5])] if rows else []


def shared_as_dicts(rows: list[SharedStanding]) -> list[dict[str, Any]]:
    """All of it."""
    return [
        {
            "name": row.cap.name,
            "scope": row.cap.scope,
            "window": row.cap.window,
            "window_name": row.window,
            "time_zone": row.cap.time_zone,
            "cap_usd_micros": row.cap_usd_micros,
            "handed_out_usd_micros": row.handed_out_usd_micros,
            "unreported_usd_micros": row.unreported_usd_micros,
            "spent_usd_micros": row.spent_usd_micros,
            "reserved_usd_micros": row.reserved_usd_micros,
            "left_usd_micros": row.left_usd_micros,
            "holders": [
                {
                    "workspace": holder.workspace,
                    "slice_usd_micros": holder.slice_usd_micros,
                    "spent_usd_micros": holder.spent_usd_micros,
                    "reserved_usd_micros": holder.reserved_usd_micros,
                    "carried_usd_micros": holder.carried_usd_micros,
                }
                for holder in row.holders
            ],
        }
        for row in rows
    ]


def _row(row: SharedStanding) -> tuple[str, ...]:
    name, window = f"{row.cap.scope} {row.cap.name}", f"{row.cap.window} {row.window}"
    given = row.handed_out_usd_micros + row.unreported_usd_micros
    figures = (row.cap_usd_micros, given, row.spent_usd_micros, row.reserved_usd_micros)
    return (name, f"{window} {row.cap.time_zone}", *map(usd, figures), usd(row.left_usd_micros))


def _holder(holder: Holder) -> tuple[str, ...]:
    held = holder.reserved_usd_micros + holder.carried_usd_micros
    figures = (holder.slice_usd_micros, holder.spent_usd_micros, held)
    return (f"  held by {holder.workspace}", "", "", *map(usd, figures), "")
