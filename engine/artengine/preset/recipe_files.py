"""Find the files and plugins of a recipe on this machine."""

from __future__ import annotations

from artengine.catalog import Catalog, Kind
from artengine.digest import digest_of
from artengine.params import Plugin, Problem
from artengine.preset.address import Address
from artengine.preset.document import Document
from artengine.preset.find import is_file, packaged_folder
from artengine.preset.find_again import find_again, find_weights_again, missing
from artengine.preset.made_with import MadeWith
from artengine.provider import installed, provider_of, remedy


class RecipeFiles:
    """Finds the files and plugins of a recipe, and collects missing and changed ones.

    In a preset that is not a recipe all paths are used unchanged.

    Args:
        document: the preset or recipe.
        catalog: the installed plugins.
    """

    def __init__(self, document: Document, catalog: Catalog) -> None:
        self._document, self._catalog = document, catalog
        self.notes: list[str] = []
        """Differences from the recipe that do not prevent the film."""
        self.missing: list[Problem] = []
        """The files that are not on this machine."""

    def path(self, address: Address, named: str, given: str) -> tuple[str, bool]:
        """Find a file.

        Args:
            address: the address of the path.
            named: the address in an override; empty if it cannot be overridden.
            given: the path in the recipe.

        Returns:
            The path of the file, and whether it was found only by its digest. It may then be read
            from any folder, because a recipe with the digest was made with that file.
        """
        made_with = self._of(address)
        found = find_again(made_with, given, self._document.written(address).folder)
        if not found.there:
            option = "--source CLIP" if named == "source.path" else f"--set {named}=FILE"
            to_do = f"name it with {option}" if named else "put it beside the recipe"
            self.missing.append(Problem(address, missing(made_with, given, to_do)))
        elif not found.same:
            self.notes.append(f"{found.path} is not the file that the recipe was made with")
        return found.path, found.known

    def shipped_weights(self, name: str) -> str:
        """Find the packaged weights of that name in the version that wrote the recipe.

        Returns:
            The name, or the path of a file if the current packaged weights differ.
        """
        address = ("model", "weights")
        made_with = self._of(address)
        digest = made_with.weights
        if not digest:
            return name
        shipped = packaged_folder() / "weights" / f"{name}.weights.h5"
        if digest_of(shipped) == digest:
            return name
        found = find_weights_again(digest)
        if found is not None:
            return str(found)
        if not is_file(shipped):
            origin = f"artengine {made_with.engine}, which shipped it"
            told = MadeWith(files={name: digest}, origins={name: origin})
            message = missing(told, name, "name it with --set model.weights=FILE")
            self.missing.append(Problem(address, message))
        return name

    def check_provider(self, address: Address, kind: type[Plugin]) -> None:
        """Add a note if another distribution, or another version of it, provides a plugin."""
        before = self._of(address).plugins.get(kind.name)
        now = str(provider_of(kind))
        if before and before != now:
            message = f"the {kind.kind} {kind.name} is that of {now}, and the recipe was made with"
            self.notes.append(f"{message} that of {before}")

    def instead(self, address: Address, kind: Kind, used: str) -> str:
        """Return the provider of a missing plugin with a remedy, or else the known plugins."""
        provider = self._of(address).plugins.get(used)
        if not provider:
            return self._catalog.instead(kind, used)
        told = f"; the recipe was made with that of {provider}"
        fault, now = self._catalog.fault_of(provider), installed(provider)
        if fault:
            return f"{told}, which is broken here: {fault}"
        if now and now != provider:
            return f"{told}, and {now} is installed, which has none: {remedy(provider)}"
        return f"{told}: {remedy(provider)}"

    def _of(self, address: Address) -> MadeWith:
        """The `[made_with]` table of a value's file; an empty one if it is not a recipe."""
        return self._document.recipes.get(self._document.written(address), MadeWith())
