/** The tags of a release other than its version. */

const MARK = /-(building|replaced|rebuilt|base|quarantined)-[0-9a-f]{6,}$/;

/** The tag of an image while it is built and verified. */
export function buildingTag(version: string, id: string): string {
  return `${version}-building-${id}`;
}

/** The new tag of an image that `--force` took the version from. */
export function replacedTag(version: string, imageId: string): string {
  return `${version}-replaced-${shortId(imageId)}`;
}

/** The tag of an image that was rebuilt from the record of a release. */
export function rebuiltTag(version: string, imageId: string): string {
  return `${version}-rebuilt-${shortId(imageId)}`;
}

/** The tag of a base image for a rebuild, when its own tag now names another image. */
export function baseTag(version: string, imageId: string): string {
  return `${version}-base-${shortId(imageId)}`;
}

/** The tag of an image that the audit refused and that is kept on request. */
export function quarantinedTag(version: string, imageId: string): string {
  return `${version}-quarantined-${shortId(imageId)}`;
}

/** `building`, `replaced` and so on, for a tag that is not a site version. */
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
