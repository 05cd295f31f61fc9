import type { RegistryCredential } from '../engine.ts';
import type { GrpcMethods } from './grpc-server.ts';
import { bytesField, readFields } from './protobuf.ts';

/** All names of Docker Hub. */
const HUB_HOSTS = ['registry-1.docker.io', 'docker.io', 'index.docker.io', 'https://index.docker.io/v1/'];

/** `moby.filesync.v1.Auth`: credentials for pulling base images; an empty answer means none. */
export function sessionAuth(credentials: Readonly<Record<string, RegistryCredential>>): GrpcMethods {
  return {
    '/moby.filesync.v1.Auth/Credentials': {
      answer(request) {
        const host = readFields(request).text(1);
        const names = HUB_HOSTS.includes(host) ? HUB_HOSTS : [host];
        const name = names.find((it) => Object.hasOwn(credentials, it));
        const found = name === undefined ? undefined : credentials[name];
        if (found === undefined) return Buffer.alloc(0);
        return Buffer.concat([bytesField(1, found.username), bytesField(2, found.password.reveal())]);
      },
    },
  };
}
