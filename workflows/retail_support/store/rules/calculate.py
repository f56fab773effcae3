"""Arithmetic on exact decimals, read from a syntax tree; nothing is ever executed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, localcontext
from typing import Final

from workflows.retail_support.store.rules.case import refusal


def _divide(dividend: Decimal, divisor: Decimal) -> Decimal:
    if not divisor:
        raise ZeroDivisionError
    return dividend / divisor


_ALLOWED: Final = frozenset("0123456789+-*/(). ")
_BINARY: Final[dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divide,
}
_UNARY: Final[dict[type[ast.unaryop], Callable[[Decimal], Decimal]]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_CONTEXT: Final = Context(prec=50, rounding=ROUND_HALF_EVEN)
_HUNDREDTH: Final = Decimal("0.01")


def calculate(expression: str) -> str:
    """The value rounded to two decimals, such as '4.0' or '12.35'.

    Raises ToolRefusal for other characters than numbers, + - * /, parentheses and spaces, for
    what is not an expression, for division by zero and for values that are too large.
    """
    if not _ALLOWED.issuperset(expression):
        raise refusal("invalid characters in expression")
    try:
        with localcontext(_CONTEXT):
            return _shown(_evaluate(expression.strip()))
    except ZeroDivisionError:
        raise refusal("division by zero") from None
    except InvalidOperation:
        raise refusal("value too large") from None
    except (SyntaxError, RecursionError, MemoryError):
        raise refusal("invalid expression") from None


def _evaluate(source: str) -> Decimal:
    def value(node: ast.expr) -> Decimal:
        match node:
            case ast.Constant(value=int() | float()):
                return Decimal(ast.get_source_segment(source, node) or "")
            case ast.UnaryOp(op, operand) if type(op) in _UNARY:
                return _UNARY[type(op)](value(operand))
            case ast.BinOp(left, op, right) if type(op) in _BINARY:
                return _BINARY[type(op)](value(left), value(right))
        raise SyntaxError(f"{type(node).__name__} is not arithmetic")

    return value(ast.parse(source, mode="eval").body)


def _shown(value: Decimal) -> str:
    rounded = value.quantize(_HUNDREDTH) + 0  # a rounded -0.001 is 0, not -0
    return f"{rounded:f}".removesuffix("0")
