import type { FormTree } from './form-encoding.js';
import type { MetadataChange, Parameters, TimeRange } from './parameters.js';

/** The text of a parameter; undefined when absent or cleared. */
export function text(params: Parameters, name: string): string | undefined {
  return clearableText(params, name) ?? undefined;
}

/** The text of a parameter, null when it was cleared with an empty text, undefined when absent. */
export function clearableText(params: Parameters, name: string): string | null | undefined {
  const entry = params.get(name);
  return entry?.kind === 'string' ? entry.value : undefined;
}

/** The text of a parameter that the schema requires. */
export function requiredText(params: Parameters, name: string): string {
  const value = text(params, name);
  if (value === undefined) throw new Error(`The schema lets ${name} be absent but the handler needs it`);
  return value;
}

/** An integer parameter. */
export function integer(params: Parameters, name: string): number | undefined {
  const entry = params.get(name);
  return entry?.kind === 'integer' ? entry.value : undefined;
}

/** A boolean parameter. */
export function flag(params: Parameters, name: string): boolean | undefined {
  const entry = params.get(name);
  return entry?.kind === 'boolean' ? entry.value : undefined;
}

/** A list of texts. */
export function strings(params: Parameters, name: string): readonly string[] | undefined {
  const entry = params.get(name);
  return entry?.kind === 'strings' ? entry.value : undefined;
}

/** A nested hash; null when it was cleared. */
export function hash(params: Parameters, name: string): Parameters | null | undefined {
  const entry = params.get(name);
  return entry?.kind === 'hash' ? entry.value : undefined;
}

/** A hash that the simulator stores without looking into it. */
export function free(params: Parameters, name: string): FormTree | undefined {
  const entry = params.get(name);
  return entry?.kind === 'free' ? entry.value : undefined;
}

/** Bounds on a timestamp. */
export function range(params: Parameters, name: string): TimeRange | undefined {
  const entry = params.get(name);
  return entry?.kind === 'range' ? entry.value : undefined;
}

/** Tells whether a timestamp lies within the bounds. */
export function within(bounds: TimeRange | undefined, seconds: number): boolean {
  if (bounds === undefined) return true;
  if (bounds.gt !== undefined && seconds <= bounds.gt) return false;
  if (bounds.gte !== undefined && seconds < bounds.gte) return false;
  if (bounds.lt !== undefined && seconds >= bounds.lt) return false;
  return bounds.lte === undefined || seconds <= bounds.lte;
}

/** Merges a metadata parameter into existing metadata with Stripe's rules: empty value removes the key. */
export function mergedMetadata(
  before: Readonly<Record<string, string>>,
  params: Parameters,
): Readonly<Record<string, string>> {
  const entry = params.get('metadata');
  if (entry?.kind !== 'metadata') return before;
  const change: MetadataChange = entry.value;
  if (change === null) return {};
  const merged: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete merged[key];
    else merged[key] = value;
  }
  return merged;
}
