"""The networks: embeddings of characters, character pairs and words, then dilated convolutions with residuals (what is
shipped) or attention over a whole article (its teacher); and heads, the same for both."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from jishi.stages.tagger import BIGRAM_BUCKETS, ENTITY_TAGS, FRAME_LABELS, FRAME_TAGS, ROLES, SHAPES, WORD_BUCKETS

SILVER_TAGS = 17
DILATIONS = (1, 2, 4, 8, 16, 32, 1)


class Embeddings(nn.Module):
    """(batch, length) of inputs to (batch, length, width). bigrams: (batch, length + 1)."""

    def __init__(self, characters: int, width: int) -> None:
        super().__init__()
        self.character = nn.Embedding(characters, 96)
        self.bigram = nn.Embedding(BIGRAM_BUCKETS, 48)
        self.word = nn.Embedding(WORD_BUCKETS + 1, 48)  # the last one stands for a word withheld
        self.shape = nn.Embedding(SHAPES, 16)
        for table in (self.character, self.bigram, self.word, self.shape):
            nn.init.normal_(table.weight, std=0.3)
        self.project = nn.Linear(96 + 2 * 48 + 48 + 16, width)

    def forward(
        self, characters: torch.Tensor, bigrams: torch.Tensor, words: torch.Tensor, shapes: torch.Tensor
    ) -> torch.Tensor:
        pairs = self.bigram(bigrams)
        parts = [self.character(characters), pairs[:, :-1], pairs[:, 1:], self.word(words), self.shape(shapes)]
        return self.project(torch.cat(parts, -1))


class Convolution(nn.Module):
    """Each character with its neighbours at some distance on both sides, as one product; then a norm over the batch."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.product = nn.Linear(3 * width, width)  # left, own, right
        self.norm = nn.BatchNorm1d(width, momentum=0.02)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        padded = functional.pad(features, (0, 0, self.dilation, self.dilation))
        length = features.shape[1]
        near = (padded[:, :length], features, padded[:, 2 * self.dilation :])
        made = self.product(torch.cat(near, -1))
        return functional.relu(self.norm(made.flatten(0, 1)).view_as(made))


class ConvolutionalEncoder(nn.Module):
    """What is shipped: each character sees 64 others on each side."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Convolution(width, dilation) for dilation in DILATIONS)
        self.dropout = nn.Dropout(0.0)

    def forward(self, features: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            features = features + self.dropout(layer(features))
        return features


class AttentionLayer(nn.Module):
    """Attention with rotated positions (Su et al. 2021), then a feed-forward layer; norms before each."""

    def __init__(self, width: int, heads: int, dropout: nn.Dropout) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_feeding = nn.LayerNorm(width), nn.LayerNorm(width)
        self.inward, self.outward = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.dropout = dropout

    def forward(self, features: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor, same: Any) -> torch.Tensor:
        batch, length, width = features.shape
        parts = self.inward(self.before_attention(features)).view(batch, length, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        query, key = rotate(query, cosine, sine), rotate(key, cosine, sine)
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=same)
        features = features + self.dropout(self.outward(found.transpose(1, 2).reshape(batch, length, width)))
        return features + self.dropout(self.feed(self.before_feeding(features)))


def rotate(values: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor) -> torch.Tensor:
    first, second = values.chunk(2, -1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), -1).to(values.dtype)


class AttentiveEncoder(nn.Module):
    """The teacher: each character sees the whole of its row."""

    def __init__(self, width: int, layers: int = 8, heads: int = 8) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.0)
        self.layers = nn.ModuleList(AttentionLayer(width, heads, self.dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        half = width // heads // 2
        self.register_buffer("frequencies", 10000.0 ** (-torch.arange(half) / half), persistent=False)

    def forward(self, features: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """rows: (batch, length), the number of each character's row in its lane: rows do not see each other."""
        angles = torch.arange(features.shape[1], device=features.device)[:, None] * self.frequencies
        same = (rows[:, None, :, None] == rows[:, None, None, :]) if len(rows) else None
        for layer in self.layers:
            features = layer(features, angles.cos(), angles.sin(), same)
        return self.norm(features)


class TaggerNetwork(nn.Module):
    """An encoder with its heads. The heads behind the roles serve training alone; `public` gives entities in the
    convention of the public corpora."""

    def __init__(self, characters: int, width: int = 256, attentive: bool = False) -> None:
        super().__init__()
        self.embeddings = Embeddings(characters, width)
        self.encoder = AttentiveEncoder(width) if attentive else ConvolutionalEncoder(width)
        self.entities = nn.Linear(width, len(ENTITY_TAGS))
        self.frames = nn.Linear(width, len(FRAME_LABELS) * len(FRAME_TAGS))
        self.roles = nn.Linear(width, len(ROLES))
        self.silver = nn.Linear(width, SILVER_TAGS)
        self.masked = nn.Sequential(nn.Linear(width, 192), nn.GELU(), nn.Linear(192, characters))
        self.public = nn.Linear(width, len(ENTITY_TAGS))

    def features(
        self,
        characters: torch.Tensor,
        bigrams: torch.Tensor,
        words: torch.Tensor,
        shapes: torch.Tensor,
        rows: torch.Tensor,
    ) -> torch.Tensor:
        """Give (batch, length, width)."""
        return self.encoder(self.encoder.dropout(self.embeddings(characters, bigrams, words, shapes)), rows)


def marginal_loss(logits: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """Give the mean of -log p(allowed tags) over the characters for which something is known.

    logits: (n, tags). allowed: (n, tags), True for the tags a character may have.
    """
    known = ~allowed.all(-1)
    scores = logits.float()
    inside = scores.masked_fill(~allowed, -1e4).logsumexp(-1)
    losses = scores.logsumexp(-1) - inside
    return (losses * known).sum() / known.sum().clamp(min=1)
