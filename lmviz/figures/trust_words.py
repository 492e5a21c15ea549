"""The words of the two figures that compare methods: how far each can be trusted, and how far they agree.

Each function gives title, caption, alternative and convention, in this order.
"""

from __future__ import annotations

import numpy as np

from lmviz.figures import labels, notation
from lmviz.figures.attribution_words import method_name
from lmviz.figures.messages import Language, message
from lmviz.results import AttributionReceipt, MethodTrust


def method_trust(trust: MethodTrust, language: Language) -> tuple[str, str, str, str]:
    """The title names the chosen method, or says that none leaves the random band."""
    model = labels.visible(trust.model)
    title = message("method_trust.title.chosen", language, model=model, method=method_name(trust.chosen, language)) \
        if trust.chosen else message("method_trust.title.none", language, model=model)
    listed = message("list.separator", language).join(
        message("method_trust.row", language, method=method_name(name, language),
                **{key: notation.deviations(value) for key, value in
                   (("advantage", trust.advantages[i]), ("low", trust.bands[i, 0]), ("high", trust.bands[i, 1]))})
        for i, name in enumerate(trust.methods)
    )
    return (title, message("method_trust.caption", language),
            message("method_trust.alternative", language, list=listed), message("method_trust.convention", language))


def method_agreement(result: AttributionReceipt | MethodTrust, language: Language) -> tuple[str, str, str, str]:
    """The title names the two methods that agree best."""
    names = [method_name(name, language) for name in result.methods]
    above = [(float(result.agreement[i, j]), i, j) for i in range(len(names)) for j in range(i)]
    known = sorted((each for each in above if np.isfinite(each[0])), reverse=True)
    caption, convention = (message(f"method_agreement.{part}", language) for part in ("caption", "convention"))
    if not known:
        plain = message("method_agreement.title.plain", language)
        return plain, caption, plain, convention
    tau, second, first = known[0]
    pairs = message("list.separator", language).join(
        message("method_agreement.pair", language, first=names[j], second=names[i], tau=notation.correlation(value))
        for value, i, j in dict.fromkeys([*known[:3], *known[-3:]])
    )
    return (
        message("method_agreement.title.best", language, first=names[first], second=names[second],
                tau=notation.correlation(tau)),
        caption, message("method_agreement.alternative", language, count=len(names), list=pairs), convention,
    )

