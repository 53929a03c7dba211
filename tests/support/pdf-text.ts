import { extractText, getDocumentProxy } from 'unpdf';

/** The text of each page, line by line, as a reader that is not ours finds it. */
export async function pagesOf(pdf: Uint8Array): Promise<readonly (readonly string[])[]> {
  // The reader takes the bytes for itself.
  const document = await getDocumentProxy(new Uint8Array(pdf));
  const { text } = await extractText(document, { mergePages: false });
  return text.map((page) => page.split('\n'));
}
