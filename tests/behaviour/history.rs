//! `history.jsonl`: what changes write, and what is healed or refused.
