/** The characters that a tool escapes as `\uXXXX`, besides those that JSON must escape. */
const ESCAPED: readonly RegExp[] = [
  // Go, Rails
  /[&<>]/g,
  // Jinja's `tojson`
  /[&<>']/g,
  // Gson
  /[&<>'=]/g,
  // PHP's `JSON_HEX_*`, .NET
  /[&<>']|\\"/g,
  /[&<>'+`]|\\"/g,
];
const BEYOND_ASCII = /[\u007f-\uffff]/g;

/**
 * A value within a string of JSON, as tools write it: with `/` escaped or not (PHP), as ASCII (Python) or not, with the
 * escapes of those that protect HTML, in both cases of the hexadecimal digits, and JSON inside JSON, also twice.
 */
export function jsonForms(value: string): readonly string[] {
  const plain = jsonString(value);
  // Go's `JSEscapeString`
  const script = plain.replace(/[&<>=]/g, unicodeEscape).replaceAll("'", "\\'");
  const escaped = ESCAPED.map((signs) => plain.replace(signs, unicodeEscape));
  const once = [plain, ...escaped, script].flatMap((text) => {
    const ascii = text.replace(BEYOND_ASCII, unicodeEscape);
    return [text, ascii, slashed(text), slashed(ascii)];
  });
  const cased = [...new Set([...once, ...once.map(upperCased)])];
  return [...cased, ...cased.map(jsonString), ...plainJsonForms(value).map(jsonString).map(jsonString)];
}

/** The same in short, for what is encoded or will be: as most tools do it, as Go does, and as Python does. */
export function plainJsonForms(text: string): readonly string[] {
  const plain = jsonString(text);
  return [plain, plain.replace(/[&<>]/g, unicodeEscape), plain.replace(BEYOND_ASCII, unicodeEscape)];
}

function jsonString(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** @param sign one, or an escaped quote */
function unicodeEscape(sign: string): string {
  return `\\u${sign
    .charCodeAt(sign.length - 1)
    .toString(16)
    .padStart(4, '0')}`;
}

function slashed(text: string): string {
  return text.replaceAll('/', '\\/');
}

function upperCased(text: string): string {
  return text.replace(/\\(?:u(....)|.)/g, (written, code?: string) =>
    code === undefined ? written : `\\u${code.toUpperCase()}`,
  );
}
