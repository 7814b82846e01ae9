# SPDX-License-Identifier: EUPL-1.2
"""The demonstration: a real installation, real requests, a real proof. `loket demo` runs it."""
