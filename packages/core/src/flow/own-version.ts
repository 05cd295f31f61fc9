/** The version of de-build in manifests and the CLI; a test compares it with both package.json files. */
export function ownVersion(): string {
  return '0.1.0';
}
