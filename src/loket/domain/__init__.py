# SPDX-License-Identifier: EUPL-1.2
"""Every file in this folder is one module: it offers a `MODULE`, and nothing registers it."""

import pkgutil
from importlib import import_module
from typing import Any

from loket.kernel import Module

MODULES: dict[str, Module[Any, Any, Any]] = {
    module.name: module
    for info in pkgutil.iter_modules(__path__)
    if not info.name.startswith("_")
    for module in [import_module(f"{__name__}.{info.name}").MODULE]
}
"""All modules by name."""
