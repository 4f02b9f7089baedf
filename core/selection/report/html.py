"""The report as one HTML page that needs nothing else."""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from core.selection.report.content import Content
from core.selection.report.drawing import data_uri


def page_of(content: Content) -> str:
    """The page's text, without scripts and without addresses of other files."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["data_uri"] = data_uri
    environment.filters["kind"] = lambda block: type(block).__name__
    template = files("resources").joinpath("report", "report.html.j2").read_text("utf-8")
    return environment.from_string(template).render(content=content)
