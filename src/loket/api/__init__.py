# SPDX-License-Identifier: EUPL-1.2
"""HTTP: commands derived from the modules, reads, files, proof, the log, health, problems."""
