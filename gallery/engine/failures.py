"""Errors in words: whatever goes wrong in an entry becomes one clear message in both languages.

lmviz gives its reasons in English. Those that curators meet are said in our own words, with the numbers and names
taken out of lmviz's sentence; a test has lmviz raise each of them, so that the two cannot drift apart.
"""

from __future__ import annotations

import re

from gallery.engine.analyses import NotPossible
from gallery.engine.words import words
from gallery.messages import Wording
from gallery.store import DamagedResult
from gallery.validation.attribution import REFUSED_METHODS, why_refused

_REASONS = {
    "damaged_weights": r"the weights of .* are damaged: (?P<count>\d+) of the (?P<all>\d+) values of (?P<tensor>\S+) "
                       r"are not finite \((?P<what>\w+)\)",
    "unreadable_weights": r"the weights in (?P<directory>.*) cannot be read: (?P<why>.*)",
    "other_weights": r"the weights in (?P<directory>.*) (lack|have in another shape) (?P<count>\d+) of the tensors "
                     r"that config\.json asks for, such as (?P<tensor>\S+);",
    "unsafe_weights": r"the weights in (?P<directory>.*) cannot be converted: (?P<file>\S+) holds something other than",
    "overflow": r"(the model's (hidden states|logits) are|\w+ gives scores that are) not finite",
    "too_long": r"the text is too long: (?P<found>\d+) tokens(?: and (?P<new>\d+) new tokens)?, but .* reads at most "
                r"(?P<limit>\d+);",
    "unknown_word": r"the tokenizer of (?P<model>.*) cannot write the word ['\"](?P<word>.*)['\"] \(part of it",
    "word_past_context": r"the word ['\"](?P<word>.*)['\"] \((?P<n>\d+) tokens\) at position (?P<position>\d+) "
                         r"does not fit into the context of (?P<limit>\d+) tokens",
    "too_many_components": r"(?P<found>\d+) components were asked for, and there are (?P<limit>\d+) positions",
    "no_padding_token": r"the tokenizer of (?P<model>.*) has no padding token",
    "foil_is_target": r"the foil ['\"](?P<word>.*)['\"] is the target at position (?P<position>\d+) itself",
    "target_outside": r"target (?P<found>-?\d+) cannot be explained: targets lie between 1 and (?P<last>\d+) ",
    "targets_together": r"targets \[.*\] name a position twice",
    "no_logit": r"several tokens together have no logit",
    "single_token": r"the text has a single token, which nothing precedes",
    "not_offered": rf"(?P<method>{'|'.join(REFUSED_METHODS)}) is not computed",
    "hub_unreachable": r".* is not on this machine, and the Hugging Face hub cannot be reached \((?P<why>.*)\);",
}


def explain(error: BaseException, device: str) -> Wording:
    """Why an entry or figure failed."""
    why = " ".join(str(error).split())[:600] or type(error).__name__
    if isinstance(error, (NotPossible, DamagedResult)):
        return error.wording
    if is_out_of_memory(error):
        return words("out_of_memory", device=device)
    if isinstance(error, ValueError):
        return reason(why)
    return words("unexpected", type=type(error).__name__, why=why)


def reason(why: str) -> Wording:
    """What lmviz says in English, in both languages where it is one of the common reasons."""
    for key, pattern in _REASONS.items():
        if found := re.match(pattern, why):
            values = {name: value or "0" for name, value in found.groupdict().items()}
            if key == "not_offered":
                values["why"] = why_refused(values["method"])
            return words(key, **values)
    return words("refused", why=why)


def is_out_of_memory(error: BaseException) -> bool:
    from lmviz.loading.errors import is_out_of_memory

    why = str(error).lower()
    unloadable = isinstance(error, (ImportError, OSError)) and ("map segment" in why or "cannot allocate" in why)
    return unloadable or is_out_of_memory(error)
