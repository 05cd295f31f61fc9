/** The version of de-build, as manifests and the CLI tell it; a test holds it against both package.json files. */
export function ownVersion(): string {
  return '0.1.0';
}
