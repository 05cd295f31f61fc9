import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inspect } from 'node:util';

/** What each form is written by; `$V` is the secret. */
const PYTHON = `
import base64, configparser, csv, html, io, json, os, shlex, sqlite3, sys
from urllib.parse import quote, quote_plus, urlencode
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr
v = os.environ['V']
b = v.encode()
login = lambda user: json.dumps({'auths': {'ghcr.io': {'auth': base64.b64encode(f'{user}:{v}'.encode()).decode()}}})
page = ElementTree.Element('a', {'password': v})
rows = io.StringIO()
csv.writer(rows, quoting=csv.QUOTE_ALL).writerow(['user', v])
forms = {
  'raw': v, 'quote': quote(v), 'quote, all': quote(v, safe=''), 'quote_plus': quote_plus(v), 'urlencode': urlencode({'k': v}),
  'html.escape': html.escape(v), 'saxutils': escape(v), 'quoteattr': quoteattr(v), 'ElementTree': ElementTree.tostring(page),
  'xmlcharrefreplace': v.encode('ascii', 'xmlcharrefreplace'), 'json': json.dumps(v), 'json, UTF-8': json.dumps(v, ensure_ascii=False),
  'json in json': json.dumps(json.dumps({'token': v})), 'repr': repr(v), 'ascii': ascii(v), 'repr of bytes': repr(b),
  'shlex': shlex.quote(v), 'csv': rows.getvalue(), 'configparser': v.replace('%', '%%'),
  'SQLite': sqlite3.connect(':memory:').execute('select quote(?)', [v]).fetchone()[0],
  'hex': b.hex(), 'HEX': b.hex().upper(), 'UTF-16 LE': v.encode('utf-16-le'), 'UTF-16 BE': v.encode('utf-16-be'),
  'base64 of UTF-16': base64.b64encode(v.encode('utf-16-le')), 'encodebytes': base64.encodebytes(b'user:' + b * 3),
  **{f'base64 at {n}': base64.b64encode(b'x' * n + b + b'@') for n in range(3)},
  **{f'urlsafe base64 at {n}': base64.urlsafe_b64encode(b'x' * n + b + b'@') for n in range(3)},
  **{f'base64 of json at {n}': base64.b64encode((' ' * n + json.dumps([v])).encode()) for n in range(3)},
  **{f'base64 of a URL at {n}': base64.b64encode(('h' * n + '//u:' + quote(v, safe='') + '@h').encode()) for n in range(3)},
  **{f'login in base64, {n}': base64.b64encode(login('u' * n).encode()) for n in range(1, 4)},
}
json.dump({n: base64.b64encode(f if isinstance(f, bytes) else f.encode()).decode() for n, f in forms.items()}, sys.stdout)
`;

const PROGRAMS: readonly (readonly [name: string, command: string, ...args: readonly string[]])[] = [
  ...['uri', 'html', 'sh', 'json', 'base64', 'csv'].map(
    (format) =>
      [`jq @${format}`, 'jq', '-nr', format === 'csv' ? '[env.V] | @csv' : `env.V | @${format}`] as const,
  ),
  ['jq tojson twice', 'jq', '-n', 'env.V | tojson | tojson'],
  ['bash printf %q', 'bash', '-c', 'printf %q "$V"'],
  ['bash printf %q, LC_ALL=C', 'bash', '-c', 'LC_ALL=C; printf %q "$V"'],
  ['bash @Q', 'bash', '-c', 'echo "${V@Q}"'],
  ['bash declare -p', 'bash', '-c', 'declare -p V'],
  ['bash set -x', 'bash', '-c', '(set -x; : "$V") 2>&1'],
  ['sh export -p', 'sh', '-c', 'export -p | grep -a "V="'],
  ['sh set -x', 'sh', '-c', '(set -x; : "$V") 2>&1'],
  ['perl quotemeta', 'perl', '-e', 'print quotemeta $ENV{V}'],
  ['perl Data::Dumper', 'perl', '-MData::Dumper', '-e', '$Data::Dumper::Useqq = 1; print Dumper $ENV{V}'],
  ['base64 -w 76', 'sh', '-c', 'printf "machine x password %s" "$V$V$V$V" | base64 -w 76'],
  ['base64 -w 60, tac', 'sh', '-c', 'printf "machine x password %s" "$V$V$V$V" | base64 -w 60 | tac'],
  ['git config', 'sh', '-c', 'f=$(mktemp); git config -f "$f" a.b "$V"; cat "$f"; rm "$f"'],
];

const inNode = (secret: string): Readonly<Record<string, string>> => {
  const url = new URL('https://git.example.com');
  url.password = secret;
  url.pathname = secret;
  url.search = secret;
  url.hash = secret;
  return {
    'Node encodeURI': encodeURI(secret),
    'Node encodeURIComponent': encodeURIComponent(secret),
    'Node URLSearchParams': `${new URLSearchParams({ k: secret })}`,
    'Node URL': `${url}`,
    'Node inspect': inspect(secret),
    'Node inspect of an object': inspect({ secret }),
    'Node JSON': JSON.stringify({ secret }),
  };
};

/** A secret as programs write it that know nothing of the search's list of forms; programs that are missing are left out. */
export function writeByTools(secret: string): readonly (readonly [tool: string, bytes: Buffer])[] {
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, { env: { ...process.env, V: secret, LC_ALL: 'C.UTF-8' }, maxBuffer: 1e7 });
  const python = JSON.parse(run('python3', ['-c', PYTHON]).toString()) as Record<string, string>;
  return [
    ...Object.entries(python).map(([name, text]) => [`Python ${name}`, Buffer.from(text, 'base64')] as const),
    ...PROGRAMS.filter(([, command]) => isThere(command)).map(
      ([name, command, ...args]) => [name, run(command, args)] as const,
    ),
    ...Object.entries(inNode(secret)).map(([name, text]) => [name, Buffer.from(text)] as const),
  ];
}

export function isThere(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}
