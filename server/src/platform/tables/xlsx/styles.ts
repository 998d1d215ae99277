/** Bits of a cell's style; `stylesXml` has an entry for each combination. */
export const BOLD = 1;
export const QUOTE_PREFIX = 2;

const cellStyle = (style: number) => {
  const bold = style & BOLD ? ' fontId="1" applyFont="1"' : ' fontId="0"';
  const quotePrefix = style & QUOTE_PREFIX ? ' quotePrefix="1"' : "";
  return `<xf numFmtId="0"${bold} fillId="0" borderId="0" xfId="0"${quotePrefix}/>`;
};

/** Excel repairs a file without the two fills and the border. */
export const stylesXml =
  '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>' +
  '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  `<cellXfs count="4">${[0, BOLD, QUOTE_PREFIX, BOLD | QUOTE_PREFIX].map(cellStyle).join("")}</cellXfs>` +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>' +
  "</styleSheet>";
