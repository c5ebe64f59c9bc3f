export default {
  title: 'Move running cases', hint: 'Moves cases that are still on an older version to version {version}. Limits that have begun, signatures and opinions stay as they are; a move can be undone until the case is worked on.',
  none: 'Nothing to move: all running cases are on version {version}.', part: 'There are many cases; these are the oldest. Move them, then look at the rest.', back: 'Studio',
  light: { green: 'can move', amber: 'can move once steps are mapped', red: 'end on the old version' },
  group: { from: 'Version {version}', standing: 'At: {steps}', nowhere: 'No step waits', count: '{n} cases', numbers: 'Case numbers' },
  choice: { label: 'Which step takes over from “{name}”', none: 'Choose', judge: 'Judge again with these steps' },
  reason: 'Why they are moved (required)', reasonHint: 'Entered in the record of each case', move: 'Move these {n}', moving: 'Moving {done} of {all}', stop: 'Stop',
  done: { title: 'Results', moved: 'moved', stays: 'not moved: {why}', undo: 'Undo', undone: 'undone', summary: '{moved} moved, {stays} not' },
}
