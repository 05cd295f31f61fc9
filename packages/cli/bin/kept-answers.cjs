'use strict';

const { readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { isatty } = require('node:tty');

const NAME = 'answers.json';
/** The widths that the help is kept for: a pipe's or a small terminal's, and its greatest. */
const WIDTHS = [80, 100];
const QUESTIONS = ['--help', '-h', 'help', '--version', '-V'];

/**
 * Answers what is always answered alike, with what the command said when it was bundled: the version, and the help at
 * the usual widths. Yargs takes longer to say it than Node takes to start.
 * @returns whether it was answered
 */
exports.answerAtOnce = (folder, argv) => {
  if (argv.length !== 1 || !QUESTIONS.includes(argv[0])) return false;
  // Asking what is no terminal for its width makes a stream of it first, which takes longer than all else here.
  const columns = isatty(1) ? process.stdout.columns : 80;
  try {
    const answers = JSON.parse(readFileSync(join(folder, NAME), 'utf8'));
    const text = answers[argv[0]][Math.min(columns, WIDTHS[1])];
    if (text === undefined) return false;
    say(Buffer.from(text));
    return true;
  } catch {
    return false;
  }
};

/** Asks the command for all of it, for the next starts. */
exports.keepAnswers = async (ask, write) => {
  const answers = {};
  for (const question of QUESTIONS) {
    answers[question] = {};
    for (const columns of WIDTHS) answers[question][columns] = await ask([question], columns);
  }
  await write(NAME, JSON.stringify(answers));
};

/** Not by the stream, which takes longer to make than the answer to find; it is for a pipe that is full. */
function say(bytes) {
  let said = 0;
  try {
    while (said < bytes.length) said += writeSync(1, bytes, said);
  } catch (error) {
    if (error.code !== 'EPIPE') process.stdout.write(bytes.subarray(said));
  }
}
