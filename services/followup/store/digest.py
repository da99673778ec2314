"""Where the digests that were sent are kept: as they were, whatever happens to the figures later."""

from services.chassis.documents import Collection, Index
from services.followup.domain.digest import Digest

DIGESTS = Collection("digests", Digest, fields=lambda state: {"brand": state.brand}, indexes=(Index(("brand",)),))
