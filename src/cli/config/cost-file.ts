import type {CostModel} from '../../model/cost-model.js';
import {parseDuration, parseSize} from '../../model/units.js';
import {readChecked} from './checked-file.js';

/** docs/schema/winnow.cost.1.json; sizes are a second. */
interface CostFile {
  readonly 'provision-bandwidth': string;
  readonly 'fetch-bandwidth': string;
  readonly 'miss-latency': string;
  readonly 'runs-per-pull'?: number;
}

/** @throws WinnowError (usage) that names file and line, and what to write */
export async function readCostFile(file: string, cwd: string): Promise<CostModel> {
  const {content, problemAt} = await readChecked<CostFile>(file, cwd, {what: 'the cost file', schema: 'winnow.cost.1.json', example: 'docs/plan.md has an example'});
  const bandwidth = (key: 'provision-bandwidth' | 'fetch-bandwidth'): number => {
    const bytes = parseSize(content[key]);
    if (bytes === 0) {
      throw problemAt([key], `${key} can't be 0`, 'write bytes a second such as 100MB');
    }
    return bytes;
  };
  return {
    provisionBytesPerSecond: bandwidth('provision-bandwidth'),
    fetchBytesPerSecond: bandwidth('fetch-bandwidth'),
    missMs: parseDuration(content['miss-latency']),
    runsPerPull: content['runs-per-pull'] ?? 1,
  };
}
