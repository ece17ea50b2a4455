// Where things are.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The templates, or a copy of them that a test has broken. */
export const deploy = process.env.FANOUT_TEMPLATES ? resolve(process.env.FANOUT_TEMPLATES) : join(root, 'deploy');

/** Loads what scripts/verify has installed. */
export const installed = createRequire(join(root, '.fanout-tools', 'package.json'));

export function filesBelow(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => join(folder, file));
}
