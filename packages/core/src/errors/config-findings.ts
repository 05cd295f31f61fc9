import { error, type Finding, type Place } from './finding.ts';

/** A setting of `de-build.json`; `key` is empty when the document itself is wrong. `reason` follows "It". */
export function configInvalid(key: string, reason: string, place: Place): Finding {
  const { file } = place;
  return error('config-invalid', {
    what: key === '' ? `${file} is not an object.` : `${key} in ${file} is invalid.`,
    why: `It ${reason}.`,
    fix:
      key === ''
        ? 'Write one object: `{ … }`.'
        : `Correct it, or remove the key to use its default; the schema of ${file} describes every key.`,
    ...place,
    ...(key === '' ? {} : { subject: key }),
  });
}

export function configUnknownKey(key: string, nearest: string | undefined, place: Place): Finding {
  return error('config-unknown-key', {
    what: `${place.file} has an unknown key \`${key}\`.`,
    why: 'An unknown setting would silently do nothing.',
    fix: nearest === undefined ? 'Remove the key.' : `Rename it to \`${nearest}\`, or remove it.`,
    ...place,
    subject: key,
  });
}
