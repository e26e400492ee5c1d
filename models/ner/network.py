"""The network: embeddings of characters, character pairs and words, then dilated convolutions with residuals."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from jishi.stages.tagger import BIGRAM_BUCKETS, ENTITY_TAGS, FRAME_LABELS, FRAME_TAGS, ROLES, SHAPES, WORD_BUCKETS

SILVER_TAGS = 17
DILATIONS = (1, 2, 4, 8, 16, 32, 1)


class Encoder(nn.Module):
    """(batch, length) of inputs to (batch, width, length) of features."""

    def __init__(self, characters: int, width: int = 256, dropout: float = 0.1) -> None:
        super().__init__()
        self.character = nn.Embedding(characters, 96)
        self.bigram = nn.Embedding(BIGRAM_BUCKETS, 48)
        self.word = nn.Embedding(WORD_BUCKETS + 1, 48)  # the last one stands for a word withheld
        self.shape = nn.Embedding(SHAPES, 16)
        for table in (self.character, self.bigram, self.word, self.shape):
            nn.init.normal_(table.weight, std=0.3)
        self.project = nn.Conv1d(96 + 2 * 48 + 48 + 16, width, 1)
        self.convolutions = nn.ModuleList(nn.Conv1d(width, width, 3, padding=d, dilation=d) for d in DILATIONS)
        self.norms = nn.ModuleList(nn.BatchNorm1d(width, momentum=0.02) for _ in DILATIONS)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, characters: torch.Tensor, bigrams: torch.Tensor, words: torch.Tensor, shapes: torch.Tensor
    ) -> torch.Tensor:
        """bigrams: (batch, length + 1)."""
        pairs = self.bigram(bigrams)
        parts = [self.character(characters), pairs[:, :-1], pairs[:, 1:], self.word(words), self.shape(shapes)]
        features = self.dropout(self.project(torch.cat(parts, -1).transpose(1, 2)))
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            features = features + self.dropout(functional.relu(norm(convolution(features))))
        return features


class TaggerNetwork(nn.Module):
    """The encoder with its heads. The silver and the masked-character head serve training alone."""

    def __init__(self, characters: int, width: int = 256, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = Encoder(characters, width, dropout)
        self.entities = nn.Linear(width, len(ENTITY_TAGS))
        self.frames = nn.Linear(width, len(FRAME_LABELS) * len(FRAME_TAGS))
        self.roles = nn.Linear(width, len(ROLES))
        self.silver = nn.Linear(width, SILVER_TAGS)
        self.masked = nn.Sequential(nn.Linear(width, 96), nn.ReLU(), nn.Linear(96, characters))

    def features(
        self, characters: torch.Tensor, bigrams: torch.Tensor, words: torch.Tensor, shapes: torch.Tensor
    ) -> torch.Tensor:
        """Give (batch, length, width)."""
        return self.encoder(characters, bigrams, words, shapes).transpose(1, 2)


def marginal_loss(logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """Give the mean of -log p(allowed tags) over the characters for which something is known.

    logits: (n, tags). allowed: (n, tags), True for the tags a character may have.
    """
    known = ~allowed.all(-1)
    scores = logits.float()
    inside = scores.masked_fill(~allowed, -1e4).logsumexp(-1)
    losses = scores.logsumexp(-1) - inside
    return (losses * known).sum() / known.sum().clamp(min=1)
