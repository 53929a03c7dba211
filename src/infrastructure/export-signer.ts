import { createPrivateKey, createPublicKey, hkdfSync, sign } from 'node:crypto';
import type { ExportSigner } from '../application/ports/export-signer.js';

/** PKCS #8 of an Ed25519 key, up to its seed (RFC 8410). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Signs with a key of its own that follows from the deployment's secret, so that there is no further secret to keep.
 * @param secretKey 32 bytes in hexadecimal
 */
export function createExportSigner(secretKey: string): ExportSigner {
  const seed = hkdfSync('sha256', Buffer.from(secretKey, 'hex'), '', 'counterfoil export signature', 32);
  const key = createPrivateKey({
    key: Buffer.concat([pkcs8, Buffer.from(seed)]),
    format: 'der',
    type: 'pkcs8',
  });
  return {
    publicKey: createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64'),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64'),
  };
}
