import type {Buffer} from 'node:buffer';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {execa} from 'execa';

/** Debian's docker-registry on a port of its own, until the test ends. @returns its address */
export async function startRegistry(t: ExecutionContext, root: string, auth = ''): Promise<string> {
  const config = path.join(root, 'registry.yml');
  await writeFile(config, `version: 0.1\nstorage: {filesystem: {rootdirectory: ${root}/registry}}\nhttp: {addr: "127.0.0.1:0"}\n${auth}`);
  const registry = execa('docker-registry', ['serve', config], {reject: false, all: true, env: {OTEL_TRACES_EXPORTER: 'none'}});
  t.teardown(async () => {
    registry.kill();
    await registry;
  });
  return new Promise((resolve, reject) => {
    let said = '';
    registry.all.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (address !== undefined) {
        resolve(address);
      }
    });
    void registry.finally(() => reject(new Error(`docker-registry ended: ${said}`)));
  });
}
