"""Calls to models, one row per HTTP attempt, and the budgets that let them through."""

import sqlalchemy as sa

from storage.database import Instant, Json, NanoUSD, metadata

_call = sa.Table(
    "call",
    metadata,
    sa.Column("call_id", sa.String(36), primary_key=True),
    sa.Column("team_id", sa.String(32), nullable=False),
    sa.Column("channel_id", sa.String(32), nullable=True),
    sa.Column("thread_ts", sa.String(32), nullable=True),
    sa.Column("user_id", sa.String(32), nullable=True),
    sa.Column("feature", sa.String(32), nullable=False),
    sa.Column("run_id", sa.String(128), nullable=False),
    sa.Column("step", sa.String(128), nullable=False),
    sa.Column("operation_id", sa.String(36), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("prompt_fingerprint", sa.String(12), nullable=False),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("provider", sa.String(64), nullable=True),
    sa.Column("model_requested", sa.String(128), nullable=False),
    sa.Column("model_returned", sa.String(128), nullable=True),
    sa.Column("service_tier", sa.String(32), nullable=True),
    sa.Column("request_id", sa.String(128), nullable=True),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("error", sa.String(64), nullable=True),
    sa.Column("http_status", sa.Integer, nullable=True),
    sa.Column("usage", Json, nullable=True),
    sa.Column("usage_source", sa.String(16), nullable=False),
    sa.Column("input_uncached", sa.BigInteger, nullable=False, default=0),
    sa.Column("input_cached", sa.BigInteger, nullable=False, default=0),
    sa.Column("input_cache_write", sa.BigInteger, nullable=False, default=0),
    sa.Column("output", sa.BigInteger, nullable=False, default=0),
    sa.Column("price_status", sa.String(16), nullable=False),
    sa.Column("unit_prices", Json, nullable=True),
    sa.Column("cost", NanoUSD, nullable=True),
    sa.Column("reserved", NanoUSD, nullable=False, default=0),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant, nullable=True),
    sa.Column("first_token_ms", sa.Integer, nullable=True),
    sa.UniqueConstraint("operation_id", "attempt"),
    sa.Index("ix_call_team_id_started_at", "team_id", "started_at"),
    sa.Index("ix_call_team_id_run_id", "team_id", "run_id"),
)

_budget = sa.Table(
    "budget",
    metadata,
    sa.Column("team_id", sa.String(32), primary_key=True),
    sa.Column("scope", sa.String(16), primary_key=True),
    sa.Column("period", sa.String(128), primary_key=True),
    sa.Column("amount", NanoUSD, nullable=False),
    sa.Column("spent", NanoUSD, nullable=False, default=0),
    sa.Column("reserved", NanoUSD, nullable=False, default=0),
)
