"""How numbers are written in figures: percentages with two significant digits, whole ranks, short ranks for cells."""

from __future__ import annotations

import math

from lmviz.figures.messages import Language


def probability(log_probability: float) -> float:
    """A probability from a log-probability rounded to thousandths of a nat, as the pages' data hold it.

    So a page says the same before and after its scripts have run. The rounding is 0.05 % of the value at most.
    """
    return math.exp(-max(0, round(-1000 * float(log_probability))) / 1000)


def percent(log_probability: float) -> str:
    """A log-probability (nats) as a percentage with two significant digits, such as ``8.1%``.

    Near certainty a third digit is kept, so that 99.6 % does not read as 100 %; below 0.0001 % a bound is given.
    """
    share = 100 * probability(log_probability)
    if share > 99.9:
        return ">99.9%"
    if share > 99:
        return f"{share:.1f}%"
    if share < 1e-4:
        return "<0.0001%"
    decimals = max(0, 1 - math.floor(math.log10(share)))
    text = f"{share:.{decimals}f}"
    if float(text) >= 10 ** (2 - decimals) and decimals:
        text = f"{share:.{decimals - 1}f}"
    return f"{text}%"


def share(value: float) -> str:
    """A share between 0 and 1 as a whole percentage; one decimal below 10 %."""
    return f"{100 * value:.0f}%" if value >= 0.0995 or value == 0 else f"{100 * value:.1f}%"


def error(value: float) -> str:
    """A relative error as a percentage; what would round to nothing is given as a bound; – for none."""
    if not math.isfinite(value):
        return "–"
    return "<0.1%" if 0 < value < 0.0005 else share(value)


def rank(value: int) -> str:
    """A rank in full, thousands separated: ``12,345``."""
    return f"{int(value):,}"


def short_rank(value: int, language: Language) -> str:
    """A rank in at most four characters, for the cells of a heatmap.

    ``873``, ``1.2k``, ``12k`` in English; ``873``, ``1234``, ``1.2万``, ``12万`` in Japanese.
    """
    value = int(value)
    if language == "ja":
        if value < 10_000:
            return str(value)
        return f"{value / 10_000:.1f}万" if value < 99_500 else f"{round(value / 10_000)}万"
    if value < 1000:
        return str(value)
    if value < 9950:
        return f"{value / 1000:.1f}k"
    if value < 999_500:
        return f"{round(value / 1000)}k"
    return f"{value / 1e6:.1f}M"


def signed(value: float) -> str:
    """A signed score with two decimals and a true minus sign."""
    text = f"{abs(value):.2f}"
    return f"{'−' if value < 0 and float(text) else '+'}{text}"


def nats(value: float) -> str:
    """A log-probability with two decimals and a true minus sign."""
    return f"{value:.2f}".replace("-", "−")


def hundredths(value: float, quantity: str = "") -> int | None:
    """A number, or a value of an attributed quantity, in hundredths of its unit (percentage points of a probability).

    None for none.

    Pages hold these whole numbers, so that Python and the browser write the same.
    """
    return None if not math.isfinite(value) else round(value * (10_000 if quantity == "probability" else 100))


def amount(value: float, quantity: str = "") -> str:
    """A number, or a value of an attributed quantity in its unit, with two decimals and a true minus sign.

    – for none.
    """
    number = hundredths(float(value), quantity)
    return "–" if number is None else f"{number / 100:.2f}".replace("-", "−")


def bits(value: float) -> str:
    """Bits with one decimal, as sentences give them."""
    return f"{value:.1f}"


def short_bits(hundredth: int) -> str:
    """Hundredths of a bit in at most three characters, for the cells of a heatmap: ``0.3``, ``9.9``, ``14``."""
    return f"{(hundredth + 5) // 10 / 10:.1f}" if hundredth < 995 else str((hundredth + 50) // 100)


def correlation(value: float) -> str:
    """A correlation as short as cells need it: ``.71``, ``−.08``, ``1``; – for none."""
    if not math.isfinite(value):
        return "–"
    number = round(100 * value)
    return f"{'−' if number < 0 else ''}{'1' if abs(number) == 100 else f'.{abs(number):02d}'}"


def deviations(value: float) -> str:
    """Standard deviations with one decimal and their sign; – for none."""
    return "–" if not math.isfinite(value) else f"{'−' if round(value, 1) < 0 else '+'}{abs(value):.1f}"


def small(value: float) -> str:
    """A number of at least 0 with two significant digits: ``0.31``, ``0.0042``, ``12``; – for none."""
    if not math.isfinite(value):
        return "–"
    if 0 < value < 1e-4:
        return "<0.0001"
    rounded = float(f"{value:.1e}")
    return f"{value:.0f}" if rounded >= 10 or value == 0 else f"{rounded:.{1 - math.floor(math.log10(rounded))}f}"


def below_one(value: float) -> str:
    """A cosine or a score with two decimals; three where two would make 1 of less: ``0.97``, ``0.998``; – for none."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:.2f}" if value >= 1 or value < 0.995 else f"{min(value, 0.999):.3f}"
    return text.replace("-", "−")
