/** The folder of what the program reads beside its code: of its source, or of what was built of it, which lies in one folder. */
export const root = new URL('./', import.meta.url);
