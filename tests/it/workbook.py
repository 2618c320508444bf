"""Workbooks for tests, written by hand: every cell is the XML that a test wants to see read."""
import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = ('<styleSheet xmlns="%s"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>'
          '<numFmt numFmtId="165" formatCode="[$-804]General"/></numFmts><cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="14"/>'
          '<xf numFmtId="10"/><xf numFmtId="164"/><xf numFmtId="4"/><xf numFmtId="165"/></cellXfs></styleSheet>' % MAIN)
DAY, PERCENT, DAY_ZH, THOUSANDS, GENERAL = 1, 2, 3, 4, 5


def letters(i):
    return letters(i // 26 - 1) + chr(65 + i % 26) if i > 25 else chr(65 + i)


def number(text, style=0):
    return '<c r="{at}" s="%d"><v>%s</v></c>' % (style, text)


def inline(text):
    return '<c r="{at}" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % escape(text)


def raw(kind, inside):
    return '<c r="{at}" t="%s">%s</c>' % (kind, inside)


class Book:
    """Sheets of rows; a row is a list of texts (shared) and of cells made by the functions above."""

    def __init__(self, date1904=False):
        self.sheets, self.strings, self.date1904 = [], [], date1904
        self.parts = {}

    def cell(self, value, at):
        if value.startswith("<c "):
            return value.replace("{at}", at)
        self.strings.append("<si><t>%s</t></si>" % escape(value))
        return '<c r="%s" t="s"><v>%d</v></c>' % (at, len(self.strings) - 1)

    def sheet(self, name, rows, state="visible", hidden=(), columns=""):
        data = []
        for i, row in enumerate(rows, 1):
            cells = "".join(self.cell(v, letters(j) + str(i)) for j, v in enumerate(row) if v != "")
            data.append('<row r="%d"%s>%s</row>' % (i, ' hidden="1"' if i in hidden else "", cells))
        self.sheets.append((name, state, '<worksheet xmlns="%s">%s<sheetData>%s</sheetData></worksheet>' % (MAIN, columns, "".join(data))))
        return self

    def bytes(self):
        n = range(1, len(self.sheets) + 1)
        parts = {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": '<Relationships xmlns="%s"><Relationship Id="r1" Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>' % (PACKAGE, REL),
            "xl/workbook.xml": '<workbook xmlns="%s" xmlns:r="%s"><workbookPr date1904="%d"/><sheets>%s</sheets></workbook>' % (
                MAIN, REL, self.date1904, "".join('<sheet name=%s sheetId="%d" state="%s" r:id="s%d"/>' % (
                    quoteattr(self.sheets[i - 1][0]), i, self.sheets[i - 1][1], i) for i in n)),
            "xl/_rels/workbook.xml.rels": '<Relationships xmlns="%s">%s<Relationship Id="t" Type="%s/sharedStrings" Target="sharedStrings.xml"/>'
                '<Relationship Id="y" Type="%s/styles" Target="/xl/styles.xml"/></Relationships>' % (
                    PACKAGE, "".join('<Relationship Id="s%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>' % (i, REL, i) for i in n), REL, REL),
            "xl/styles.xml": STYLES,
            "xl/sharedStrings.xml": '<sst xmlns="%s">%s</sst>' % (MAIN, "".join(self.strings)),
        }
        for i in n:
            parts["xl/worksheets/sheet%d.xml" % i] = self.sheets[i - 1][2]
        parts.update(self.parts)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
            for name, text in parts.items():
                if text is not None:
                    z.writestr(name, text)
        return out.getvalue()
