/** The result, or `fallback` where the file or folder does not exist. */
export async function ifMissing<Result, Fallback>(
  access: Promise<Result>,
  fallback: Fallback,
): Promise<Result | Fallback> {
  try {
    return await access;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fallback;
    throw error;
  }
}
