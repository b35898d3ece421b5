"""Evaluation of information: two schemes whose letters mean different things. Never converted.

4x4: Regulation (EU) 2016/794, art. 29; 6x6: the Admiralty scale (domain.md 4.3). A code is stored
with its scheme: "4x4:B2" is not "6x6:B2".
"""

from django.utils.translation import gettext as _

SCHEMES = {"4x4": ("ABCX", "1234"), "6x6": ("ABCDEF", "123456")}

EVALUATIONS = [
    f"{scheme}:{source}{information}"
    for scheme, (sources, informations) in SCHEMES.items()
    for source in sources
    for information in informations
]


def shown(evaluation: str) -> str:
    """Say "B2 (4×4)": the code and its scheme, always together."""
    scheme, _colon, code = evaluation.partition(":")
    return f"{code} ({scheme.replace('x', '×')})" if code else ""


def source_words(scheme: str, letter: str) -> str:
    """What the letter says of the source, in its own scheme."""
    words = {
        "4x4": {
            "A": _("no doubt, or always reliable"),
            "B": _("mostly reliable"),
            "C": _("mostly unreliable"),
            "X": _("cannot be assessed"),
        },
        "6x6": {
            "A": _("reliable"),
            "B": _("usually reliable"),
            "C": _("fairly reliable"),
            "D": _("not usually reliable"),
            "E": _("unreliable"),
            "F": _("cannot be judged"),
        },
    }
    return words[scheme][letter]


def information_words(scheme: str, digit: str) -> str:
    """What the digit says of the information, in its own scheme."""
    words = {
        "4x4": {
            "1": _("accuracy not in doubt"),
            "2": _("known to the source, not to the official"),
            "3": _("not known to the source, but corroborated"),
            "4": _("not known to the source, not corroborated"),
        },
        "6x6": {
            "1": _("confirmed"),
            "2": _("probably true"),
            "3": _("possibly true"),
            "4": _("doubtful"),
            "5": _("improbable"),
            "6": _("cannot be judged"),
        },
    }
    return words[scheme][digit]


def in_words(evaluation: str) -> str:
    """Say what a code means: "mostly reliable; known to the source, not to the official"."""
    scheme, _colon, code = evaluation.partition(":")
    if not code:
        return ""
    return f"{source_words(scheme, code[0])}; {information_words(scheme, code[1])}"
