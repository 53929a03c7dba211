/** Signs what leaves for auditors, so that they need not trust whoever hands it to them. */
export interface ExportSigner {
  /** Ed25519, as SPKI in base64; the same for all processes of a deployment. */
  readonly publicKey: string;
  /** @returns the signature of the text's UTF-8, in base64 */
  sign(text: string): string;
}
