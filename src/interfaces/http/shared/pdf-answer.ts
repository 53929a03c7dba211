import type { PrintedDocument } from '../../../application/document/print-documents.js';
import type { Answer } from './route.js';

/** How routes that answer a PDF say so. */
export const pdfDocumented = {
  description:
    'A PDF. Its ETag is the SHA-256 of its bytes, which are the same whenever and wherever this version of the document is ' +
    'asked for; Repr-Digest says the same as RFC 9530 writes it.',
  contentType: 'application/pdf',
} as const;

export function pdfAnswer({ bytes, sha256, name }: PrintedDocument): Answer {
  return {
    status: 200,
    contentType: 'application/pdf',
    body: bytes,
    etag: `"${sha256}"`,
    headers: {
      'content-disposition': `inline; filename="${fileName(name)}"`,
      'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    },
  };
}

/** Nothing of it can end the name, the header or the folder that it is saved in. */
function fileName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 100);
  return `${plain === '' ? 'document' : plain}.pdf`;
}
