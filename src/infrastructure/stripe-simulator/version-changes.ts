import type { FormHash } from './form-encoding.js';

/** The first version that knows only `allowed_payment_method_types`. */
const ALLOWED_TYPES_SINCE = '2026-09-30';

/**
 * Rewrites a request of an older API version in the words of the current one. Only what a caller of the
 * simulator is likely to meet is here: until September 2026 intents took `payment_method_types`.
 */
export function upgradeForm(operation: string, version: string, form: FormHash): FormHash {
  const types = form['payment_method_types'];
  const about = operation.startsWith('payment_intents.') || operation.startsWith('setup_intents.');
  if (types === undefined || !about || version.slice(0, 10) >= ALLOWED_TYPES_SINCE) return form;
  const { payment_method_types: _, ...rest } = form;
  return { ...rest, allowed_payment_method_types: types };
}
