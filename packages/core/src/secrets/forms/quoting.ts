type Quote = (value: string) => string;

const SHELLS: readonly Quote[] = [
  // POSIX: bash's `set -x` and `${V@Q}`, jq's `@sh`, git
  (value) => value.replaceAll("'", "'\\''"),
  // Python's `shlex.quote`, the `export -p` of dash and BusyBox
  (value) => value.replaceAll("'", `'"'"'`),
  // In double quotes: bash's `declare -p`
  backslashed(/[$`"\\]/g),
  // bash's `printf %q`; Ruby's `shellescape`; Perl's `quotemeta` of text
  backslashed(/[\s!"$&'()*,;<>?[\\\]^`{|}]|^[#~]|(?<=[:=])~/g),
  backslashed(/[^\w\-.,:+/@\u0080-\uffff]/g),
  backslashed(/[^\w\u0080-\uffff]/g),
];

const CONFIGURATION: readonly Quote[] = [
  // Compose files, systemd units, makefiles
  (value) => value.replaceAll('$', '$$$$'),
  // Python's `configparser` (supervisor), systemd units; crontabs
  (value) => value.replaceAll('%', '%%'),
  backslashed(/%/g),
];

const DOUBLED: readonly Quote[] = [
  // SQL, YAML and PowerShell in single quotes; PostgreSQL with a backslash
  (value) => value.replaceAll("'", "''"),
  (value) => value.replaceAll("'", "''").replaceAll('\\', '\\\\'),
  // CSV, identifiers of SQL
  (value) => value.replaceAll('"', '""'),
];

/** Signs that a language escapes by a backslash. */
const LANGUAGES: readonly RegExp[] = [
  // Where the value holds no quote of its kind
  /\\/g,
  // Python's `repr`, PHP's `var_export`, JavaScript, bash's `$'…'`
  /[\\']/g,
  // C, YAML, TOML, git's configuration
  /[\\"]/g,
  // MySQL's dumps, PHP's `addslashes`
  /[\\'"]/g,
  // Perl's `Data::Dumper`
  /[\\"$@]/g,
  // Java's `.properties`
  /[\\#!=:]/g,
];

const BEYOND_ASCII = /[^\0-~]/gu;

/** How a language writes what is not ASCII. */
const BEYOND: readonly ((sign: string) => string)[] = [
  (sign) => sign,
  // Python's `ascii()`, YAML
  (sign) => codeEscape(sign),
  (sign) => codeEscape(sign).replace(/[\da-f]+$/, (code) => code.toUpperCase()),
  // Java, Go's `%+q`
  (sign) => unicodeEscapes(sign),
  (sign) => unicodeEscapes(sign).replace(/[\da-f]{4}/g, (code) => code.toUpperCase()),
  // The bytes: Python's `repr`; bash, C, Perl and git
  (sign) => eachByte(sign, (byte) => `\\x${byte.toString(16)}`),
  (sign) => eachByte(sign, (byte) => `\\${byte.toString(8)}`),
];

/** A value as it stands within quotes, or quoted by backslashes, in shells, languages, SQL and configuration files. */
export function quotedForms(value: string): readonly string[] {
  const literals = LANGUAGES.flatMap((signs) => {
    const text = value
      .replace(signs, '\\$&')
      .replace(/[\n\r\t]/g, (sign) => JSON.stringify(sign).slice(1, -1));
    return BEYOND.map((write) => text.replace(BEYOND_ASCII, write));
  });
  return [...[...SHELLS, ...CONFIGURATION, ...DOUBLED].map((quote) => quote(value)), ...literals];
}

/** A value as Perl's `quotemeta` writes it that reads it as bytes, without line breaks: no character beyond ASCII stays one. */
export function quotedBytes(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8').toString('latin1');
  return Buffer.from(bytes.replace(/\W/g, '\\$&').replace(/[\r\n]/g, ''), 'latin1');
}

function backslashed(signs: RegExp): Quote {
  return (value) => value.replace(signs, '\\$&');
}

/** `\xfc`, `\u20ac`, `\U0001f600` */
function codeEscape(sign: string): string {
  const code = sign.codePointAt(0) as number;
  const [letter, length] = code < 0x100 ? ['x', 2] : code < 0x10000 ? ['u', 4] : ['U', 8];
  return `\\${letter}${code.toString(16).padStart(length as number, '0')}`;
}

/** Each half of a surrogate pair. */
function unicodeEscapes(sign: string): string {
  return sign.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function eachByte(sign: string, write: (byte: number) => string): string {
  return [...Buffer.from(sign, 'utf8')].map(write).join('');
}
