# SPDX-License-Identifier: EUPL-1.2
"""A year of work at many besturen, made up from a seed and done through the real commands.

For trying an installation at its real size: what people would do is told as stories, a clock that
is not real moves from act to act, and everything else (rules, log, reactions, read models) is what
runs in production.

people → fill → stories → play → run
"""
