import type { Picture } from '../document/sheet.js';

/** Pictures by the digest of their bytes; the facts that name them stand in the branding's stream. */
export interface Logos {
  /** Keeps a picture, durably before it answers. The same picture twice is one. */
  keep(picture: Picture): Promise<void>;
  find(sha256: string): Promise<Picture | undefined>;
}

export type LogoRefusal = {
  readonly code: 'logo_type_refused' | 'logo_malformed' | 'logo_too_many_bytes' | 'logo_too_many_pixels';
};

/**
 * Reads what somebody sent as a picture, by its content and not by its name: a PNG or a JPEG, and of it the picture alone,
 * without anything else that was in the file.
 */
export type ReadLogo = (
  bytes: Uint8Array,
) => { readonly picture: Picture } | { readonly refusal: LogoRefusal };

export const logoBytesMax = 256 * 1024;
export const logoPixelsMax = 1_000_000;
export const logoSideMax = 4_000;
