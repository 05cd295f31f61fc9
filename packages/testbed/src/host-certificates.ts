import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

export interface HostCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Certificates of a host, by one authority: a valid one, and invalid ones. */
export interface HostCertificates {
  /** Path of the authority's certificate, for clients that must trust it. */
  readonly authorityFile: string;
  readonly good: HostCertificate;
  readonly expired: HostCertificate;
  readonly forAnotherHost: HostCertificate;
  /** Not signed by the authority. */
  readonly selfSigned: HostCertificate;
}

/** Makes them in a folder that exists, with the machine's openssl. */
export async function makeHostCertificates(
  folder: string,
  addresses: readonly string[] = ['127.0.0.1'],
): Promise<HostCertificates> {
  const environment = { PATH: process.env.PATH };
  const openssl = (...args: string[]) => runCommand('openssl', args, { environment, cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const here = [
    '-subj',
    '/CN=git host',
    '-addext',
    `subjectAltName=${addresses.map((address) => `IP:${address}`).join(',')}`,
  ];
  const elsewhere = ['-subj', '/CN=git host', '-addext', 'subjectAltName=DNS:elsewhere.example'];

  const selfSigned = async (name: string, subject: readonly string[]) => {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
    await openssl('req', '-x509', ...newKey, ...files, '-days', '2', ...subject);
    return read(name);
  };
  const signed = async (name: string, subject: readonly string[], days: number) => {
    await openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, ...subject);
    const by = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial'];
    const given = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-days', String(days)];
    await openssl('x509', '-req', ...by, ...given, '-copy_extensions', 'copy');
    return read(name);
  };
  const read = async (name: string): Promise<HostCertificate> => ({
    key: await readFile(join(folder, `${name}.key`), 'utf8'),
    cert: await readFile(join(folder, `${name}.pem`), 'utf8'),
  });

  await selfSigned('authority', ['-subj', '/CN=authority of the tests']);
  return {
    authorityFile: join(folder, 'authority.pem'),
    good: await signed('good', here, 2),
    // It expires in the second it begins.
    expired: await signed('expired', here, 0),
    forAnotherHost: await signed('other', elsewhere, 2),
    selfSigned: await selfSigned('self', here),
  };
}
