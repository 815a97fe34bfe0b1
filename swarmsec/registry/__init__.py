"""Find and identify plug-ins.

There are five families (attacks, defenses, protocols, worlds, topologies) and three sources.

- Shipped plug-ins: one file each, whose name is the kind.
- Installed packages, by entry points of the groups `swarmsec.attacks`, `swarmsec.defenses` and so on. A kind is
  addressed as `package/kind`, where the package is the normalized name of the distribution. The kind alone is enough
  where exactly one package has it, and no shipped plug-in and no folder does.
- Folders (`--plugins DIR`): one plug-in a file, whose name is the kind. Files that start with an underscore are
  helpers. A file imports them with `from ._helper import x` or `from _helper import x`; equal names in different
  folders do not collide.

A plug-in is named by its kind and identified by `source_digest`, the digest of its source and of the modules that it
imports from its own package or folder.

A package or a file that cannot be used is listed as broken, and is an error only where a scenario uses it. The engine
imports no plug-in by name. Checks of plug-ins beyond their form belong in `swarmsec.testing`.
"""

from swarmsec.registry._fresh import fresh_classes
from swarmsec.registry._identity import digest_in_folder, own_modules, source_digest
from swarmsec.registry._registry import Registry
from swarmsec.registry._shipped import kinds as shipped_kinds

__all__ = ["Registry", "digest_in_folder", "fresh_classes", "own_modules", "shipped_kinds", "source_digest"]
