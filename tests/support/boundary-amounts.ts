/** Where numbers overflow, round or run out. */
export const boundaries = [
  1n,
  2n,
  99n,
  100n,
  101n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 53n - 1n,
  2n ** 53n,
  10n ** 12n,
];
