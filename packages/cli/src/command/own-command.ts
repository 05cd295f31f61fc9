/** How this process was started; absolute paths. */
export function ownCommand(): readonly string[] {
  return [process.execPath, ...process.argv.slice(1, 2)];
}
