# SPDX-License-Identifier: EUPL-1.2
"""Loket: decisions of Flemish local governments, sent, delivered, consulted and proven."""
