/** A command line that asks for nothing that there is, or asks for it wrongly. Ends with exit code 2. */
export class UsageError extends Error {
  readonly code = 'usage';
  readonly exitCode = 2;

  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
