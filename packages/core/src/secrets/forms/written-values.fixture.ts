/**
 * What tools wrote for a value, with the quotes that are theirs: Python 3.11, requests, urllib3, PyYAML, markupsafe, Jinja,
 * Node 20, bash 5.2, dash, jq, Perl 5.36, SQLite, git 2.39, Go 1.19 and Java 17.
 */
export const WRITTEN: readonly (readonly [
  value: string,
  texts: readonly (readonly [text: string, tools: string])[],
])[] = [
  [
    'AbC/dEf+GhIjKl0MnOpQ=',
    [
      ['AbC/dEf%2BGhIjKl0MnOpQ%3D', 'Python quote()'],
      [
        'AbC%2FdEf%2BGhIjKl0MnOpQ%3D',
        "Python quote(safe=''); Python quote_plus(); encodeURIComponent; URLSearchParams; jq @uri; Go QueryEscape; Java URLEncoder",
      ],
      ['AbC%2FdEf+GhIjKl0MnOpQ=', 'urllib3, user part; Go PathEscape; Go URL, password'],
      ['AbC%2FdEf+GhIjKl0MnOpQ%3D', 'URL, password'],
      ['AbC%2fdEf%2bGhIjKl0MnOpQ%3d', 'git credential-store; Go template, URL'],
      [String.raw`AbC\/dEf\+GhIjKl0MnOpQ\=`, 'Perl quotemeta'],
      [String.raw`AbC/dEf+GhIjKl0MnOpQ\u003D`, 'Go JSEscapeString'],
      ['AbC/dEf&#43;GhIjKl0MnOpQ=', 'Go template, attribute'],
      ['AbC/dEf&#43;GhIjKl0MnOpQ&#61;', 'Go template, bare attribute'],
      [String.raw`AbC/dEf+GhIjKl0MnOpQ\=`, 'Java Properties; Java Properties, Latin-1'],
    ],
  ],
  [
    'pa/ss^word12',
    [
      ['pa/ss%5Eword12', 'Python quote(); requests; encodeURI; Go URL, path'],
      [
        'pa%2Fss%5Eword12',
        "Python quote(safe=''); Python quote_plus(); urllib3, user part; encodeURIComponent; URL, password; URLSearchParams; jq @uri; Go QueryEscape; Go PathEscape; Go URL, password; Java URLEncoder",
      ],
      [String.raw`pa/ss\^word12`, 'bash printf %q; bash printf %q, LC_ALL=C'],
      ['pa%2fss%5eword12', 'git credential-store; Go template, URL'],
      [String.raw`pa\/ss\^word12`, 'Perl quotemeta'],
    ],
  ],
  [
    'p$ss^word|12',
    [
      [
        'p%24ss%5Eword%7C12',
        "Python quote(); Python quote(safe=''); Python quote_plus(); encodeURIComponent; URLSearchParams; jq @uri; Go QueryEscape; Java URLEncoder",
      ],
      [
        'p$ss%5Eword%7C12',
        'requests; urllib3, user part; encodeURI; URL, password; Go PathEscape; Go URL, password; Go URL, path',
      ],
      [String.raw`p\$ss\^word\|12`, 'bash printf %q; bash printf %q, LC_ALL=C; Perl quotemeta'],
      [String.raw`"p\$ss^word|12"`, 'bash declare -p; Perl Data::Dumper, Useqq'],
      ['p%24ss%5eword%7c12', 'git credential-store; Go template, URL'],
    ],
  ],
  [
    "it's-a&b<c>d-secret9",
    [
      [
        'it%27s-a%26b%3Cc%3Ed-secret9',
        "Python quote(); Python quote(safe=''); Python quote_plus(); URLSearchParams; Go QueryEscape; Java URLEncoder",
      ],
      [
        "it's-a&b%3Cc%3Ed-secret9",
        'requests; urllib3, user part; encodeURI; URL, password; URL, path; URL, hash',
      ],
      ["it's-a%26b%3Cc%3Ed-secret9", 'encodeURIComponent; jq @uri'],
      ['it%27s-a&b%3Cc%3Ed-secret9', 'URL, search; Go PathEscape; Go URL, password; Go URL, path'],
      ['it&apos;s-a&amp;b&lt;c&gt;d-secret9', 'jq @html'],
      [String.raw`'it'\''s-a&b<c>d-secret9'`, 'jq @sh; bash ${V@Q}; bash set -x'],
      ['it&#x27;s-a&amp;b&lt;c&gt;d-secret9', 'Python html.escape'],
      [
        'it&#39;s-a&amp;b&lt;c&gt;d-secret9',
        'markupsafe; Go html.EscapeString; Go xml; Go template, attribute; Go template, bare attribute',
      ],
      ["it's-a&amp;b&lt;c&gt;d-secret9", 'Python saxutils; ElementTree, attribute'],
      [String.raw`"it\u0027s-a\u0026b\u003cc\u003ed-secret9"`, 'Jinja tojson'],
      [`'it'"'"'s-a&b<c>d-secret9'`, 'Python shlex.quote; dash export -p'],
      ["'it''s-a&b<c>d-secret9'", 'PyYAML; SQLite quote()'],
      [String.raw`it\'s-a\&b\<c\>d-secret9`, 'bash printf %q; bash printf %q, LC_ALL=C'],
      [String.raw`$'it\'s-a&b<c>d-secret9'`, "bash $'…'"],
      ['it%27s-a%26b%3cc%3ed-secret9', 'git credential-store; Go template, URL'],
      [String.raw`it\'s\-a\&b\<c\>d\-secret9`, 'Perl quotemeta'],
      [String.raw`"it's-a\u0026b\u003cc\u003ed-secret9"`, 'Go json.Marshal; Go template, script'],
      [String.raw`it\'s-a\u0026b\u003Cc\u003Ed-secret9`, 'Go JSEscapeString'],
    ],
  ],
  [
    'q"u\\o\'t ü%9x{y}',
    [
      [
        'q%22u%5Co%27t%20%C3%BC%259x%7By%7D',
        "Python quote(); Python quote(safe=''); Go PathEscape; Go URL, password; Go URL, path",
      ],
      [
        'q%22u%5Co%27t+%C3%BC%259x%7By%7D',
        'Python quote_plus(); URLSearchParams; Go QueryEscape; Java URLEncoder',
      ],
      [
        "q%22u%5Co't%20%C3%BC%259x%7By%7D",
        'requests; urllib3, user part; encodeURIComponent; encodeURI; jq @uri',
      ],
      ["q%22u%5Co't%20%C3%BC%9x%7By%7D", 'URL, password'],
      [String.raw`q%22u\o%27t%20%C3%BC%9x{y}`, 'URL, search'],
      [String.raw`q%22u\o't%20%C3%BC%9x{y}`, 'URL, hash'],
      [String.raw`q\"u\\o't ü%9x{y}`, 'JSON.stringify; git config'],
      [String.raw`q"u\\o't ü%9x{y}`, 'Node inspect; Java Properties'],
      [String.raw`q&quot;u\o&apos;t ü%9x{y}`, 'jq @html'],
      [String.raw`'q"u\o'\''t ü%9x{y}'`, 'jq @sh; bash ${V@Q}; bash set -x'],
      [String.raw`"q""u\o't ü%9x{y}"`, 'jq @csv'],
      [String.raw`q&quot;u\o&#x27;t ü%9x{y}`, 'Python html.escape'],
      [
        String.raw`q&#34;u\o&#39;t ü%9x{y}`,
        'markupsafe; Go html.EscapeString; Go xml; Go template, attribute',
      ],
      [String.raw`q&quot;u\o't &#252;%9x{y}`, 'ElementTree, attribute'],
      [String.raw`q"u\o't &#252;%9x{y}`, 'Python xmlcharrefreplace'],
      [String.raw`"q\"u\\o\u0027t \u00fc%9x{y}"`, 'Jinja tojson'],
      [String.raw`'q"u\o'"'"'t ü%9x{y}'`, 'Python shlex.quote; dash export -p'],
      [String.raw`'q"u\\o\'t ü%9x{y}'`, 'Python repr'],
      [String.raw`'q"u\\o\'t \xfc%9x{y}'`, 'Python ascii'],
      [String.raw`b'q"u\\o\'t \xc3\xbc%9x{y}'`, 'Python repr of bytes'],
      [String.raw`"q\"u\\o't \u00fc%9x{y}"`, 'Python json.dumps; Go %+q'],
      [String.raw`"q\"u\\o't \xFC%9x{y}"`, 'PyYAML'],
      [String.raw`q\"u\\o\'t\ ü%9x\{y\}`, 'bash printf %q'],
      [String.raw`$'q"u\\o\'t \303\274%9x{y}'`, 'bash printf %q, LC_ALL=C'],
      [String.raw`"q\"u\\o't ü%9x{y}"`, 'bash declare -p; Go json.Marshal; Go %q; Go template, script'],
      [String.raw`$'q"u\\o\'t ü%9x{y}'`, "bash $'…'"],
      [String.raw`'q"u\o''t ü%9x{y}'`, 'SQLite quote()'],
      ['q%22u%5co%27t%20%c3%bc%259x%7by%7d', 'git credential-store; Go template, URL'],
      [String.raw`"q\"u\\o't \303\274%9x{y}"`, 'Perl Data::Dumper, Useqq'],
      [String.raw`q\"u\\o\'t ü%9x{y}`, 'Go JSEscapeString'],
      [String.raw`q&#34;u\o&#39;t&#32;ü%9x{y}`, 'Go template, bare attribute'],
      [String.raw`q"u\\o't \u00FC%9x{y}`, 'Java Properties, Latin-1'],
    ],
  ],
];

/**
 * A Kubernetes secret with the Docker configuration of a user whose password is `AbC/dEf+GhIjKl0MnOpQ=`, by Python: names of
 * one, two and three letters shift what is in the inner base64.
 */
export const DOCKER_LOGINS = [
  'eyJhdXRocyI6IHsiZ2hjci5pbyI6IHsiYXV0aCI6ICJkVHBCWWtNdlpFVm1LMGRvU1dwTGJEQk5iazl3VVQwPSJ9fX0=',
  'eyJhdXRocyI6IHsiZ2hjci5pbyI6IHsiYXV0aCI6ICJiV1U2UVdKREwyUkZaaXRIYUVscVMyd3dUVzVQY0ZFOSJ9fX0=',
  'eyJhdXRocyI6IHsiZ2hjci5pbyI6IHsiYXV0aCI6ICJZbTlpT2tGaVF5OWtSV1lyUjJoSmFrdHNNRTF1VDNCUlBRPT0ifX19',
];
