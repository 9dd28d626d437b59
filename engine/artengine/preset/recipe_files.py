"""The files and plugins that a recipe names, as far as this machine has those of its film."""

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
    """Finds what a recipe names, and collects what is missing or not as it was.

    Of a preset that is no recipe everything is taken as it is written.

    Args:
        document: the preset or recipe.
        catalog: the plugins that are there.
    """

    def __init__(self, document: Document, catalog: Catalog) -> None:
        self._document, self._catalog = document, catalog
        self.notes: list[str] = []
        """What is not as it was, though the film can be made."""
        self.missing: list[Problem] = []
        """The files that are nowhere on this machine."""

    def path(self, address: Address, named: str, given: str) -> tuple[str, bool]:
        """Find a file.

        Args:
            address: where it is named.
            named: the address as the user names it in an override; empty where none can.
            given: its path, as it is written.

        Returns:
            Its path, and whether it was found by its content alone. Then it may be read from
            anywhere: a recipe that knows a file's digest knows the file.
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
        """The weights of a name that shipped with the version which wrote the recipe.

        Returns:
            The name, or the path of a file where those that ship now are others.
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
            said = missing(told, name, "name it with --set model.weights=FILE")
            self.missing.append(Problem(address, said))
        return name

    def check_provider(self, address: Address, kind: type[Plugin]) -> None:
        """Note a plugin that another distribution, or another version of it, provides."""
        before = self._of(address).plugins.get(kind.name)
        now = str(provider_of(kind))
        if before and before != now:
            said = f"the {kind.kind} {kind.name} is that of {now}, and the recipe was made with"
            self.notes.append(f"{said} that of {before}")

    def instead(self, address: Address, kind: Kind, used: str) -> str:
        """Say who provided a plugin that is missing, and what to do; or else what there is."""
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
        """What the recipe that a value was written in says; nothing, where it is no recipe."""
        return self._document.recipes.get(self._document.written(address), MadeWith())
