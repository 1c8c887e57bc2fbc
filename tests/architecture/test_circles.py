"""No module needs, through others, itself: so each can be read, and moved, after what it needs."""

from graphlib import TopologicalSorter

import grimp


def test_no_modules_import_each_other_in_a_circle() -> None:
    # What only the type checker imports is not needed when the program runs.
    imports = grimp.build_graph("solebook", exclude_type_checking_imports=True)
    needed = {each: imports.find_modules_directly_imported_by(each) for each in imports.modules}

    TopologicalSorter(needed).prepare()  # raises CycleError, which names a circle
