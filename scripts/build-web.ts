import {cp, mkdir, readFile, readdir, rm} from 'node:fs/promises';
import path from 'node:path';
import {build, type BuildOptions, type Metafile} from 'esbuild';
import {recordVendored, sha256Of, vendorDirectory, type VendorEntry, type VendorPackage} from './vendor-manifest.js';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly repository: string | {readonly url: string};
}

const root = path.resolve(import.meta.dirname, '..');
const webDirectory = path.join(root, 'build/web');
const shared: BuildOptions = {bundle: true, format: 'esm', target: 'es2023', minify: true, legalComments: 'none', logLevel: 'warning', absWorkingDir: root};

/** Module the page imports → file that the server gives for it. */
const bundles: Readonly<Record<string, string>> = {d3: 'd3.js', 'chart.js/auto': 'chart.js'};

await mkdir(vendorDirectory, {recursive: true});
const entries = await Promise.all(Object.entries(bundles).map(([module, file]) => bundleVendor(module, file)));
await recordVendored(entries);
await bundlePage();

async function bundleVendor(module: string, file: string): Promise<VendorEntry> {
  const exported = module === 'd3' ? `export * from '${module}';` : `export {default} from '${module}';`;
  const {metafile} = await build({...shared, stdin: {contents: exported, resolveDir: root}, outfile: path.join(vendorDirectory, file), metafile: true});
  const packages = await Promise.all(packageNames(metafile, module.split('/')[0] ?? module).map(describePackage));
  return {file, sha256: await sha256Of(file), packages};
}

/** Packages whose code esbuild put into the bundle, `first` in front. */
function packageNames(metafile: Metafile, first: string): string[] {
  const names = new Set([first]);
  for (const input of Object.keys(metafile.inputs).sort()) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input);
    if (match?.[1] !== undefined) {
      names.add(match[1]);
    }
  }
  return [...names];
}

async function describePackage(name: string): Promise<VendorPackage> {
  const directory = path.join(root, 'node_modules', name);
  const json = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8')) as PackageJson;
  const licence = (await readdir(directory)).find((file) => /^licen[cs]e/i.test(file));
  if (licence === undefined) {
    throw new Error(`${name} has no licence file; a bundle of it can't be given away`);
  }
  const licenceFile = `licences/${name.replace('@', '').replace('/', '-')}.txt`;
  await cp(path.join(directory, licence), path.join(vendorDirectory, licenceFile));
  const origin = typeof json.repository === 'string' ? json.repository : json.repository.url;
  return {name, version: json.version, origin: origin.replace(/^git\+/, ''), licence: json.license, licenceFile};
}

async function bundlePage(): Promise<void> {
  await rm(webDirectory, {recursive: true, force: true});
  await build({
    ...shared,
    entryPoints: {app: path.join(root, 'web/main.ts'), style: path.join(root, 'web/styles/main.css')},
    outdir: webDirectory,
    sourcemap: true,
    tsconfig: path.join(root, 'web/tsconfig.json'),
    alias: Object.fromEntries(Object.entries(bundles).map(([module, file]) => [module, `/vendor/${file}`])),
    external: ['/vendor/*'],
  });
  for (const file of ['index.html', 'icon.svg']) {
    await cp(path.join(root, 'web', file), path.join(webDirectory, file));
  }
}
