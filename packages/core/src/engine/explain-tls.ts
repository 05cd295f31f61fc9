export interface TlsServer {
  readonly of: 'engine' | 'builder';
  /** Where its certificates are set, as the end of a sentence. */
  readonly certificates: string;
  /** What to do when it does not speak TLS. */
  readonly withoutTls: string;
}

/** Why a TLS connection failed, and what to do; `undefined` when it was something else. */
export function explainTls(
  error: unknown,
  { of, certificates, withoutTls }: TlsServer,
): { readonly why: string; readonly fix: string } | undefined {
  const code = codeOf(error);
  const reported = `${code} ${messageOf(error)}`.toUpperCase().replaceAll(' ', '_');
  const shown = code || messageOf(error);
  const [, explain] = TLS_ERRORS.find(([signs]) => signs.test(reported)) ?? [];
  return explain?.({ of, certificates, withoutTls, shown });
}

type Explain = (problem: TlsServer & { readonly shown: string }) => {
  readonly why: string;
  readonly fix: string;
};

/** By code or message, as Node gives some of OpenSSL's errors only a message. The first match counts. */
const TLS_ERRORS: readonly (readonly [RegExp, Explain])[] = [
  [
    /^CERT_HAS_EXPIRED/,
    ({ of }) => ({
      why: `The ${of}'s certificate has expired.`,
      fix: `Renew the certificate of the ${of}.`,
    }),
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID/,
    ({ of }) => ({
      why: `The ${of}'s certificate is for another host name.`,
      fix: 'Use the name in the certificate, or make a certificate for this one.',
    }),
  ],
  [
    /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_)/,
    ({ of, shown, certificates }) => ({
      why: `The ${of}'s certificate is not signed by an authority that is trusted here (${shown}).`,
      fix: `Put the authority's ca.pem into ${certificates}.`,
    }),
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|RECORD_OVERFLOW/,
    ({ of, withoutTls }) => ({ why: `The ${of} does not speak TLS on this port.`, fix: withoutTls }),
  ],
  [
    /ALERT_CERTIFICATE_EXPIRED/,
    ({ of, certificates }) => ({
      why: `Our own certificate has expired, says the ${of}.`,
      fix: `Make a new cert.pem and key.pem, signed by the ${of}'s authority, and put them into ${certificates}.`,
    }),
  ],
  [
    /ALERT_CERTIFICATE_REQUIRED/,
    ({ of, certificates }) => ({
      why: `The ${of} wants a certificate from us, and got none.`,
      fix: `Put cert.pem and key.pem, signed by the ${of}'s authority, into ${certificates}.`,
    }),
  ],
  [
    /ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN)/,
    ({ of, shown, certificates }) => ({
      why: `The ${of} does not trust our certificate (${shown}).`,
      fix: `Put a cert.pem and key.pem that the ${of}'s authority signed into ${certificates}.`,
    }),
  ],
  [
    /ALERT|HANDSHAKE|^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|ERR_SOCKET_CLOSED)/,
    ({ of, shown, certificates }) => ({
      why: `The ${of} refused our certificate, or wants one (${shown}).`,
      fix: `Put cert.pem and key.pem, signed by the ${of}'s authority, into ${certificates}.`,
    }),
  ],
  [
    /^ERR_OSSL_(?:PEM|ASN1|X509)|PEM_ROUTINES|KEY_VALUES_MISMATCH/,
    ({ shown, certificates }) => ({
      why: `A file of the certificates cannot be read, or the key is not that of the certificate (${shown}).`,
      fix: `Check that ca.pem, cert.pem and key.pem are in PEM format, and belong together: ${certificates}.`,
    }),
  ],
  [
    /^ERR_(SSL|TLS|OSSL)|^EPROTO/,
    ({ shown, certificates }) => ({
      why: `TLS failed (${shown}).`,
      fix: `Check ca.pem, cert.pem and key.pem in ${certificates}.`,
    }),
  ],
];

/** "Happy eyeballs" wraps the errors of several addresses into one without a code. */
export function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : '';
}

export function messageOf(error: unknown): string {
  return String((error as { message?: unknown } | undefined)?.message ?? error);
}
