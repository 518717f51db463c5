"""The README's generated parts: `python -m tests.readme_parts` writes them anew, a test compares them."""

import ast
from pathlib import Path

from tms_tui.settings import declared, variable
from tms_tui.ui.keys import markdown_table

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
ROOMS = ("domain", "core", "protocol", "transport", "engine", "ui", "plain", "server")


def parts() -> dict[str, str]:
    """Text of every generated part by its name."""
    return {"keys": markdown_table(), "settings": settings_table(), "map": room_map()}


def settings_table() -> str:
    """Every setting with its three ways in."""
    rows = ["| flag | environment | in the file | default | what |", "|---|---|---|---|---|"]
    for setting in declared():
        default = setting.default
        shown = "" if default in ("", ()) else f"`{str(default).lower()}`"
        flag = "--" + setting.name.replace("_", "-")
        choices = setting.metadata["choices"]
        words = setting.metadata["help"] + (f" One of {', '.join(choices)}." if choices else "")
        table = f"`[{setting.metadata['table']}]` " if setting.metadata["table"] else ""
        rows.append(f"| `{flag}` | `{variable(setting.name)}` | {table}`{setting.name}` | {shown} | {words} |")
    return "\n".join(rows)


def room_map() -> str:
    """The package's rooms and what each module says it is."""
    lines = ["```", "tms_tui/"]
    top = sorted((ROOT / "tms_tui").glob("*.py"))
    lines += [f"  {module.name:<16} {caption(module)}" for module in top if module.stem != "__init__"]
    for room in ROOMS:
        lines.append(f"  {room + '/':<16} {caption(ROOT / 'tms_tui' / room / '__init__.py')}")
        lines += [f"    {module.name:<20} {caption(module)}" for module in modules(room)]
    return "\n".join([*lines, "```"])


def modules(room: str) -> list[Path]:
    """The modules that stand directly in a room."""
    found = sorted((ROOT / "tms_tui" / room).glob("*.py"))
    return [module for module in found if module.stem != "__init__"]


def caption(module: Path) -> str:
    """The first line of a module's docstring."""
    words = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    return (words or "").partition("\n")[0]


def filled(text: str) -> str:
    """The README with every generated part as it should be."""
    for name, part in parts().items():
        before, opening, rest = text.partition(f"<!-- {name}: generated -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        if not closing:
            raise ValueError(f"README.md has no place for {name}")
        text = f"{before}{opening}{part}\n{closing}{after}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
