/** Who listens is told of every tenth, not of every row. @param percentage from 0 to 100 */
export const inTenths = (percentage: number): number => Math.floor(percentage / 10) * 10;
