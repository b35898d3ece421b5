"""What the rules say of handovers and mandates, once more, in sets: product.md sections 2 and 4.

No row and no code of the product is asked for it; `handover_life.py` compares the two after every
act. Names are those of the cast, "team BE" and "headquarters BE" the groups of a country.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

BELGIANS = ("belgian_officer", "belgian_colleague", "belgian_head")
DUTCH = ("dutch_officer", "dutch_colleague", "dutch_uncertified")
AT_THE_DESK = BELGIANS + DUTCH
COORDINATORS = {"belgian_coordinator": "BE", "belgian_second_coordinator": "BE",
                "dutch_coordinator": "NL"}  # fmt: skip
AT_HEADQUARTERS = ("belgian_headquarters", *COORDINATORS)
PEOPLE = AT_THE_DESK + AT_HEADQUARTERS
TEAMS = ("team BE", "team NL")
CERTIFIED = {"belgian_officer": "NL", "belgian_head": "NL", "dutch_officer": "BE",
             "dutch_colleague": "BE"}  # fmt: skip
LEVELS = {"view": ("view",), "contribute": ("view", "contribute"),
          "handle": ("view", "contribute", "handle"),
          "oversee": ("view", "contribute", "oversee")}  # fmt: skip
WAITS, OFFERED = "awaiting_mandate", "offered"


def country_of(name: str) -> str:
    """The country of somebody, or of a team."""
    if name in TEAMS:
        return name[-2:]
    return "BE" if name.startswith("belgian") else "NL"


def groups_of(name: str) -> tuple[str, ...]:
    """The group somebody is in by posting."""
    place = "team" if name in AT_THE_DESK else "headquarters"
    return (f"{place} {country_of(name)}",)


@dataclass(frozen=True)
class Held:
    """A level somebody holds, and under which mandate."""

    who: str
    level: str
    under: UUID | None


@dataclass
class Offer:
    """An offer."""

    key: UUID
    giver: str
    to: str
    mandate: UUID | None
    keeps: str
    state: str
    lapsed: bool = False  # its time is over; nobody has tidied up yet


@dataclass
class Matter:
    """A dossier; `held` says which offer gave what."""

    key: UUID
    owner: str
    confined: bool
    handler: str | None
    held: dict[Held, UUID | None] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list)

    @property
    def open(self) -> Offer | None:
        """The offer that waits, if one does."""
        return next((each for each in self.offers if each.state in (WAITS, OFFERED)), None)

    def give(self, who: str, level: str, under: UUID | None, because: UUID | None) -> None:
        """Give somebody a level and all below it; what is held already stays as it is."""
        for each in LEVELS[level]:
            self.held.setdefault(Held(who, each, under), because)

    def take(self, which: Callable[[Held, UUID | None], bool]) -> None:
        """Take what fits."""
        self.held = {held: why for held, why in self.held.items() if not which(held, why)}


class Rules:
    """Everything that is known: dossiers, mandates and who has left."""

    def __init__(self) -> None:
        self.matters: list[Matter] = []
        self.mandates: dict[UUID, str] = {}  # asked, given, refused, over (not tidied), ended
        self.gone: set[str] = set()

    # Who may ----------------------------------------------------------------------------------

    def levels(self, matter: Matter, name: str) -> set[str]:
        """What somebody holds now: across the border only under a mandate valid now."""
        if name in self.gone:
            return set()
        mine, own = {name, *groups_of(name)}, country_of(name) == matter.owner
        return {
            held.level for held in matter.held
            if held.who in mine and (own or self.valid(held.under))
        }  # fmt: skip

    def valid(self, mandate: UUID | None) -> bool:
        """Whether a mandate holds now."""
        return mandate is not None and self.mandates[mandate] == "given"

    def may_offer(self, matter: Matter, by: str, to: str, *, keeps: str) -> bool:
        """Who handles or oversees offers, once, to somebody of the desk who could take it."""
        if not {"handle", "oversee"} & self.levels(matter, by) or matter.open is not None:
            return False
        if keeps != "none" and not self._may_keep(matter):
            return False
        if to in TEAMS:
            return not matter.confined
        certified = matter.owner in (country_of(to), CERTIFIED.get(to))
        return to not in self.gone and to != matter.handler and certified

    def _may_keep(self, matter: Matter) -> bool:
        """Nothing is kept longer than the mandate of the handler."""
        under = self._under(matter, matter.handler)
        return under is None or self.valid(under)

    def may_decide(self, matter: Matter, offer: Offer, by: str) -> bool:
        """A coordinator of the owner who did not ask."""
        asked = offer.mandate is not None and self.mandates[offer.mandate] == "asked"
        return asked and COORDINATORS.get(by) == matter.owner and by != offer.giver

    def may_answer(self, matter: Matter, offer: Offer, by: str, step: str) -> bool:
        """The addressee answers; the giver, or headquarters of the owner, withdraws."""
        levels = self.levels(matter, by)
        if offer.lapsed:
            return False
        if step == "withdraw":
            return "oversee" in levels or (by == offer.giver and "view" in levels)
        if offer.state != OFFERED or "view" not in levels or offer.to not in (by, *groups_of(by)):
            return False
        if step == "decline" or country_of(by) == matter.owner:
            return True
        return CERTIFIED.get(by) == matter.owner and self.valid(offer.mandate)

    # What follows -----------------------------------------------------------------------------

    def opened(self, key: UUID, by: str, *, confined: bool) -> Matter:
        """Headquarters, the team unless confined, and the handler."""
        matter = Matter(key, country_of(by), confined, by)
        matter.give(f"headquarters {matter.owner}", "oversee", None, None)
        if not confined:
            matter.give(f"team {matter.owner}", "contribute", None, None)
        matter.give(by, "handle", None, None)
        self.matters.append(matter)
        return matter

    def offered(self, matter: Matter, offer: Offer) -> None:
        """Within the country the addressee may look at once."""
        matter.offers.append(offer)
        if offer.mandate is None:
            matter.give(offer.to, "view", None, offer.key)
        else:
            self.mandates[offer.mandate] = "asked"

    def decided(self, matter: Matter, offer: Offer, *, given: bool) -> None:
        """Given, the addressee may look; refused, the offer is over."""
        assert offer.mandate is not None
        self.mandates[offer.mandate] = "given" if given else "refused"
        offer.state = OFFERED if given else "refused"
        if given:
            matter.give(offer.to, "view", offer.mandate, offer.key)

    def accepted(self, matter: Matter, offer: Offer, by: str) -> None:
        """The handler changes; who handled keeps what was said, if it may still be kept."""
        before, under = matter.handler, self._under(matter, matter.handler)
        matter.take(lambda held, why: why == offer.key or held.who in (by, before))
        mandate = None if country_of(by) == matter.owner else offer.mandate
        matter.give(by, "handle", mandate, offer.key)
        keeps = before is not None and before != by and offer.keeps != "none"
        if keeps and (country_of(str(before)) == matter.owner or self.valid(under)):
            matter.give(str(before), offer.keeps, under, offer.key)
        matter.handler, offer.state = by, "accepted"

    def closed(self, matter: Matter, offer: Offer, state: str) -> None:
        """Declined, withdrawn or expired: what the offer gave is taken, what it asked for ends."""
        offer.state = state
        matter.take(lambda _held, why: why == offer.key)
        if offer.mandate is not None and self.mandates[offer.mandate] == "asked":
            self.mandates[offer.mandate] = "ended"

    def mandate_ended(self, key: UUID) -> None:
        """Its grants go along; who handled under it leaves the dossier to the queue."""
        self.mandates[key] = "ended"
        for matter in self.matters:
            if Held(str(matter.handler), "handle", key) in matter.held:
                matter.handler = None
            matter.take(lambda held, _why: held.under == key)
            offer = matter.open
            if offer is not None and offer.mandate == key:
                offer.state = "expired"

    def tidied(self) -> None:
        """Offers whose time is over, mandates that have run out, work of those who left."""
        for matter in self.matters:
            if matter.open is not None and matter.open.lapsed:
                self.closed(matter, matter.open, "expired")
        for key in [key for key, state in self.mandates.items() if state == "over"]:
            self.mandate_ended(key)
        for matter in self.matters:
            if matter.handler in self.gone:
                left, matter.handler = matter.handler, None
                matter.take(lambda held, _why, left=left: held.who == left)

    def _under(self, matter: Matter, who: str | None) -> UUID | None:
        return next((held.under for held in matter.held if held.who == who), None)
