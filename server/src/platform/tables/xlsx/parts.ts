import { xmlText } from "./xml-text.ts";

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml";

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** A part's path within the file; sheets count from 1. */
export const worksheetPath = (number: number) => `xl/worksheets/sheet${number}.xml`;

export const corePropertiesXml = (created: Date) => {
  const time = created.toISOString().replace(/\.\d+/, "");
  return (
    `<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" ` +
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
    `<dc:creator>Fovea</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">${time}</dcterms:created>` +
    "</cp:coreProperties>"
  );
};

export const packageRelationsXml = relationsXml([
  [`${RELATIONS}/officeDocument`, "xl/workbook.xml"],
  [`${PACKAGE}/relationships/metadata/core-properties`, "docProps/core.xml"],
]);

/** The relation `rId1` is the first sheet. */
export const workbookXml = (sheetNames: readonly string[]) => {
  const sheets = sheetNames.map(
    (name, index) => `<sheet name="${xmlText(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  );
  return (
    `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><bookViews><workbookView/></bookViews>` +
    `<sheets>${sheets.join("")}</sheets></workbook>`
  );
};

export const workbookRelationsXml = (sheetCount: number) =>
  relationsXml([
    ...numbers(sheetCount).map(
      (number): Relation => [`${RELATIONS}/worksheet`, worksheetPath(number).replace("xl/", "")],
    ),
    [`${RELATIONS}/styles`, "styles.xml"],
  ]);

export const contentTypesXml = (sheetCount: number) => {
  const types = [
    ["xl/workbook.xml", `${SPREADSHEET}.sheet.main+xml`],
    ["xl/styles.xml", `${SPREADSHEET}.styles+xml`],
    ["docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"],
    ...numbers(sheetCount).map((number) => [worksheetPath(number), `${SPREADSHEET}.worksheet+xml`]),
  ];
  return (
    `<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    '<Default Extension="xml" ContentType="application/xml"/>' +
    types.map(([path, type]) => `<Override PartName="/${path}" ContentType="${type}"/>`).join("") +
    "</Types>"
  );
};

type Relation = readonly [type: string, target: string];

function relationsXml(relations: readonly Relation[]): string {
  const members = relations.map(
    ([type, target], index) => `<Relationship Id="rId${index + 1}" Type="${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="${PACKAGE}/relationships">${members.join("")}</Relationships>`;
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
