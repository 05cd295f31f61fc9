import type { Finding } from './finding.ts';

/** What a run that died had under way. `what` follows "A run died". */
export function unfinishedRun(path: string, what: string): Finding {
  return {
    id: 'unfinished-run',
    severity: 'error',
    what: `A run died ${what}.`,
    why: 'What it had under way is written down, so that the next run can finish it or take it back.',
    fix: 'Run `de-build doctor --repair`; the next `de-build` does the same.',
    file: path,
  };
}

/** A file that a run was writing when it died; it had not got its name. */
export function temporaryFileLeft(path: string): Finding {
  return {
    id: 'temporary-file-left',
    severity: 'error',
    what: 'A run died while it wrote this.',
    why: 'What is written has a name of its own until it is whole. This is not, and nothing refers to it.',
    fix: 'Run `de-build doctor --repair`; the next `de-build` does the same.',
    file: path,
  };
}

/** The folder that a run made for one question to a git host. */
export function credentialLeft(path: string): Finding {
  return {
    id: 'credential-left',
    severity: 'error',
    what: 'A run died while it asked a git host, and left this folder.',
    why: 'It may hold the token that the host was asked with, readable by this user alone.',
    fix: 'Run `de-build doctor --repair`; the next `de-build` does the same.',
    file: path,
  };
}

/** A container that was made to read a file of an image. */
export function containerLeft(id: string): Finding {
  return {
    id: 'container-left',
    severity: 'error',
    what: `The engine holds container ${id.slice(0, 12)}, which was made to read a file of an image.`,
    why: 'The run that made it died, or lost the engine, before it could remove it. While it is there its image cannot be removed.',
    fix: 'Run `de-build doctor --repair`; it was never started, and nothing refers to it.',
    subject: id,
  };
}

/** Half a download, or a lock file of a git that was killed, in the mirror. */
export function mirrorLeftover(path: string, what: string): Finding {
  return {
    id: 'mirror-leftover',
    severity: 'error',
    what: `The mirror holds ${what}.`,
    why: 'A run died while it fetched, and nothing refers to it.',
    fix: 'Run `de-build doctor --repair`; the next `de-build` does the same.',
    file: path,
  };
}

/** A whole archive that no list names, so that `restore` does not know of it. */
export function archiveUnlisted(path: string, release: string): Finding {
  return {
    id: 'archive-unlisted',
    severity: 'error',
    what: 'No list names this archive.',
    why: `A run died between writing the archive of ${release} and recording it, so \`de-build restore\` does not know of it. Its bytes are those that its name is of.`,
    fix: 'Run `de-build doctor --repair`: it is put on the list.',
    file: path,
    subject: release,
  };
}

/** A listed archive in the site's own folder that is not there. */
export function archiveGone(path: string, release: string): Finding {
  return {
    id: 'archive-gone',
    severity: 'warning',
    what: 'A listed archive is not there.',
    why: `It is on the list of ${release}. It was moved or deleted, or its disk is not mounted.`,
    fix: `Put it back, or make another with \`de-build archive ${release}\`.`,
    file: path,
    subject: release,
  };
}

/** The image of a record is there without its tag. */
export function tagLost(reference: string, imageId: string): Finding {
  return {
    id: 'tag-lost',
    severity: 'error',
    what: `${reference} has lost its tag.`,
    why: `Image ${imageId.replace(/^sha256:/, '').slice(0, 12)} is the one that is recorded, and nothing has the tag.`,
    fix: 'Run `de-build doctor --repair`, or `de-build retag`.',
    subject: reference,
  };
}

/** A version's tag, and no record of it here. */
export function tagUnrecorded(reference: string, imageId: string): Finding {
  return {
    id: 'tag-unrecorded',
    severity: 'warning',
    what: `${reference} has no record.`,
    why: `Image ${imageId.replace(/^sha256:/, '').slice(0, 12)} may have been released from another copy of this site, or not by de-build; that cannot be told, so it is left alone.`,
    fix: `Pull the site's repository if the record is there; or take the tag away with \`docker image rm ${reference}\`.`,
    subject: reference,
  };
}

/** What `--keep-failed` kept. */
export function imageQuarantined(reference: string): Finding {
  return {
    id: 'image-quarantined',
    severity: 'warning',
    what: `${reference} holds a secret of the site.`,
    why: 'The audit did not let it pass, and it was kept because `--keep-failed` asked for it.',
    fix: `When you have seen what you wanted, take it away with \`docker image rm ${reference}\`.`,
    subject: reference,
  };
}

/** A name of a build under way, which no run of this site has written down. */
export function buildingElsewhere(reference: string): Finding {
  return {
    id: 'building-elsewhere',
    severity: 'warning',
    what: `${reference} is a name for the time of a build, and not of one that this folder knows of.`,
    why: 'Another copy of the site, or another machine, may be building it at this moment; that cannot be told, so it is left alone.',
    fix: `If no other is at work, take it away with \`docker image rm ${reference}\`.`,
    subject: reference,
  };
}
