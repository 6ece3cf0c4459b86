import {createHash} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';

export interface VendorManifest {
  readonly files: readonly VendorEntry[];
}

/** One file in vendor/, whoever built it. */
export interface VendorEntry {
  readonly file: string;
  readonly sha256: string;
  /** What the file is made of, the thing itself first. */
  readonly packages: readonly VendorPackage[];
}

export interface VendorPackage {
  readonly name: string;
  readonly version: string;
  readonly origin: string;
  readonly licence: string;
  /** Below vendor/; null where the licence asks for no text beside the file. */
  readonly licenceFile: string | null;
}

export const vendorDirectory = path.resolve(import.meta.dirname, '../vendor');

export async function sha256Of(file: string): Promise<string> {
  return createHash('sha256').update(await readFile(path.join(vendorDirectory, file))).digest('hex');
}

/** Puts entries into vendor/manifest.json and keeps those of other builders. */
export async function recordVendored(entries: readonly VendorEntry[]): Promise<void> {
  const file = path.join(vendorDirectory, 'manifest.json');
  const before = await readFile(file, 'utf8').then((text) => JSON.parse(text) as VendorManifest, () => ({files: []}));
  const others = before.files.filter((entry) => !entries.some((own) => own.file === entry.file));
  const files = [...others, ...entries].sort((a, b) => (a.file < b.file ? -1 : 1));
  await writeFile(file, `${JSON.stringify({files}, null, 2)}\n`);
}
