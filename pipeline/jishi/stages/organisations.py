"""Organisations with their names, and what 我校 or 该公司 points at (component `jishi_organisations`). Draft."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from jishi.stages.findings import OrganisationFound


@Language.component("jishi_organisations", requires=["doc.ents"], assigns=["doc._.organisations", "doc._.resolved"])
def find_organisations(doc: Doc) -> Doc:
    """Set `doc._.organisations` and `doc._.resolved`."""
    found: dict[str, OrganisationFound] = {}
    for ent in doc.ents:
        if ent.label_ == "ORG":
            found.setdefault(ent.text, OrganisationFound(ent.text)).spans.append((ent.start_char, ent.end_char))
    doc._.organisations = list(found.values())
    doc._.resolved = {}
    return doc
