/** Something outside the program keeps it from starting: shown as two lines, what is wrong and the mend, no stack. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
  readonly mend: string;

  constructor(message: string, mend: string, options?: ErrorOptions) {
    super(message, options);
    this.mend = mend;
  }
}
