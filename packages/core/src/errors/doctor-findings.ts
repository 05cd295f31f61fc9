import { error, type Finding, warning } from './finding.ts';

/** `what` follows "A run died". */
export function unfinishedRun(path: string, what: string): Finding {
  return error('unfinished-run', {
    what: `A run died ${what}.`,
    why: 'The journal holds its unfinished work, so that the next run can finish or undo it.',
    fix: 'Run `de-build doctor --repair`; the next `de-build` does the same.',
    file: path,
  });
}

export function temporaryFileLeft(path: string): Finding {
  return error('temporary-file-left', {
    what: 'A run died while it wrote this file.',
    why: 'A file has a temporary name until it is complete. This one is incomplete, and nothing refers to it.',
    fix: 'Run `de-build doctor --repair`; the next `de-build` does the same.',
    file: path,
  });
}

/** The folder with git's settings for one request to a host. */
export function credentialLeft(path: string): Finding {
  return error('credential-left', {
    what: 'A run died during a request to a git host, and left this folder.',
    why: 'It may contain the token of that request, readable by this user only.',
    fix: 'Run `de-build doctor --repair`; the next `de-build` does the same.',
    file: path,
  });
}

export function containerLeft(id: string): Finding {
  return error('container-left', {
    what: `The engine has container ${id.slice(0, 12)}, which was created to read a file of an image.`,
    why: 'The run that created it died, or lost the engine, before it could remove it. The image cannot be removed while the container exists.',
    fix: 'Run `de-build doctor --repair`; it was never started, and nothing refers to it.',
    subject: id,
  });
}

/** An incomplete download, or a lock file of a git that was killed. */
export function mirrorLeftover(path: string, what: string): Finding {
  return error('mirror-leftover', {
    what: `The mirror contains ${what}.`,
    why: 'A run died while it fetched; nothing refers to what it left.',
    fix: 'Run `de-build doctor --repair`; the next `de-build` does the same.',
    file: path,
  });
}

export function archiveUnlisted(path: string, release: string): Finding {
  return error('archive-unlisted', {
    what: 'This archive is not in a list.',
    why: `A run died between writing the archive of ${release} and recording it, so \`de-build restore\` does not use it. Its content matches the digest in its name.`,
    fix: 'Run `de-build doctor --repair` to add it to the list.',
    file: path,
    subject: release,
  });
}

export function archiveGone(path: string, release: string): Finding {
  return warning('archive-gone', {
    what: 'A listed archive is missing.',
    why: `It is in the list of ${release}. It was moved or deleted, or its disk is not mounted.`,
    fix: `Move it back, or make another with \`de-build archive ${release}\`.`,
    file: path,
    subject: release,
  });
}

export function tagLost(reference: string, imageId: string): Finding {
  return error('tag-lost', {
    what: `The image of ${reference} has lost its tag.`,
    why: `Image ${imageId.replace(/^sha256:/, '').slice(0, 12)} is the recorded one, and no image has the tag.`,
    fix: 'Run `de-build doctor --repair`, or `de-build retag`.',
    subject: reference,
  });
}

export function tagUnrecorded(reference: string, imageId: string): Finding {
  return warning('tag-unrecorded', {
    what: `${reference} has no record.`,
    why: `Image ${imageId.replace(/^sha256:/, '').slice(0, 12)} may come from another copy of this site, or from another tool, so it is left alone.`,
    fix: `Pull the site's repository if the record is there, or remove the tag with \`docker image rm ${reference}\`.`,
    subject: reference,
  });
}

export function imageQuarantined(reference: string): Finding {
  return warning('image-quarantined', {
    what: `${reference} contains a secret of the site.`,
    why: 'The audit rejected it, and `--keep-failed` kept it.',
    fix: `When you have inspected it, remove it with \`docker image rm ${reference}\`.`,
    subject: reference,
  });
}

/** The journal of this site does not name that build. */
export function buildingElsewhere(reference: string): Finding {
  return warning('building-elsewhere', {
    what: `${reference} is the temporary tag of a build that was not started in this folder.`,
    why: 'Another copy of the site, or another machine, may be building it now, so it is left alone.',
    fix: `If no other build is running, remove it with \`docker image rm ${reference}\`.`,
    subject: reference,
  });
}
