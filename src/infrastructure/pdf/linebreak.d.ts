/** The package comes without types. */
declare module 'linebreak' {
  class LineBreaker {
    constructor(text: string);
    /** Where the text may be broken next, as an index into it, to its end; null after that. */
    nextBreak(): { readonly position: number; readonly required: boolean } | null;
  }
  export = LineBreaker;
}
