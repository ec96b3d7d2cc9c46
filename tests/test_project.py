"""The project's own promises about its shape."""

import re
import tomllib
from pathlib import Path

import deadlines

_LINK = re.compile(r"\]\(([^)\s]+)\)")
ROOT = Path(__file__).parent.parent


def test_ci_runs_the_command_of_the_readme() -> None:
    assert "make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_every_link_between_our_pages_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
    links = [(page, link) for page in pages for link in _LINK.findall(page.read_text(encoding="utf-8"))]
    local = [
        (page, link.partition("#")[0]) for page, link in links if "://" not in link and not link.startswith(("#", "mailto:"))
    ]

    assert [f"{page.name}: {link}" for page, link in local if link and not (page.parent / link).exists()] == []
    assert local


def test_every_ignored_rule_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    ignored = tomllib.loads(text)["tool"]["ruff"]["lint"]["ignore"]
    lines = {line.strip().split('"')[1]: line for line in text.splitlines() if line.strip().startswith('"')}

    assert [rule for rule in ignored if "#" not in lines[rule] and '", "' not in lines[rule]] == []


def test_version_is_kept_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "src/deadlines/__init__.py"
    assert deadlines.__version__.count(".") == 2
