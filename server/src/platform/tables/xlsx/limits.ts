/**
 * What Excel can open; it repairs, that is drops, what goes beyond.
 * https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
 */
export const MAX_ROWS = 1_048_576;
export const MAX_COLUMNS = 16_384;
/** Counted in UTF-16 code units. */
export const MAX_CELL_CHARACTERS = 32_767;
export const MAX_SHEET_NAME_CHARACTERS = 31;
