import type { ContentSink } from '../../content-sink.ts';
import type { ScanContext, ScannedContent } from '../scan-context.ts';

const MAGIC = Buffer.from('PK\u0005\u0006', 'latin1');
const DIRECTORY = Buffer.from('PK\u0001\u0002', 'latin1');
const LOCATOR = Buffer.from('PK\u0006\u0007', 'latin1');
const RECORD_BYTES = 22;
const LOCATOR_BYTES = 20;
/** A comment of the largest length follows the record. */
const KEPT_BYTES = RECORD_BYTES + 0xffff;

/** Reports a zip archive behind other content, such as a program that unpacks itself: only its end shows it. */
export function watchForZipEnd(context: ScanContext, { trail }: ScannedContent): ContentSink {
  const pieces: Buffer[] = [];
  let bytes = 0;
  return {
    data(piece) {
      pieces.push(piece);
      bytes += piece.length;
      for (let first = pieces[0]; first && bytes - first.length >= KEPT_BYTES; first = pieces[0]) {
        pieces.shift();
        bytes -= first.length;
      }
    },
    end() {
      const end = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, bytes);
      if (hasZipEnd(end.subarray(-KEPT_BYTES)))
        context.onUnread(trail, 'A zip archive follows its other content.');
    },
  };
}

/** Whether there is the end record of a zip with files, and its directory right before, as far as that is among the bytes. */
function hasZipEnd(bytes: Buffer): boolean {
  const at = bytes.lastIndexOf(MAGIC, bytes.length - RECORD_BYTES);
  if (at === -1 || bytes.length < RECORD_BYTES || bytes.readUInt16LE(at + 10) === 0) return false;
  // The record for 64 bits is between them.
  if (at >= LOCATOR_BYTES && bytes.indexOf(LOCATOR, at - LOCATOR_BYTES) === at - LOCATOR_BYTES) return true;
  const directory = at - bytes.readUInt32LE(at + 12);
  const isKept = directory >= 0 && directory < at;
  return isKept ? bytes.indexOf(DIRECTORY, directory) === directory : bytes.length === KEPT_BYTES;
}
