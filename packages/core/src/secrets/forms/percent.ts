/** The ASCII characters that each tool keeps, besides letters and digits. */
const KEPT: readonly string[] = [
  // RFC 3986, unreserved: Python's `quote(safe='')`, curl, git, jq, Go's `QueryEscape`, .NET's `EscapeDataString`
  '-._~',
  // Python's `quote()`
  '-._~/',
  // `encodeURIComponent`; Node's `url.format()` also keeps `:`
  "-._~!'()*",
  "-._~!'()*:",
  // `encodeURI`
  "-._~!'()*;/?:@&=+$,#",
  // RFC 3986, unreserved and reserved: .NET's `EscapeUriString`, requests where the value holds a lone `%`
  "-._~!'()*;/?:@&=+$,#[]",
  // requests' `requote_uri()`
  "-._~!'()*;/?:@&=+$,#[]%",
  // urllib3: the user part, the path, the query
  "-._~!'()*;:&=+$,",
  "-._~!'()*;:&=+$,@/",
  "-._~!'()*;:&=+$,@/?",
  // Go's `net/url`: the user part, `PathEscape`, the path, the fragment
  '-._~$&+,;=',
  '-._~$&+=:@',
  '-._~$&+,;=:@/',
  '-._~$&+,;=:@/?!()*',
  // WHATWG URL: the sets of component, user part, path (since 2023 and before), query, special query and fragment
  ...[
    ' "#<>?^`{}/:;=@[\\]|$%&+,',
    ' "#<>?^`{}/:;=@[\\]|',
    ' "#<>?^`{}',
    ' "#<>?`{}',
    ' "#<>',
    ' "#<>\'',
    ' "<>`',
  ].map(allBut),
];

/** The same where a space becomes `+`: forms of WHATWG and Java; Python's `quote_plus()` and Go's `QueryEscape`; PHP. */
const KEPT_IN_FORMS: readonly string[] = ['*-._', '-._~', '-._'];

/**
 * A value percent-encoded as tools write it into a URL, in both cases of the hexadecimal digits: with the signs that each
 * of them keeps, and with every byte encoded.
 */
export function percentForms(value: string): readonly string[] {
  const every = Buffer.from(value, 'utf8').toString('hex').toUpperCase().replace(/../g, '%$&');
  const upper = [
    ...KEPT.map((kept) => percentEncode(value, kept)),
    ...KEPT_IN_FORMS.map((kept) => percentEncode(value, `${kept} `).replaceAll(' ', '+')),
    every,
  ];
  return [...upper, ...upper.map((text) => text.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase()))];
}

/** The user part of a URL, as it is in an apps.json: most often what a document in base64 holds. */
export function userPartForms(value: string): readonly string[] {
  return ['-._~', '-._~/', "-._~!'()*", allBut(' "#<>?^`{}/:;=@[\\]|')].map((kept) =>
    percentEncode(value, kept),
  );
}

function percentEncode(value: string, kept: string): string {
  return value.replace(/[^a-zA-Z0-9]/gu, (sign) =>
    kept.includes(sign)
      ? sign
      : Buffer.from(sign, 'utf8').toString('hex').toUpperCase().replace(/../g, '%$&'),
  );
}

function allBut(encoded: string): string {
  const signs = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));
  return signs.filter((sign) => !encoded.includes(sign)).join('');
}
