"""Numbers as people read them."""


def usd(amount: float) -> str:
    """Give an amount of money, as exact as is useful.

    >>> [usd(n) for n in (0.0004, 0.4, 12.345, 1234.5, 56_789, 2_300_000)]
    ['$0.0004', '$0.40', '$12', '$1,230', '$56,800', '$2.3M']
    """
    if amount >= 1e6:
        return f"${amount / 1e6:,.1f}M"
    if amount >= 1000:
        return f"${float(f'{amount:.3g}'):,.0f}"
    if amount >= 10:
        return f"${amount:,.0f}"
    return f"${amount:.2f}" if amount >= 0.01 or amount == 0 else f"${amount:.1g}"


def count(number: float) -> str:
    """Give a number of things.

    >>> [count(n) for n in (45, 1400, 60_000, 2_500_000, 2.7e9)]
    ['45', '1,400', '60,000', '2.5M', '2.7bn']
    """
    for size, sign in ((1e9, "bn"), (1e6, "M")):
        if number >= size:
            return f"{number / size:.3g}{sign}"
    return f"{float(f'{number:.3g}'):,.0f}"


def share(value: float | None) -> str:
    """Give a share in percent; exact values keep one decimal.

    >>> share(0.84), share(0.965), share(None)
    ('84%', '96.5%', '?')
    """
    if value is None:
        return "?"
    percent = round(100 * value, 1)
    return (
        f"{percent:.0f}%"
        if percent == round(percent) or value != round(value, 3)
        else (f"{percent:.1f}%")
    )


def points(value: float) -> str:
    """Give a share in percent with one decimal, as for an interval.

    >>> points(0.8053)
    '80.5%'
    """
    return f"{100 * value:.1f}%"


def chance(value: float | None) -> str:
    """Give a chance in whole percent, never more certain than 99%.

    >>> chance(0.058), chance(0.999), chance(0.001)
    ('6%', '99%', 'under 1%')
    """
    if value is None:
        return "?"
    return "under 1%" if value < 0.01 else f"{min(value, 0.99):.0%}"
