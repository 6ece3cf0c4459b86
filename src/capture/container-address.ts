import type Docker from 'dockerode';

/**
 * Address that this host reaches a container by; null without a network of its own.
 * @param reach the address here by which an address of the engine's host is reached
 */
export async function addressOf(docker: Docker, id: string, reach: (address: string) => Promise<string>): Promise<string | null> {
  const own = await docker.getContainer(id).inspect();
  const joined = /^container:(.+)$/.exec(own.HostConfig.NetworkMode ?? '')?.[1];
  const {NetworkSettings, HostConfig} = joined === undefined ? own : await docker.getContainer(joined).inspect();
  const addresses = HostConfig.NetworkMode === 'host' ? ['127.0.0.1'] : Object.values(NetworkSettings.Networks).map(({IPAddress}) => IPAddress);
  const address = addresses.find((text) => text !== '');
  return address === undefined ? null : reach(address);
}
