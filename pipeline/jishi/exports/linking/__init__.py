"""Entities across the archive: which mentions of people and organisations, over all articles, are the same."""

from jishi.exports.linking.links import Decision, Entity, Links, read_links, write_links
from jishi.exports.linking.run import find_unmet, link
from jishi.exports.linking.user_files import GazetteerEntry, Override, read_gazetteer, read_overrides

__all__ = [
    "Decision",
    "Entity",
    "GazetteerEntry",
    "Links",
    "Override",
    "find_unmet",
    "link",
    "read_gazetteer",
    "read_links",
    "read_overrides",
    "write_links",
]
