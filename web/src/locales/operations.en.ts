export default {
  title: 'Operations',
  tabs: { incidents: 'Incidents', jobs: 'Jobs', procedures: 'Intake', texts: 'Notification texts' },
  filter: {
    code: 'Kind (code)', node: 'Step or channel', procedure: 'Procedure', age: 'Open for', resolved: 'Show resolved ones',
    ages: { 0: 'Any time', 1: 'An hour or more', 24: 'A day or more', 168: 'A week or more' },
  },
  code: {
    JOB: 'A job failed repeatedly', DELIVERY: 'Notification refused', HELD_DELIVERY: 'To be checked after a restore', ENGINE: 'Engine fault', EXPRESSION: 'Faulty expression',
    CONDITION: 'Condition without result', TIMER: 'Faulty timer', MESSAGE: 'Undeliverable message', ERROR: 'Error without exit', BUDGET: 'Too many nodes', OPERATION: 'No such operation',
    AUDIT: 'Chain differs from a checkpoint', ANCHOR: 'Checkpoint not kept outside', DECISION: 'No such decision table', PARTY: 'Wrong party', DUE: 'Faulty time limit', LOOP: 'Faulty multi-instance',
  },
  node: { checkpoint: 'Checkpoint', mail: 'Mail', sms: 'SMS', webhook: 'Office system', timer: 'Timer', service: 'Operation', message: 'Message', retries: 'Retries' },
  incidents: {
    noCase: 'This installation (no case)', none: 'No open incidents. A job that has failed 8 times appears here.', noneResolved: 'No resolved incidents', all: 'All ({n})', retryMany: 'Retry the chosen ({n})',
    choose: 'Choose incident {code} of {number}', where: '{node} · since {at}',
  },
  resolution: { retried: 'Retried · {at}', skipped: 'Skipped · {at}' },
  retries: { running: 'Retrying: {done} of {total}', label: 'Progress of the retries', done: 'All {total} retried', partly: '{retried} of {total} retried; the others were resolved meanwhile' },
  incident: {
    back: '← All incidents', open: 'Open', cause: 'Cause', case: 'Case', node: 'Step', opened: 'Since', job: 'Job', by: 'Resolved by', retry: 'Retry', skip: 'Skip',
    retried: 'It will be tried again; another failure appears here', skipped: 'Skipped; the reason is on record', skipTitle: 'Skip this job', skipHint: "The reason goes on the case's record. For a notice that is always told (ASM-P-62), say how and when it was delivered otherwise.",
    tries: 'Tries', noTries: 'No tries on record', try: 'Try {n}:',
  },
  reason: { label: 'Reason', internal: 'Reason (within the agency)', public: 'Reason for applicants and the public', required: 'Please give a reason' },
  jobs: { none: 'No jobs are waiting', what: 'What', due: 'Due', state: 'State', failed: 'Failed', suspended: 'Case suspended', waiting: 'Waiting', attempts: '{n} tries' },
  procedures: {
    hint: 'While intake is suspended no new applications are taken and applicants read why; running cases go on.', on: 'Open', off: 'Suspended', suspend: 'Suspend intake', resume: 'Resume intake',
    suspended: 'Intake suspended', resumed: 'Intake resumed',
  },
  texts: {
    hint: "Cases of this agency use these texts, else the defaults. Every change is kept and holds for what is told from then on.", agency: 'Agency', event: 'Event', own: ' (changed)', statutory: 'Always told: rights in the procedure depend on it, mail cannot be switched off (assumption ASM-P-62)',
    urgent: 'Urgent: not held back by quiet hours', places: 'Places:', language: { zh: 'Chinese', en: 'English' }, version: 'Version {n}', subject: 'Subject', body: 'Text', preview: 'Preview',
    save: 'Save a new version', reset: 'Back to the default', history: 'History', saved: 'Saved', default: '(default)',
  },
  case: {
    suspend: 'Suspend the case', resume: 'Resume the case', since: 'Suspended since {at}:', internal: '(within the agency: {reason}; {by})', suspended: 'Suspended; the applicants are told', resumed: 'Resumed',
    suspendHint: 'While suspended, timers do not fire, tasks and withdrawals cannot be submitted; statutory limits run on (assumption ASM-P-60).', resumeHint: 'What has waited is done at once. The applicants read the reason.',
  },
  limits: {
    title: 'Changed time limits', line: '{name}: due {due}', change: 'Change', changeOf: 'Change the limit: {name}', day: 'New last day', hint: 'New last day {day}. It takes effect when somebody else approves (assumption ASM-P-61).',
    proposed: 'Proposed; somebody else decides', approved: 'Approved; the limit has moved', refused: 'Refused', moved: '{from} → {to}, {by}: {reason}', approve: 'Approve', refuse: 'Refuse',
    state: { pending: 'Waiting for approval', approved: 'Approved by {by} · {at}', refused: 'Refused by {by} · {at}' },
  },
}
