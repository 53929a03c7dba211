/**
 * An exact decimal number: `units` / 10^`scale`. It is kept in the shortest form (no zeros at the end of the fraction),
 * so two equal numbers are written alike.
 */
export type Decimal = { readonly units: bigint; readonly scale: number };

const pattern = /^(-?)(0|[1-9]\d{0,14})(?:\.(\d{1,12}))?$/;

/** Builds a decimal in its shortest form. `scale` is a whole number from 0 on. */
export function decimal(units: bigint, scale: number): Decimal {
  let shortest = units;
  let digits = scale;
  while (digits > 0 && shortest % 10n === 0n) {
    shortest /= 10n;
    digits -= 1;
  }
  return { units: shortest, scale: digits };
}

/**
 * Reads plain decimal text such as `0.000125`, of at most 15 digits before the point and `scaleMax` (0 to 12) after it.
 * Undefined for anything else: exponents, signs of plus, minus zero, spaces, leading zeros, a point
 * with no digit beside it.
 */
export function parseDecimal(text: string, scaleMax: number): Decimal | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (fraction.length > scaleMax) return undefined;
  const units = BigInt(`${whole}${fraction}`);
  if (sign === '-' && units === 0n) return undefined;
  return decimal(sign === '-' ? -units : units, fraction.length);
}

/** The shortest plain text: `formatDecimal(parseDecimal('1.50', 2))` is `1.5`. */
export function formatDecimal(value: Decimal): string {
  const sign = value.units < 0n ? '-' : '';
  const digits = (value.units < 0n ? -value.units : value.units).toString().padStart(value.scale + 1, '0');
  const whole = digits.slice(0, digits.length - value.scale);
  return `${sign}${whole}${value.scale === 0 ? '' : `.${digits.slice(-value.scale)}`}`;
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return decimal(a.units * b.units, a.scale + b.scale);
}

export function sumOfDecimals(values: readonly Decimal[]): Decimal {
  const scale = Math.max(0, ...values.map((value) => value.scale));
  const units = values.reduce((total, value) => total + unitsAt(value, scale), 0n);
  return decimal(units, scale);
}

/** The same number in units of 10^-`scale`, where `scale` is no smaller than the decimal's own. */
export function unitsAt({ units, scale }: Decimal, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - scale);
}

/** Negative when a < b, zero when equal, positive when a > b. */
export function compareDecimals(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const left = a.units * 10n ** BigInt(b.scale);
  const right = b.units * 10n ** BigInt(a.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The whole number nearest to the decimal times 10^`places`, half away from zero. */
export function roundToUnits(value: Decimal, places: number): bigint {
  return divideRounded(value.units * 10n ** BigInt(places), 10n ** BigInt(value.scale));
}

/** The whole number nearest to a fraction, half away from zero. `denominator` is above zero. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const size = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * size + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}
