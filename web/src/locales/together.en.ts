export default {
  merge: 'Merge both edits', merging: 'Element by element: both edits stay. What comes of it is saved.', merged: 'Merged and saved', ask: 'Both of you changed these; choose for each:', mine: 'Mine', theirs: 'Theirs', gone: '(deleted)', whole: 'Keep the whole files of the draft', decide: 'Merge as chosen', element: 'Element', what: 'What',
  locks: 'Locks', lock: 'Lock {what}', unlock: 'Unlock {what}', file: 'the whole file', one: 'the selected “{id}”', own: 'You have locked {what} until {until}', other: '{holder} has locked {what} until {until}', free: 'Nothing is locked; anybody may edit',
  comments: 'Comments', none: 'No comments yet', say: 'Comment', about: 'About', add: 'Comment', added: 'Added', settle: 'Settled', settled: 'settled by {by}, {at}', open: '{n} open', words: 'Comment', show: 'Show',
  law: {
    none: 'This procedure has no list of clauses', sum: '{all} clauses: {done} realised, {out} outside the procedure, {open} open', bySteps: 'By steps', byClauses: 'By clauses', onlyOpen: 'Open clauses only', onlyBare: 'Steps without a basis only', article: 'Clause', text: 'Paraphrase', things: 'Realised by', out: 'Outside the procedure: ', unrealised: 'Neither realised nor explained', cites: 'cited by', step: 'Step', rests: 'Rests on', bare: 'Cites no clause', assumption: 'System assumption',
    strength: { must: 'must', should: 'should', may: 'may' }, where: { elsewhere: '(in another procedure)', missing: '(does not exist)' },
    kind: { step: 'Step', decision: 'Table', rule: 'Rule', form: 'Form', field: 'Field', parameter: 'Parameter', invariant: 'Invariant', procedure: 'Procedure', missing: 'Missing' },
  },
  amend: { title: 'Amendment of the regulation', open: 'Amendment…', hint: 'Rewrite, add and remove clauses as amended. Steps, rules, forms and papers that they touch are found, a draft of each procedure is opened, with comments where to look. The present version ends on the day the new one takes effect.', find: 'Find a clause', add: 'New clause', id: 'Id', strength: 'Strength', prepare: 'Find the impact and open drafts', made: '{n} clauses change; {touched} places and {cases} running cases are touched. Drafts:', nothing: 'No procedure is touched; no draft was opened.' },
  paste: { title: 'Paste from a spreadsheet', hint: 'Copy rows in the spreadsheet and paste them here; columns in the order of this table, one more for notes.', add: 'Add to the end', misfits: 'Rows {rows} have other columns than this table; nothing was pasted' },
  list: { count: '{n} entries', hint: 'One a line', add: 'Add an entry', keys: { code: 'Code', rule_id: 'Rule', text: 'Text', article: 'Clause', strength: 'Strength', name: 'Name', role: 'Role', area: 'Area', curable: 'Curable' } },
  paper: 'Description (PDF)', making: 'Being made…',
}
