import type { ContentSink } from '../../content-sink.ts';
import type { ScanContext, ScannedContent } from '../scan-context.ts';

const MAGIC = Buffer.from('PK\u0005\u0006', 'latin1');
const DIRECTORY = Buffer.from('PK\u0001\u0002', 'latin1');
const LOCATOR = Buffer.from('PK\u0006\u0007', 'latin1');
const RECORD_BYTES = 22;
const LOCATOR_BYTES = 20;
const DIRECTORY_ENTRY_BYTES = 46;
/** A comment of the largest length follows the record. */
const KEPT_BYTES = RECORD_BYTES + 0xffff;

/** Reports a zip archive behind other content, such as a program that unpacks itself: only its end shows it. */
export function watchForZipEnd(context: ScanContext, { trail }: ScannedContent): ContentSink {
  const pieces: Buffer[] = [];
  let kept = 0;
  let bytes = 0;
  return {
    data(piece) {
      pieces.push(piece);
      kept += piece.length;
      bytes += piece.length;
      for (let first = pieces[0]; first && kept - first.length >= KEPT_BYTES; first = pieces[0]) {
        pieces.shift();
        kept -= first.length;
      }
    },
    end() {
      const end = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, kept);
      if (isZipEnd(end, bytes)) context.onUnread(trail, 'A zip archive follows other content in it.');
    },
  };
}

/**
 * Whether there is the end record of a zip with files, behind its directory as far as that is among the bytes.
 * @param total how many bytes there are, with those that are not kept
 */
function isZipEnd(bytes: Buffer, total: number): boolean {
  const at = bytes.length < RECORD_BYTES ? -1 : bytes.lastIndexOf(MAGIC, bytes.length - RECORD_BYTES);
  if (at === -1) return false;
  const files = bytes.readUInt16LE(at + 10);
  const isOnOneDisk = bytes.readUInt32LE(at + 4) === 0 && bytes.readUInt16LE(at + 8) === files;
  if (!isOnOneDisk || files === 0) return false;
  // The record for 64 bits is before it.
  if (at >= LOCATOR_BYTES && bytes.indexOf(LOCATOR, at - LOCATOR_BYTES) === at - LOCATOR_BYTES) return true;
  const size = bytes.readUInt32LE(at + 12);
  const directory = at - size;
  if (directory >= 0) return bytes.subarray(directory, directory + 4).equals(DIRECTORY);
  return (
    size >= files * DIRECTORY_ENTRY_BYTES && bytes.readUInt32LE(at + 16) + size <= total - bytes.length + at
  );
}
