import process from 'node:process';
import fc from 'fast-check';

/** One seed for all properties, so that a run of the tests can be repeated; another shows what this one does not reach. */
fc.configureGlobal({seed: Number(process.env['WINNOW_TEST_SEED'] ?? 20_261_125)});
