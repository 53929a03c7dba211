/** An event as the database holds it. */
export type RawEvent = {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: bigint;
  readonly event_id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: { readonly reason?: string | null };
};

/** The stored form of an amount; undefined where there is none. */
export function money(value: unknown): { readonly minor: bigint; readonly currency: string } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { amount, currency } = value as { amount?: unknown; currency?: unknown };
  if (typeof amount !== 'string' || typeof currency !== 'string') return undefined;
  return { minor: BigInt(amount), currency };
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
