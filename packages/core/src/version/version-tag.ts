/** The tags that a release gives besides the version itself. */

const MARK = /-(building|replaced|rebuilt|base|quarantined)-[0-9a-f]{6,}$/;

/** Where an image stands while it is being built and verified. */
export function buildingTag(version: string, id: string): string {
  return `${version}-building-${id}`;
}

/** Where an image goes that `--force` took the version from. */
export function replacedTag(version: string, imageId: string): string {
  return `${version}-replaced-${shortId(imageId)}`;
}

/** What an image is called that was built anew from the record of a release. */
export function rebuiltTag(version: string, imageId: string): string {
  return `${version}-rebuilt-${shortId(imageId)}`;
}

/** What a base image is called while a build stands on it whose own name has moved on. */
export function baseTag(version: string, imageId: string): string {
  return `${version}-base-${shortId(imageId)}`;
}

/** Where an image stays, on request, that the audit did not let pass. */
export function quarantinedTag(version: string, imageId: string): string {
  return `${version}-quarantined-${shortId(imageId)}`;
}

/** `building`, `replaced` and so on, for a tag that is no site version. */
export function markOf(tag: string): string | undefined {
  return MARK.exec(tag)?.[1];
}

/** Whether a tag is a site version, and not one of the marks above. */
export function isVersionTag(tag: string): boolean {
  return !MARK.test(tag);
}

/** The first twelve digits of an image's id, as Docker shows it. */
export function shortId(imageId: string): string {
  return imageId.replace(/^sha256:/, '').slice(0, 12);
}
