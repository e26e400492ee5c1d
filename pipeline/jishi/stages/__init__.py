"""One file a stage. A stage reads a spaCy `Doc` and writes to it; it knows nothing of files or output formats.

Offsets inside the stages are code points of `doc.text`, the normalised text; `jishi.assemble` maps them to the source.
"""
