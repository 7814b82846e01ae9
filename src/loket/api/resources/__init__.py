# SPDX-License-Identifier: EUPL-1.2
"""Every file in this folder offers `RESOURCES`: what can be read of one module, as data.

Nothing registers them.
"""

import pkgutil
from importlib import import_module

from loket.api.jsonapi.resource import Resource

RESOURCES: dict[str, Resource] = {
    resource.type: resource
    for info in pkgutil.iter_modules(__path__)
    if not info.name.startswith("_")
    for resource in import_module(f"{__name__}.{info.name}").RESOURCES
}
"""All resources by type."""
