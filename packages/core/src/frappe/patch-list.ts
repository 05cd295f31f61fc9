/**
 * Lines of a `patches.txt` that the older one lacks. Frappe runs a line once and uses the whole line as its name, so a changed
 * comment after a patch runs it again.
 */
export function newPatches(from: string, to: string): readonly string[] {
  const before = new Set(patchesOf(from));
  return patchesOf(to).filter((patch) => !before.has(patch));
}

/** Without comments, and without the sections `[pre_model_sync]` and `[post_model_sync]`. */
function patchesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !/^\[\w+\]$/.test(line));
}
