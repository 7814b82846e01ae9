# SPDX-License-Identifier: EUPL-1.2
"""Benchmarks: what we do beside what raw PostgreSQL and FastAPI do, on one machine in one run.

`python -m bench` measures everything, `python -m bench append send` only those parts. Every ratio
is taken within a round in which both sides ran, in random order; what is reported is the median
over the rounds. `docs/explanation/performance.md` says how to read it.
"""
