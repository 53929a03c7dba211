/** All of it, in basis points. */
export const whole = 10_000;

/**
 * In basis points, 0 of nothing. Cut, not rounded: what is not all of it never reads as 100 %, and what was missed by little was
 * missed.
 */
export function basisPointsOf(part: number, of: number): number {
  return of === 0 ? 0 : Math.floor((part * whole) / of);
}

/**
 * Basis points as people read them, such as `84.20 %`.
 * @param locale BCP 47
 * @param digitsMin of the two digits after the point, so many at least: none for a threshold, which then reads `95 %`
 */
export function percentText(basisPoints: number, locale = 'en', digitsMin = 2): string {
  const digits = { minimumFractionDigits: digitsMin, maximumFractionDigits: 2 };
  return `${new Intl.NumberFormat(locale, digits).format(basisPoints / 100)} %`;
}
