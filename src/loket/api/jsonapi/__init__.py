# SPDX-License-Identifier: EUPL-1.2
"""Reads in the form of JSON:API 1.1, derived from resources that are data.

kinds → resource (what can be read) → query (what is asked) → select (SQL) → fetch (rows) →
document (JSON); media, describe and routes put it on HTTP. Exports take `select` and its columns.
"""
