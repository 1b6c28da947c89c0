"""The chain of seals over the audit log: made, anchored outside, and walked. See docs/adr/0014-audit-chain.md."""
