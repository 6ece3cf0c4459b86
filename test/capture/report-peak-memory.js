/** Loaded into a winnow process: leaves the most memory that it had resident, in bytes, in the file WINNOW_TEST_PEAK. */
import {writeFileSync} from 'node:fs';
import process from 'node:process';

process.on('exit', () => {
  writeFileSync(process.env.WINNOW_TEST_PEAK, String(process.resourceUsage().maxRSS * 1024));
});
