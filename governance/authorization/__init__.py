"""Decisions for machines: may this subject do this to this resource now? After the OpenID AuthZEN API 1.0."""
